import type { Answer } from '@modelyard/client'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call, queryClient } from '../../api/client.ts'
import { AppLink, pathIn } from '../../components/app-link.tsx'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { durationText, shortText, percentText } from '../../components/format.ts'
import { CodeBlock, SectionHead } from '../../components/text.tsx'
import { referenceText } from './cell-panel.tsx'
import { falseAlarmText, windowsText } from './windows.ts'

type Monitor = Answer<'getMonitor'>

/** How the monitor judges: windows, reference, signals, limits, whom it tells; and its file, to change. */
export function MonitorSource({ ws, monitor }: { readonly ws: string; readonly monitor: Monitor }) {
  return (
    <>
      <section className="sec">
        <SectionHead title="How it judges" />
        <dl className="kv" style={{ marginTop: 8 }}>
          <dt>Endpoint</dt>
          <dd>
            <AppLink to={pathIn(ws, 'endpoints', monitor.endpoint)} className="link">
              {monitor.endpoint}
            </AppLink>
          </dd>
          <dt>Windows</dt>
          <dd>{windowsText(monitor.window)}</dd>
          <dt>Computed</dt>
          <dd>{monitor.schedule === null ? 'when asked' : `every ${durationText(monitor.schedule.everyMs)}`}</dd>
          <dt>False alarms</dt>
          <dd>{falseAlarmText(monitor.falseAlarms)}, over all features of data and prediction drift together</dd>
          <dt>Compared with</dt>
          <dd>
            {referenceText(monitor)}
            {monitor.reference.kind === 'none' ? '' : `, ${monitor.reference.rows.toLocaleString('en-GB')} rows`}
            {monitor.reference.timed ? ', in time order' : ''}
            {monitor.reference.reason === '' ? '' : `: ${monitor.reference.reason}`}
          </dd>
          {Object.entries(monitor.baseline).map(([metric, baseline]) => (
            <Baseline key={metric} metric={metric} {...baseline} />
          ))}
          <dt>Tells</dt>
          <dd>
            {[
              ...(monitor.alert.trigger === null ? [] : [`trigger ${monitor.alert.trigger}`]),
              ...monitor.alert.webhooks.map((name) => `webhook ${name}`),
              ...monitor.alert.emails,
            ].join(', ') || 'this page only'}
          </dd>
        </dl>
      </section>
      <Signals monitor={monitor} />
      <Importance monitor={monitor} />
      <Source ws={ws} monitor={monitor} />
    </>
  )
}

function Baseline({
  metric,
  value,
  limit,
  source,
}: {
  readonly metric: string
  readonly value: number
  readonly limit: number | null
  readonly source: string
}) {
  return (
    <>
      <dt>{metric} at first</dt>
      <dd>
        {shortText(value)}
        {limit === null ? '' : `, limit ${shortText(limit)}`}
        <span className="sub"> {source}</span>
      </dd>
    </>
  )
}

function Signals({ monitor }: { readonly monitor: Monitor }) {
  return (
    <section className="sec">
      <SectionHead title="Signals" basis={monitor.signals.length} />
      <div className="scroll" tabIndex={0} role="group" aria-label="Signals">
        <table style={{ minWidth: 560 }}>
          <thead>
            <tr>
              <th>Signal</th>
              <th>Type</th>
              <th>Features</th>
              <th>Metrics and rules</th>
              <th>Limits</th>
            </tr>
          </thead>
          <tbody>
            {monitor.signals.map((signal) => (
              <tr key={signal.name}>
                <td className="m">{signal.name}</td>
                <td>{signal.type.replaceAll('_', ' ')}</td>
                <td className="wrapc">{signal.features === null ? 'all' : signal.features.join(', ') || 'none'}</td>
                <td className="wrapc">
                  {[
                    ...signal.metrics,
                    ...signal.rules,
                    ...(signal.label === null ? [] : [`label ${signal.label}`]),
                  ].join(', ') || 'by kind of column'}
                </td>
                <td className="wrapc sub">
                  {Object.entries(signal.thresholds)
                    .map(([name, value]) => `${name} ${shortText(value)}`)
                    .join(', ') || 'calibrated'}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Importance({ monitor }: { readonly monitor: Monitor }) {
  const entries = Object.entries(monitor.importance).toSorted((a, b) => b[1] - a[1])
  if (entries.length === 0) return null
  return (
    <section className="sec">
      <SectionHead
        title="Weight of features"
        basis="share of the model’s importance; drift of what weighs more counts more"
      />
      <dl className="kv2">
        {entries.slice(0, 30).map(([name, share]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{percentText(Math.round(share * 1000) / 1000)}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function Source({ ws, monitor }: { readonly ws: string; readonly monitor: Monitor }) {
  const [text, setText] = useState<string>()
  const [deleting, setDeleting] = useState(false)
  const navigate = useNavigate()
  const refresh = () => queryClient.invalidateQueries({ queryKey: [ws, 'monitors'] })
  const save = useMutation({
    mutationFn: (next: string) =>
      call('updateMonitor', {
        params: { ws, name: monitor.name },
        body: { source: { name: 'monitor.yml', text: next } },
      }),
    onSuccess: async () => {
      await refresh()
      setText(undefined)
    },
  })
  const remove = useMutation({
    mutationFn: () => call('deleteMonitor', { params: { ws, name: monitor.name } }),
    onSuccess: async () => {
      await navigate({ to: pathIn(ws, 'monitors') })
      await refresh()
    },
  })
  return (
    <section className="sec">
      <SectionHead title="Its file" basis="a change computes the windows again">
        {text === undefined ? (
          <button type="button" className="btn" onClick={() => setText(monitor.source)}>
            Change
          </button>
        ) : undefined}
        <button type="button" className="btn ghost" onClick={() => setDeleting(!deleting)}>
          Delete
        </button>
      </SectionHead>
      {deleting ? (
        <p className="notice">
          The windows go with it; collected rows and labels stay.{' '}
          <button type="button" className="btn" disabled={remove.isPending} onClick={() => remove.mutate()}>
            Delete {monitor.name}
          </button>
        </p>
      ) : null}
      {remove.isError ? <ErrorPanel error={remove.error} /> : null}
      {text === undefined ? (
        <CodeBlock text={monitor.source} label="monitor.yml" />
      ) : (
        <form
          style={{ marginTop: 8, display: 'grid', gap: 8 }}
          onSubmit={(event) => {
            event.preventDefault()
            save.mutate(text)
          }}
        >
          <textarea
            className="field"
            aria-label="monitor.yml"
            rows={Math.min(30, text.split('\n').length + 2)}
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <p className="row">
            <button type="submit" className="btn pri" disabled={save.isPending}>
              Save
            </button>
            <button type="button" className="btn ghost" onClick={() => setText(undefined)}>
              Cancel
            </button>
          </p>
          {save.isError ? <ErrorPanel error={save.error} /> : null}
        </form>
      )}
    </section>
  )
}
