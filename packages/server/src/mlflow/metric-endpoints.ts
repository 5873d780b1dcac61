import type { Experiments } from '../experiments/index.ts'
import { decodeCursor, encodeCursor, type Platform } from '../platform/index.ts'
import type { Endpoint } from './endpoint.ts'
import { runIdOf } from './run-endpoints.ts'
import { writeDouble } from './wire.ts'
import { invalidParameter, missingObject } from './wire-error.ts'

const longestHistory = 25_000
const mostRuns = 100

export function metricEndpoints({ store }: Pick<Platform, 'store'>, room: Experiments): Endpoint[] {
  const { metrics } = room.services
  return [
    {
      method: 'GET',
      path: '/metrics/get-history',
      permission: 'run.read',
      async answer({ fields, workspace }) {
        const id = runIdOf(fields)
        const key = fields.requiredText('metric_key', 250)
        const pageToken = fields.text('page_token', 500) || undefined
        const limit = fields.has('max_results') ? fields.count('max_results', longestHistory, 1_000_000) : undefined
        const run = await room.findRun(store.read, workspace, id)
        if (run === undefined) throw missingObject(`Run with id=${id} not found`)
        const { steps, times, values } = await metrics.readSeries(store.read, run.id, key, 'time')
        const start = Number(decodeCursor(pageToken, 1)?.[0] ?? 0)
        const end = Math.min(steps.length, start + Math.min(limit ?? steps.length, longestHistory))
        const points = []
        for (let index = start; index < end; index++)
          points.push({
            key,
            value: writeDouble(values[index] ?? Number.NaN),
            timestamp: times[index] ?? 0,
            step: steps[index] ?? 0,
          })
        return { metrics: points, ...(end < steps.length ? { next_page_token: encodeCursor([end]) } : {}) }
      },
    },
    {
      method: 'GET',
      path: '/metrics/get-history-bulk-interval',
      permission: 'run.read',
      async answer({ fields, workspace }) {
        const ids = fields.texts('run_ids', 10_000)
        if (ids.length === 0 || ids.length > mostRuns)
          throw invalidParameter(`GetMetricHistoryBulkInterval request must specify 1 to ${mostRuns} run_ids.`)
        const key = fields.requiredText('metric_key', 250)
        const limit = fields.count('max_results', 320, 2500)
        const range = { minStep: fields.integer('start_step'), maxStep: fields.integer('end_step') }
        if ((range.minStep === undefined) !== (range.maxStep === undefined))
          throw invalidParameter('If either start step or end step are specified, both must be specified.')
        const points = []
        for (const id of ids) {
          const run = await room.findRun(store.read, workspace, id)
          if (run === undefined) throw missingObject(`Run with id=${id} not found`)
          const chart = await metrics.readChart(store.read, run.id, key, { buckets: Math.ceil(limit / 2), ...range })
          const { steps, times, values } = chart.points
          for (let index = 0; index < steps.length; index++)
            points.push({
              key,
              value: writeDouble(values[index] ?? Number.NaN),
              timestamp: times[index] ?? 0,
              step: steps[index] ?? 0,
              run_id: run.id,
            })
        }
        return { metrics: points }
      },
    },
  ]
}
