import type { Data } from '../data/index.ts'
import type { Environments } from '../environments/index.ts'
import type { Jobs } from '../jobs/index.ts'
import type { Models } from '../models/index.ts'
import type { Platform } from '../platform/index.ts'
import { createGateExecutor, type LoggedMetrics } from './gate-step.ts'
import { pipelineEndpointHandlers } from './pipeline-endpoint-routes.ts'
import { createPipelineEndpointService } from './pipeline-endpoint-service.ts'
import { idempotency, pipelineHandlers } from './pipeline-routes.ts'
import { countPipelines, findPipeline, findState } from './pipeline-store.ts'
import { createPublishingService } from './publishing-service.ts'
import { createScheduleLoop } from './schedule-loop.ts'
import { scheduleHandlers } from './schedule-routes.ts'
import { createScheduleService } from './schedule-service.ts'
import { countEnabled } from './schedule-store.ts'
import { createStepCache } from './step-cache.ts'
import { createSubmissionService, type ComputeTargets } from './submission-service.ts'

export { idempotency } from './pipeline-routes.ts'
export { startOf } from './trigger-body.ts'
export { pipelineMigrations } from './pipeline-tables.ts'
export { scheduleMigrations } from './schedule-tables.ts'

export interface PipelinesDeps {
  readonly compute: ComputeTargets
  readonly data: Data
  readonly environments: Environments
  readonly metrics: LoggedMetrics
  readonly jobs: Jobs
  readonly models: Models
}

/** Pipelines: files become plans, plans become jobs, results are kept for the next one; published ones start by name. */
export function createPipelines(platform: Platform, deps: PipelinesDeps) {
  const submissions = createSubmissionService(platform, deps)
  const publishing = createPublishingService(platform, { ...deps, submissions })
  const endpoints = createPipelineEndpointService(platform, publishing)
  const loop = createScheduleLoop(platform, { publishing, data: deps.data })
  deps.jobs.setStepCache(createStepCache(platform, deps.models))
  deps.jobs.registerStepExecutor(
    'gate',
    createGateExecutor(platform, { ...deps, sourceOf: deps.jobs.sourceOf, upstreamRuns: deps.jobs.upstreamRuns }),
  )
  return {
    handlers: {
      ...pipelineHandlers(platform, { submissions, publishing, jobs: deps.jobs }),
      ...pipelineEndpointHandlers(endpoints, idempotency),
      ...scheduleHandlers(platform, createScheduleService(platform, { publishing, data: deps.data })),
    },
    /** Starts a published pipeline; see {@link PublishingService.start}. */
    startPublished: publishing.start,
    /** The version of a published pipeline that an id names. */
    requirePublished: publishing.requireById,
    /** The id of the version that a job was started from; null when it was submitted as a file. */
    async publishedIdOf(workspace: string, pipeline: { name: string; version: number } | null): Promise<string | null> {
      if (pipeline === null) return null
      return (await findPipeline(platform.store.read, workspace, pipeline.name, pipeline.version))?.id ?? null
    },
    /** Starts what stands behind a pipeline endpoint. */
    startEndpoint: endpoints.start,
    /** What a start would refuse of what is set; see {@link PublishingService.problemsOfSet}. */
    problemsOfSet: publishing.problemsOfSet,
    /** Whether a published pipeline starts, or undefined when there is none of that name. */
    async isEnabled(workspace: string, name: string): Promise<boolean | undefined> {
      const state = await findState(platform.store.read, workspace, name)
      return state === undefined ? undefined : state.enabled === 1
    },
    /** The job of a start with its steps and their gate evidence. */
    job: deps.jobs.get,
    cancelJob: deps.jobs.cancel,
    /** What keeps a workspace from being deleted: a schedule would start jobs in what is gone. */
    async usage(workspace: string): Promise<string[]> {
      const enabled = await countEnabled(platform.store.read, workspace)
      return enabled > 0 ? [`${enabled} enabled schedules`] : []
    },
    start: async () => loop.start(),
    stop: () => loop.stop(),
    overview: async (workspace: string) => ({
      counts: { pipelines: await countPipelines(platform.store.read, workspace) },
    }),
  }
}

export type Pipelines = ReturnType<typeof createPipelines>
