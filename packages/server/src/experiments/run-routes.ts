import type { Handlers } from '../http/index.ts'
import type { Platform, Transaction } from '../platform/index.ts'
import { ModelyardError } from '@modelyard/contract'
import type { ExperimentService } from './experiment-service.ts'
import { fromMetricValue } from './metric.ts'
import type { MetricService } from './metric-service.ts'
import type { RunQueries } from './run-query-service.ts'
import { requireRun } from './run.ts'
import type { RunService } from './run-service.ts'
import { findRunById } from './run-store.ts'
import { viewSeries } from './run-view.ts'

interface Services {
  readonly experiments: ExperimentService
  readonly runs: RunService
  readonly metrics: MetricService
  readonly queries: RunQueries
}

type RunRouteIds = 'listRuns' | 'createRun' | 'getRun' | 'endRun' | 'logToRun' | 'deleteRun' | 'getRunMetric'

/** Series in one answer when no name is asked for. */
const mostSeries = 200

export function runHandlers(platform: Pick<Platform, 'store' | 'clock'>, services: Services): Handlers<RunRouteIds> {
  const { store, clock } = platform
  const { experiments, runs, metrics, queries } = services

  async function find(workspace: string, id: string) {
    const run = await findRunById(store.read, id)
    return requireRun(run?.workspace === workspace ? run : undefined, id)
  }

  return {
    async listRuns({ params, query }) {
      const experimentIds = await queries.requireExperimentIds(params.ws, query.experiment)
      const ids = query.ids?.split(',').filter((id) => id !== '')
      if (ids !== undefined && ids.length > 1000)
        throw new ModelyardError('request_invalid', 'More than 1000 ids are not taken at once.')
      const found = await queries.search({
        workspace: params.ws,
        experimentIds,
        ids,
        jobId: query.jobId,
        lifecycle: 'active',
        filter: query.filter,
        order: query.orderBy === undefined || query.orderBy === '' ? [] : [query.orderBy],
        limit: query.pageSize,
        pageToken: query.pageToken,
      })
      const items = await queries.viewAll(store.read, found.runs)
      return found.nextPageToken === undefined ? { items } : { items, nextPageToken: found.nextPageToken }
    },
    async createRun({ params, body, access }) {
      const run = await store.write(async (tx) => {
        const experiment = await experiments.ensureExperiment(tx, params.ws, body.experiment, access.actor)
        return await runs.startRun(tx, access, {
          workspace: params.ws,
          experimentId: experiment.id,
          tags: body.tags,
          actor: access.actor,
          ...(body.name === undefined ? {} : { name: body.name }),
          ...(body.parentRunId === undefined ? {} : { parentRunId: body.parentRunId }),
        })
      })
      return await queries.view(store.read, run)
    },
    async getRun({ params }) {
      return await queries.view(store.read, await find(params.ws, params.id))
    },
    async endRun({ params, body, access }) {
      await store.write(async (tx) => {
        const run = await runs.requireWritable(tx, params.ws, params.id, access)
        await runs.requireReach(tx, run, access)
        await runs.changeStatus(tx, { runId: run.id, status: body.status, actor: access.actor })
      })
      return await queries.view(store.read, await find(params.ws, params.id))
    },
    async logToRun({ params, body, access }) {
      const now = clock.now()
      const points = body.metrics.map((metric) => ({
        name: metric.name,
        value: fromMetricValue(metric.value) ?? Number.NaN,
        step: metric.step,
        at: metric.timestampMs ?? now,
      }))
      const work = async (tx: Transaction): Promise<void> => {
        const run = await runs.requireWritable(tx, params.ws, params.id, access)
        await runs.logParameters(tx, run.id, body.parameters)
        await runs.setTags(tx, run.id, body.tags, access)
        await metrics.log(tx, run, points)
      }
      await runs.writeFast(work)
    },
    async deleteRun({ params, access }) {
      await store.write(async (tx) => {
        const run = await runs.requireWritable(tx, params.ws, params.id, access)
        await runs.requireReach(tx, run, access)
        await runs.setLifecycle(tx, run, 'deleted', access.actor)
      })
    },
    async getRunMetric({ params, query }) {
      const run = await find(params.ws, params.id)
      const names =
        query.name === undefined ? (await metrics.listNames(store.read, run.id)).slice(0, mostSeries) : [query.name]
      const options = { buckets: query.buckets, minStep: query.minStep, maxStep: query.maxStep }
      const answer = []
      for (const name of names)
        answer.push(viewSeries(run.id, name, await metrics.readChart(store.read, run.id, name, options)))
      return answer
    },
  }
}
