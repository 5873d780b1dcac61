import { ModelyardError } from '@modelyard/contract'
import type { Database, Platform, Transaction } from '../platform/index.ts'
import { requireName, type LoggedMetric } from './metric.ts'
import { insertPoints } from './metric-store.ts'
import { between, bucketed, inOrder, type Series, type SeriesOrder } from './metric-series.ts'
import { listMetricNames, loadSeries, packSeries } from './metric-series-store.ts'
import type { RunRecord } from './run.ts'

export type MetricService = ReturnType<typeof createMetricService>

/** A tail of this many points is packed. */
const packAt = 2000
/** A run tells the pages of new points at most this often. */
const announceEveryMs = 200

/** Use cases of metrics. */
export function createMetricService(platform: Pick<Platform, 'clock' | 'store' | 'events' | 'logger'>) {
  const { clock, store, events, logger } = platform
  const announcements = new Map<string, Set<string>>()
  const packing = new Set<string>()
  let stopped = false

  /** Appends points to a run that the caller may write to. */
  async function log(tx: Transaction, run: RunRecord, points: readonly LoggedMetric[]): Promise<void> {
    if (points.length === 0) return
    for (const point of points) {
      requireName('metric', point.name)
      if (!Number.isSafeInteger(point.step) || !Number.isSafeInteger(point.at))
        throw new ModelyardError(
          'request_invalid',
          `The step and timestamp of metric '${point.name}' must be whole numbers below 2^53.`,
        )
    }
    for (const name of await insertPoints(tx, run.id, points, packAt)) schedulePacking(run.id, name)
    announce(run, points)
  }

  function announce(run: RunRecord, points: readonly LoggedMetric[]): void {
    let names = announcements.get(run.id)
    if (names === undefined) {
      names = new Set()
      announcements.set(run.id, names)
      clock.after(announceEveryMs, () => {
        const told = announcements.get(run.id)
        announcements.delete(run.id)
        if (told === undefined || stopped) return
        events.publishTransient({
          name: 'run.metrics_logged',
          subject: run.id,
          workspace: run.workspace,
          actor: run.createdBy,
          at: clock.now(),
          data: { runId: run.id, names: [...told].slice(0, 100) },
        })
      })
    }
    for (const point of points) if (names.size < 100) names.add(point.name)
  }

  function schedulePacking(runId: string, name: string): void {
    const key = JSON.stringify([runId, name])
    if (packing.has(key) || stopped) return
    packing.add(key)
    void store
      .write((tx) => packSeries(tx, runId, name), 'survivesKill')
      .catch((error: unknown) => logger.warn({ err: error, runId, name }, 'a metric series could not be packed'))
      .finally(() => packing.delete(key))
  }

  /** A series as a chart draws it. */
  async function readChart(
    db: Database,
    runId: string,
    name: string,
    options: { buckets: number; minStep?: number | undefined; maxStep?: number | undefined },
  ): Promise<{ total: number; points: Series; sampled: boolean }> {
    const points = between(await readSeries(db, runId, name, 'step'), options.minStep, options.maxStep)
    return { total: points.steps.length, ...bucketed(points, options.buckets) }
  }

  return {
    log,
    readSeries,
    readChart,
    listNames: (db: Database, runId: string) => listMetricNames(db, runId),
    stop(): void {
      stopped = true
    },
  }
}

async function readSeries(db: Database, runId: string, name: string, order: SeriesOrder): Promise<Series> {
  return inOrder(await loadSeries(db, runId, name), order)
}
