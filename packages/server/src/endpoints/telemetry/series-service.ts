import type { Platform } from '../../platform/index.ts'
import type { DeployTarget } from '../deploy-target.ts'
import {
  mergeDeployments,
  resolutionFor,
  startOf,
  toInterval,
  toPoint,
  type Interval,
  type SeriesPoint,
} from './series.ts'
import { listIntervals } from './telemetry-store.ts'

/** The series of an endpoint and of each of its deployments, oldest point first. */
export interface Series {
  readonly intervalSeconds: number
  readonly endpoint: readonly SeriesPoint[]
  readonly deployments: readonly { readonly deployment: string; readonly points: readonly SeriesPoint[] }[]
}

/** Reads the kept series. */
export function createSeriesService(
  platform: Platform,
  deps: { readonly target: Pick<DeployTarget, 'series'>; readonly pull: () => Promise<void> },
) {
  /** Intervals that ended by `to`, as finely as they are kept from `from` on. What the gateway has finished is fetched first. */
  async function series(workspace: string, endpoint: string, from: number, to: number): Promise<Series> {
    await deps.pull()
    const seconds = resolutionFor(from, platform.clock.now())
    const rows = await listIntervals(platform.store.read, workspace, endpoint, seconds, startOf(from, seconds), to)
    const byDeployment = new Map<string, Interval[]>()
    const together = new Map<number, Interval>()
    for (const row of rows) {
      const interval = toInterval(row)
      const list = byDeployment.get(row.deployment)
      if (list === undefined) byDeployment.set(row.deployment, [interval])
      else list.push(interval)
      const known = together.get(interval.at)
      together.set(interval.at, known === undefined ? interval : mergeDeployments(known, interval))
    }
    const toPoints = (intervals: Iterable<Interval>): SeriesPoint[] =>
      [...intervals].map((interval) => toPoint(interval, seconds))
    return {
      intervalSeconds: seconds,
      endpoint: toPoints(together.values()),
      deployments: [...byDeployment].map(([deployment, intervals]) => ({ deployment, points: toPoints(intervals) })),
    }
  }

  /** The same for a page, up to this moment: at the finest resolution with the interval that is still going on. */
  async function seriesForPage(workspace: string, endpoint: string, minutes: number): Promise<Series> {
    const now = platform.clock.now()
    const found = await series(workspace, endpoint, now - minutes * 60_000, now + 60_000)
    if (found.intervalSeconds !== 10) return found
    const live = await deps.target.series(workspace, endpoint, startOf(now, 10)).catch(() => undefined)
    return { ...found, deployments: withLive(found.deployments, live) }
  }

  return { series, seriesForPage }
}

export type SeriesService = ReturnType<typeof createSeriesService>

interface LivePoint {
  readonly at: string
  readonly requests: number
  readonly errors: number
  readonly rejected: number
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
}

function withLive(kept: Series['deployments'], live: unknown): Series['deployments'] {
  const byName = new Map(kept.map((entry) => [entry.deployment, [...entry.points]]))
  for (const { deployment, points } of (live ?? []) as { deployment: string; points: LivePoint[] }[]) {
    const known = byName.get(deployment) ?? []
    const last = known.at(-1)?.at ?? 0
    for (const point of points)
      if (Date.parse(point.at) > last)
        known.push({ ...point, at: Date.parse(point.at), cpuCores: null, memoryBytes: null })
    if (known.length > 0) byName.set(deployment, known)
  }
  return [...byName].map(([deployment, points]) => ({ deployment, points }))
}
