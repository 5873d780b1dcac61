import type { Answer } from '@modelyard/client'
import { useQuery } from '@tanstack/react-query'
import * as queries from '../../api/monitor-queries.ts'
import { DistributionChart, medianOf } from '../../components/distribution-chart.tsx'
import { durationText, shortText, percentText, plainWords } from '../../components/format.ts'
import { QueryView } from '../../components/query-view.tsx'
import { SkeletonBlock } from '../../components/skeleton.tsx'
import { State } from '../../components/state.tsx'
import { SectionHead } from '../../components/text.tsx'
import type { MatrixRow } from './heat.ts'
import { reasonText } from './reasons.ts'
import { windowName } from './windows.ts'

type Monitor = Answer<'getMonitor'>
type Window = Answer<'getMonitorWindow'>
type Result = Window['results'][number]

/** The chosen cell: the feature then and now, every statistic of it with its definition, or why there is no value. */
export function CellPanel({
  ws,
  monitor,
  row,
  start,
}: {
  readonly ws: string
  readonly monitor: Monitor
  readonly row: MatrixRow
  readonly start: string
}) {
  const window = useQuery(queries.monitorWindow(ws, monitor.name, start))
  return (
    <QueryView query={window} skeleton={<SkeletonBlock height={360} />}>
      {(data) => <Panel monitor={monitor} row={row} window={data} />}
    </QueryView>
  )
}

function Panel({
  monitor,
  row,
  window,
}: {
  readonly monitor: Monitor
  readonly row: MatrixRow
  readonly window: Window
}) {
  const results = window.results.filter((one) => one.signal === row.signal && (one.feature ?? '') === row.feature)
  const decides =
    results.find((one) => one.statistic === row.statistic) ?? results.find((one) => one.decides) ?? results[0]
  const distribution = window.distributions?.find((one) => one.feature === row.feature)
  return (
    <>
      <SectionHead
        title={row.feature === '' ? plainWords(row.statistic) : row.feature}
        basis={windowName(monitor.window, window)}
      >
        {decides === undefined ? undefined : (
          <span>
            {decides.statistic}{' '}
            <b style={{ color: 'var(--text)' }}>{decides.value === null ? 'no value' : shortText(decides.value)}</b>
          </span>
        )}
      </SectionHead>
      {decides?.reason === undefined ? null : <p className="notice small">{reasonText(decides.reason)}</p>}
      {distribution === undefined ? null : (
        <div style={{ marginTop: 10 }}>
          <DistributionChart name={row.feature} distribution={distribution} />
        </div>
      )}
      <dl className="kv" style={{ marginTop: 12 }}>
        <dt>Now</dt>
        <dd>
          {windowName(monitor.window, window)}, {window.rows} rows{window.complete ? '' : ', still filling'}
        </dd>
        {distribution === undefined ? null : <Moved monitor={monitor} distribution={distribution} />}
        {decides === undefined ? null : (
          <>
            <dt>Limit</dt>
            <dd>
              {decides.threshold === null ? 'none' : shortText(decides.threshold)}
              {decides.fired ? ', beyond it' : ''}
            </dd>
            {decides.pValue === null ? null : (
              <>
                <dt>p-value</dt>
                <dd>{shortText(decides.pValue)}</dd>
              </>
            )}
            <dt>Means</dt>
            <dd>
              {decides.statistic}/{decides.dialect}
              {decides.approximate === true ? `, binned, off by ${shortText(decides.bound ?? 0)} at most` : ''}
            </dd>
          </>
        )}
        {row.importance === null || row.importance === 0 ? null : (
          <>
            <dt>Weight</dt>
            <dd>{percentText(row.importance)} of the model’s importance</dd>
          </>
        )}
        {window.labelDelayMs === null ? null : (
          <>
            <dt>Labels came</dt>
            <dd>
              after {durationText(window.labelDelayMs.p50)}, 95 % within {durationText(window.labelDelayMs.p95)}
            </dd>
          </>
        )}
      </dl>
      {results.length < 2 ? null : <Statistics results={results} />}
    </>
  )
}

function Moved({
  monitor,
  distribution,
}: {
  readonly monitor: Monitor
  readonly distribution: NonNullable<Window['distributions']>[number]
}) {
  const [before, now] = [medianOf(distribution, distribution.reference), medianOf(distribution, distribution.current)]
  const total = (counts: readonly number[]): number => counts.reduce((sum, one) => sum + one, 0)
  return (
    <>
      <dt>Then</dt>
      <dd>
        {referenceText(monitor)}, {total(distribution.reference)} rows
      </dd>
      {before === null || now === null ? null : (
        <>
          <dt>Moved by</dt>
          <dd>
            median {now >= before ? '+' : '−'}
            {shortText(Math.abs(now - before))}
          </dd>
        </>
      )}
      {distribution.nulls.reference + distribution.nulls.current === 0 ? null : (
        <>
          <dt>Missing</dt>
          <dd>
            {distribution.nulls.reference} then, {distribution.nulls.current} now
          </dd>
        </>
      )}
    </>
  )
}

/** What windows are compared with. */
export function referenceText({ reference }: Monitor): string {
  const named = reference.version === null ? (reference.name ?? '') : `${reference.name ?? ''}:${reference.version}`
  if (reference.kind === 'none') return 'nothing to compare with'
  return reference.kind === 'data' ? `data ${named}` : `training of ${named}`
}

function Statistics({ results }: { readonly results: readonly Result[] }) {
  return (
    <details className="stats">
      <summary className="small link">All {results.length} statistics</summary>
      <div className="scroll" tabIndex={0} role="group" aria-label="Statistics of the cell">
        <table className="ft">
          <thead>
            <tr>
              <th>Statistic</th>
              <th className="r">Value</th>
              <th className="r">Limit</th>
              <th>
                <span className="vh">State</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {results.map((one) => (
              <tr key={`${one.statistic}/${one.dialect}`} title={one.reason}>
                <td>
                  {one.statistic} <span className="dim">{one.dialect}</span>
                </td>
                <td className="r m">{one.value === null ? 'no value' : shortText(one.value)}</td>
                <td className="r">{one.threshold === null ? '–' : shortText(one.threshold)}</td>
                <td>{one.fired ? <State status="firing" word="Over" /> : null}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}
