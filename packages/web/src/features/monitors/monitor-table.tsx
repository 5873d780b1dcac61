import type { ItemOf } from '@modelyard/client'
import { useQuery } from '@tanstack/react-query'
import * as queries from '../../api/monitor-queries.ts'
import { AppLink, pathIn } from '../../components/app-link.tsx'
import { shortText } from '../../components/format.ts'
import { Icon } from '../../components/icon.tsx'
import { Sparkline } from '../../components/sparkline.tsx'
import { State } from '../../components/state.tsx'
import { When } from '../../components/text.tsx'
import { featuresText, isOpen } from '../alerts/alert-words.ts'
import { metricsOf, versionLines } from './accuracy.ts'
import { lineColour } from './still-right.tsx'
import { windowName, windowsText } from './windows.ts'

type Monitor = ItemOf<'listMonitors'>

const sparkWindows = 24

/** Monitors with what fires first, and how the serving version did. */
export function MonitorTable({ ws, monitors }: { readonly ws: string; readonly monitors: readonly Monitor[] }) {
  const fires = (monitor: Monitor): number => monitor.alerts.filter(isOpen).length
  const ordered = monitors.toSorted((a, b) => fires(b) - fires(a) || a.name.localeCompare(b.name))
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label="Monitors">
      <table className="mont" style={{ minWidth: 860 }}>
        <thead>
          <tr>
            <th>Monitor</th>
            <th>State</th>
            <th>What fires</th>
            <th>Newest window</th>
            <th>Accuracy</th>
            <th className="r">Computed</th>
          </tr>
        </thead>
        <tbody>
          {ordered.map((monitor) => (
            <tr key={monitor.name}>
              <td>
                <AppLink to={pathIn(ws, 'monitors', monitor.name)} className="m link">
                  {monitor.name}
                </AppLink>
                <span className="dim">
                  {' '}
                  {monitor.endpoint}, {windowsText(monitor.window)}
                </span>
              </td>
              <td>
                <MonitorState monitor={monitor} />
              </td>
              <td className="wrapc">
                <Fires monitor={monitor} />
              </td>
              <td>
                <Newest monitor={monitor} />
              </td>
              <td>
                <Accuracy ws={ws} name={monitor.name} />
              </td>
              <td className="r sub">
                <When at={monitor.lastRunAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export function MonitorState({ monitor }: { readonly monitor: Monitor }) {
  const open = monitor.alerts.filter(isOpen)
  if (monitor.lastError !== null) return <State status="failed" word="Could not compute" />
  if (open.some((alert) => alert.status === 'firing')) return <State status="firing" word="Alert" />
  if (open.length > 0) return <State status="queued" word="Acknowledged" />
  if (monitor.alerts.some((alert) => alert.status === 'pending')) return <State status="pending" word="Pending" />
  return monitor.lastRunAt === null ? (
    <State status="queued" word="Not run" />
  ) : (
    <State status="succeeded" word="Quiet" />
  )
}

function Fires({ monitor }: { readonly monitor: Monitor }) {
  const open = monitor.alerts.filter(isOpen)
  if (monitor.lastError !== null) return <span className="sub">{monitor.lastError}</span>
  if (open.length === 0) return <span className="sub">nothing</span>
  return open.map((alert) => (
    <div key={alert.id} className="row small">
      <span className="attention">
        <Icon name="attention" size={12} />
      </span>
      <span>
        {alert.signal}
        {alert.features.length === 0 ? '' : `: ${featuresText(alert.features)}`}
      </span>
    </div>
  ))
}

function Newest({ monitor }: { readonly monitor: Monitor }) {
  const window = monitor.windows.at(-1)
  if (window === undefined) return <span className="dim">none yet</span>
  return (
    <>
      {windowName(monitor.window, window)}
      <span className="dim"> {window.rows.toLocaleString('en-GB')} rows</span>
    </>
  )
}

function Accuracy({ ws, name }: { readonly ws: string; readonly name: string }) {
  const { data } = useQuery(queries.monitorMatrix(ws, name, sparkWindows))
  if (data === undefined) return <span className="dim">…</span>
  const [metric] = metricsOf(data)
  if (metric === undefined) return <span className="dim">no labels yet</span>
  const lines = versionLines(data, metric)
  const values = data.windows.map(
    (_window, column) =>
      lines.find((line) => line.serving[column] === true && line.values[column] != null)?.values[column] ?? null,
  )
  const newest = values.findLast((value) => value !== null)
  const last = lines.findLast((line) => line.serving.includes(true))
  return (
    <span className="row">
      <Sparkline
        values={values}
        limits={data.limits[metric] ?? []}
        colour={last === undefined ? 'var(--s6)' : lineColour(last)}
        label={`${metric} of what served, ${values.length} windows, newest ${newest == null ? 'none' : shortText(newest)}`}
      />
      <span className="m">{newest == null ? '–' : shortText(newest)}</span>
      <span className="dim">{metric}</span>
    </span>
  )
}
