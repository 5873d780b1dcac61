import type { RunStatus } from '@modelyard/contract'
import type { Database, Migration, Platform, Transaction } from '../platform/index.ts'
import type { Room } from '../room.ts'
import { artifactTables } from './artifact-tables.ts'
import { artifactHandlers } from './artifact-routes.ts'
import { createArtifactService } from './artifact-service.ts'
import { createExperimentService } from './experiment-service.ts'
import { experimentHandlers } from './experiment-routes.ts'
import { countTracking } from './experiment-store.ts'
import { experimentTables } from './experiment-tables.ts'
import { findLatestMetric } from './metric-store.ts'
import { createMetricService } from './metric-service.ts'
import { metricTables } from './metric-tables.ts'
import { createLoggedModelService } from './logged-model-service.ts'
import { loggedModelTables } from './logged-model-tables.ts'
import { createRunCache } from './run-cache.ts'
import { createRunQueries, type ModelsOfRun } from './run-query-service.ts'
import { runHandlers } from './run-routes.ts'
import { createRunService } from './run-service.ts'
import { findRunById } from './run-store.ts'
import { runTables } from './run-tables.ts'

export { refuseRunToken, type ExperimentRecord } from './experiment.ts'
export { contentTypeOf, oneLevel, type ArtifactItem } from './artifact.ts'
export { bindFilter, bindOrder, type BoundCondition, type BoundOrder, type SearchFields } from './search-fields.ts'
export { parseFilter, parseOrder } from './search-grammar.ts'
export { readRange } from './byte-range.ts'
export type { LoggedModel, LoggedModelStatus, RunModel } from './logged-model.ts'
export type { LoggedMetric, MetricPoint } from './metric.ts'
export type { RunDetails } from './run-store.ts'
export type { RunInput, RunRecord } from './run.ts'

/** The schema of tracking. */
export const experimentsMigrations: readonly Migration[] = [
  experimentTables,
  runTables,
  metricTables,
  artifactTables,
  loggedModelTables,
]

export type Experiments = ReturnType<typeof createExperiments>

/** Tracking: experiments, runs, metrics, artifacts. The functions that take a transaction are for the rooms above. */
export function createExperiments(platform: Platform) {
  const cache = createRunCache()
  const experiments = createExperimentService(platform, () => cache.clear())
  const runs = createRunService(platform, cache)
  const metrics = createMetricService(platform)
  const artifacts = createArtifactService(platform)
  const queries = createRunQueries(platform, experiments)
  const models = createLoggedModelService(platform, runs)
  const services = { experiments, runs, metrics, artifacts, queries, models }
  const room = {
    handlers: {
      ...experimentHandlers(platform, experiments, queries),
      ...runHandlers(platform, services),
      ...artifactHandlers(platform, artifacts, runs),
    },
    async stop() {
      metrics.stop()
    },
  } satisfies Room
  return {
    ...room,
    services,
    ensureExperiment: experiments.ensureExperiment,
    createRun: runs.createRun,
    /** Sets what the system sees of a run; a run that ends gets its end time. */
    setRunStatus: (tx: Transaction, runId: string, status: RunStatus, endedAt?: number) =>
      runs.changeStatus(tx, { runId, status, endedAt, actor: 'system' }),
    logParameters: runs.logParameters,
    setTags: runs.setTags,
    addInputs: runs.addInputs,
    /** The latest value of a metric; NaN and infinities included. */
    async latestMetric(db: Database | Transaction, runId: string, name: string): Promise<number | undefined> {
      return (await findLatestMetric(db, runId, name))?.value
    },
    putArtifactTree: artifacts.putTree,
    async findRun(db: Database | Transaction, workspace: string, id: string) {
      const run = await findRunById(db, id)
      return run?.workspace === workspace ? run : undefined
    },
    overview: async (workspace: string) => ({ counts: await countTracking(platform.store.read, workspace) }),
    /** The models room says which versions came from a run. */
    setModelsOfRun: (listModels: ModelsOfRun) => queries.setModelsOfRun(listModels),
    /** Files of a run below a folder, paths from the run's root; models it logged stand under their names. */
    async artifactTree(runId: string, path: string) {
      return await artifacts.ofRun(platform.store.read, runId, path)
    },
  }
}
