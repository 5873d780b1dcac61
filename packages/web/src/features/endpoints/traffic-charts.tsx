import type { Answer } from '@modelyard/client'
import { Chart } from '../../components/chart.tsx'

type Series = Answer<'getEndpointSeries'>
type Point = Series['deployments'][number]['points'][number]

const dash = [5, 4]

/** Latency, requests, errors and use of the machine on one clock; the cursor is shared. */
export function TrafficCharts({
  series,
  colours,
  days = false,
}: {
  readonly series: Series
  readonly colours: ReadonlyMap<string, string>
  /** More than a day may be shown, so the clock alone would not say when. */
  readonly days?: boolean
}) {
  const times = [
    ...new Set(series.deployments.flatMap((one) => one.points.map((point) => Date.parse(point.at)))),
  ].toSorted((a, b) => a - b)
  if (times.length === 0)
    return <p className="note">No request came in this time. Send one with the form beside, and the charts begin.</p>
  const lines = (read: (point: Point) => number | null, suffix = '', dashed?: readonly number[]) =>
    series.deployments.map((one) => {
      const values = new Map(one.points.map((point) => [Date.parse(point.at), read(point)]))
      return {
        name: `${one.deployment}${suffix}`,
        colour: colours.get(one.deployment) ?? 'var(--s5)',
        values: times.map((time) => values.get(time) ?? null),
        ...(dashed === undefined ? {} : { dash: dashed }),
      }
    })
  const common = { x: times, xTitle: 'at', time: true, days, fromZero: true, sync: 'endpoint' }
  const measured = (read: (point: Point) => number | null): boolean =>
    series.deployments.some((one) => one.points.some((point) => read(point) !== null))
  return (
    <div style={{ display: 'grid', gap: 14, marginTop: 10 }}>
      <Chart
        {...common}
        title="Latency, ms"
        series={[...lines((point) => point.p95Ms, ' p95'), ...lines((point) => point.p50Ms, ' p50', dash)]}
      />
      <Chart
        {...common}
        title="Requests, /s"
        height={120}
        series={lines((point) => point.requests / series.intervalSeconds)}
      />
      <Chart
        {...common}
        title="Errors and rejected, per interval"
        height={110}
        series={lines((point) => point.errors + point.rejected)}
      />
      {measured((point) => point.cpuCores) ? (
        <Chart {...common} title="CPU, cores" height={110} series={lines((point) => point.cpuCores)} />
      ) : null}
      {measured((point) => point.memoryBytes) ? (
        <Chart
          {...common}
          title="Memory, MB"
          height={110}
          series={lines((point) => (point.memoryBytes === null ? null : point.memoryBytes / 1e6))}
        />
      ) : null}
    </div>
  )
}
