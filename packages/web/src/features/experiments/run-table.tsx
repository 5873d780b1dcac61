import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import { AppLink, pathIn } from '../../components/app-link.tsx'
import { numberText, spanText } from '../../components/format.ts'
import { seriesColour } from '../../components/series-colour.ts'
import { State } from '../../components/state.tsx'
import { useNow, When } from '../../components/text.tsx'
import { metricOf, type Columns, type RunLine } from './run-columns.ts'

const rowHeight = 26

interface RunTableProps {
  readonly ws: string
  readonly runs: readonly RunLine[]
  readonly columns: Columns
  readonly sort: { readonly key: string; readonly down: boolean } | undefined
  readonly best: string | undefined
  readonly selected: readonly string[]
  readonly onSort: (key: string) => void
  readonly onSelect: (ids: readonly string[]) => void
}

/** Runs as dense rows in three groups; only the rows in sight are in the page. The sorted metric is a dot on a common track beside its number. */
export function RunTable({ ws, runs, columns, sort, best, selected, onSort, onSelect }: RunTableProps) {
  const box = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: runs.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 20,
  })
  const now = useNow(
    1000,
    runs.some((run) => run.endedAt === null),
  )
  const shown = rows.getVirtualItems()
  const before = shown[0]?.start ?? 0
  const after = rows.getTotalSize() - (shown.at(-1)?.end ?? 0)
  const sorted =
    sort?.key.startsWith('metrics.') === true
      ? columns.metrics.find((name) => `metrics.${name}` === sort.key)
      : undefined
  const track = trackOf(runs, sorted)
  const heading = (key: string, text: string) => (
    <button type="button" className={sort?.key === key ? 'plain so' : 'plain'} onClick={() => onSort(key)}>
      {text}
      {sort?.key === key ? (sort.down ? ' ↓' : ' ↑') : ''}
    </button>
  )
  const ordered = (key: string) =>
    sort?.key === key ? (sort.down ? ('descending' as const) : ('ascending' as const)) : undefined
  return (
    <div
      className="scroll tw"
      ref={box}
      style={{ maxHeight: 'max(420px, calc(100vh - 230px))', overflowY: 'auto' }}
      tabIndex={0}
      role="group"
      aria-label="Runs"
    >
      <table
        className="runs"
        style={{ minWidth: 520 + (columns.parameters.length + columns.metrics.length) * 84 }}
        aria-rowcount={runs.length}
      >
        <thead>
          <tr className="g">
            <th colSpan={4}>
              <span className="vh">Run</span>
            </th>
            {columns.parameters.length === 0 ? null : (
              <th colSpan={columns.parameters.length} className="gl">
                Parameters
              </th>
            )}
            {columns.metrics.length === 0 ? null : (
              <th colSpan={columns.metrics.length} className="gl">
                Metrics
              </th>
            )}
            <th className="gl">Source</th>
          </tr>
          <tr>
            <th>
              <input
                type="checkbox"
                aria-label="Select all"
                checked={runs.length > 0 && selected.length === runs.length}
                onChange={(event) => onSelect(event.target.checked ? runs.slice(0, 50).map((run) => run.id) : [])}
              />
            </th>
            <th>Run</th>
            <th aria-sort={ordered('attributes.start_time')}>{heading('attributes.start_time', 'Created')}</th>
            <th className="r">Took</th>
            {columns.parameters.map((name, index) => (
              <th key={name} className={index === 0 ? 'r gl' : 'r'} aria-sort={ordered(`params.${name}`)}>
                {heading(`params.${name}`, name)}
              </th>
            ))}
            {columns.metrics.map((name, index) => (
              <th key={name} className={index === 0 ? 'r gl' : 'r'} aria-sort={ordered(`metrics.${name}`)}>
                {heading(`metrics.${name}`, name)}
              </th>
            ))}
            <th className="gl">by</th>
          </tr>
        </thead>
        <tbody>
          {before > 0 ? <tr aria-hidden="true" style={{ height: before }} /> : null}
          {shown.map((row) => {
            const run = runs[row.index]
            if (run === undefined) return null
            const place = selected.indexOf(run.id)
            return (
              <tr key={run.id} className={place >= 0 ? 'sel' : undefined} aria-rowindex={row.index + 1}>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Select ${run.name}`}
                    checked={place >= 0}
                    onChange={(event) =>
                      onSelect(event.target.checked ? [...selected, run.id] : selected.filter((id) => id !== run.id))
                    }
                  />
                </td>
                <td className="nm">
                  <State status={run.status} hideWord />
                  {place >= 0 ? <i className="swatch" style={{ ['--c' as string]: seriesColour(place) }} /> : ' '}
                  <AppLink to={pathIn(ws, 'runs', run.id)}>{run.name}</AppLink>
                  {run.id === best ? <span className="dim">best</span> : null}
                </td>
                <td className="sub">
                  <When at={run.startedAt} />
                </td>
                <td className="r sub">{spanText(run.startedAt, run.endedAt, now)}</td>
                {columns.parameters.map((name, index) => (
                  <td key={name} className={index === 0 ? 'r gl' : 'r'}>
                    {run.parameters[name]?.slice(0, 24) ?? <span className="dim">–</span>}
                  </td>
                ))}
                {columns.metrics.map((name, index) => {
                  const value = metricOf(run, name)
                  const classes = `r${index === 0 ? ' gl' : ''}${name === sorted ? ' mae' : ''}${run.id === best && name === sorted ? ' best' : ''}`
                  return (
                    <td key={name} className={classes}>
                      {name === sorted && typeof value === 'number' ? (
                        <i className="mb" aria-hidden="true">
                          <i style={{ left: `${track(value)}%` }} />
                        </i>
                      ) : null}
                      <span>{value === undefined ? <span className="dim">–</span> : numberText(value)}</span>
                    </td>
                  )
                })}
                <td className="gl sub">{run.step ?? run.createdBy}</td>
              </tr>
            )
          })}
          {after > 0 ? <tr aria-hidden="true" style={{ height: after }} /> : null}
        </tbody>
      </table>
    </div>
  )
}

function trackOf(runs: readonly RunLine[], metric: string | undefined): (value: number) => number {
  const values =
    metric === undefined ? [] : runs.map((run) => metricOf(run, metric)).filter((value) => typeof value === 'number')
  const low = Math.min(...values)
  const high = Math.max(...values)
  return (value) => (high > low ? ((value - low) / (high - low)) * 100 : 50)
}
