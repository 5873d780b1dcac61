import { useQueries, useQuery } from '@tanstack/react-query'
import * as queries from '../api/queries.ts'
import { AppLink, pathIn } from '../components/app-link.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { numberText } from '../components/format.ts'
import { QueryView } from '../components/query-view.tsx'
import { seriesColour } from '../components/series-colour.ts'
import { State } from '../components/state.tsx'
import { CopyButton, Say, SectionHead } from '../components/text.tsx'
import { MetricChart, type Curve } from '../features/experiments/metric-chart.tsx'
import { columnsOf, lowerIsBetter, metricOf, type RunLine } from '../features/experiments/run-columns.ts'
import { WorkspacePage } from '../features/frame/workspace-page.tsx'
import { usePageParams, usePageSearch } from './search.ts'

export function ComparePage() {
  const { ws } = usePageParams()
  const [search, setSearch] = usePageSearch()
  const ids = (search['runs'] ?? '').split(',').filter((id) => id !== '')
  const list = useQuery(queries.runsById(ws, ids))
  const onlyDifferent = search['all'] !== 'true'
  return (
    <WorkspacePage
      ws={ws}
      noun={{ text: 'Experiments', path: 'experiments' }}
      title="Compare"
      actions={<CopyButton text={location.href} label="Copy link" />}
    >
      {ids.length === 0 ? (
        <EmptyState
          title="Nothing to compare yet."
          text="Select runs in an experiment’s table and press Compare."
          cli={`modelyard run list --workspace ${ws}`}
          python={`import mlflow\n\nmlflow.set_tracking_uri("${location.origin}/w/${ws}")\nmlflow.search_runs(order_by=["metrics.mae ASC"])`}
        />
      ) : (
        <QueryView query={list}>
          {({ items }) => (
            <Compared
              ws={ws}
              runs={ids.flatMap((id) => items.find((run) => run.id === id) ?? [])}
              onlyDifferent={onlyDifferent}
              onOnlyDifferent={(only) => setSearch({ all: only ? undefined : 'true' })}
            />
          )}
        </QueryView>
      )}
    </WorkspacePage>
  )
}

function Compared({
  ws,
  runs,
  onlyDifferent,
  onOnlyDifferent,
}: {
  readonly ws: string
  readonly runs: readonly RunLine[]
  readonly onlyDifferent: boolean
  readonly onOnlyDifferent: (only: boolean) => void
}) {
  const { parameters, metrics } = columnsOf(runs)
  const series = useQueries({ queries: runs.map((run) => queries.runSeries(ws, run.id)) })
  const differs = (name: string): boolean => new Set(runs.map((run) => run.parameters[name])).size > 1
  const shown = onlyDifferent ? parameters.filter(differs) : parameters
  const main = metrics[0]
  const best = main === undefined ? undefined : bestRun(runs, main)
  const charted = metrics.filter((name) =>
    series.some((one) => one.data?.some((curve) => curve.name === name && curve.total > 1)),
  )
  return (
    <>
      <Say lead>
        {best === undefined || main === undefined ? (
          <b>{runs.length} runs</b>
        ) : (
          <>
            <b>{best.name}</b> is best in {main}: <b>{numberText(metricOf(best, main) ?? '')}</b>.{' '}
            {parameters.filter(differs).length} of {parameters.length} parameters differ.
          </>
        )}
      </Say>
      <section className="sec">
        <SectionHead title="Runs" basis={runs.length}>
          <label className="row">
            <input
              type="checkbox"
              checked={onlyDifferent}
              onChange={(event) => onOnlyDifferent(event.target.checked)}
            />{' '}
            only what differs
          </label>
        </SectionHead>
        <div className="scroll" tabIndex={0} role="group" aria-label="Runs side by side">
          <table style={{ minWidth: 200 + runs.length * 130 }}>
            <thead>
              <tr>
                <th>
                  <span className="vh">Of the run</span>
                </th>
                {runs.map((run, index) => (
                  <th key={run.id} className="r">
                    <span className="row" style={{ justifyContent: 'flex-end' }}>
                      <i className="swatch" style={{ ['--c' as string]: seriesColour(index) }} />
                      <AppLink to={pathIn(ws, 'runs', run.id)} className="link">
                        {run.name}
                      </AppLink>
                      <State status={run.status} hideWord />
                    </span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {metrics.map((name) => {
                const counted = runs.filter((run) => typeof metricOf(run, name) === 'number').length
                const leader = counted < 2 ? undefined : bestRun(runs, name)?.id
                return (
                  <tr key={`m.${name}`}>
                    <td className="m">{name}</td>
                    {runs.map((run) => {
                      const value = metricOf(run, name)
                      return (
                        <td key={run.id} className={run.id === leader ? 'r b' : 'r'}>
                          {value === undefined ? <span className="dim">–</span> : numberText(value)}
                          {run.id === leader ? <span className="link tiny"> best</span> : null}
                        </td>
                      )
                    })}
                  </tr>
                )
              })}
              {shown.map((name) => (
                <tr key={`p.${name}`} className={differs(name) ? 'sel' : undefined}>
                  <td className="sub">{name}</td>
                  {runs.map((run) => (
                    <td key={run.id} className="r">
                      {run.parameters[name]?.slice(0, 40) ?? <span className="dim">–</span>}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
      {charted.length === 0 ? null : (
        <section className="sec">
          <SectionHead title="Curves" basis="drag to zoom, double click to reset" />
          <div className="charts">
            {charted.map((name) => (
              <MetricChart key={name} name={name} sync="compare" curves={curvesOf(runs, series, name)} />
            ))}
          </div>
        </section>
      )}
    </>
  )
}

function curvesOf(
  runs: readonly RunLine[],
  series: readonly { readonly data?: readonly Curve['series'][] | undefined }[],
  name: string,
): Curve[] {
  return runs.flatMap((run, index) => {
    const one = series[index]?.data?.find((curve) => curve.name === name)
    return one === undefined ? [] : [{ label: run.name, colour: seriesColour(index), series: one }]
  })
}

function bestRun(runs: readonly RunLine[], metric: string): RunLine | undefined {
  const lower = lowerIsBetter(metric)
  let best: { run: RunLine; value: number } | undefined
  for (const run of runs) {
    const value = metricOf(run, metric)
    if (typeof value === 'number' && (best === undefined || (lower ? value < best.value : value > best.value)))
      best = { run, value }
  }
  return best?.run
}
