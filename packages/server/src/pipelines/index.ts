import type { Data } from '../data/index.ts'
import type { Environments } from '../environments/index.ts'
import type { Jobs } from '../jobs/index.ts'
import type { Models } from '../models/index.ts'
import type { Platform } from '../platform/index.ts'
import { createGateExecutor, type LoggedMetrics } from './gate-step.ts'
import { pipelineHandlers } from './pipeline-routes.ts'
import { countPipelines, findState } from './pipeline-store.ts'
import { createPublishingService } from './publishing-service.ts'
import { createStepCache } from './step-cache.ts'
import { createSubmissionService, type ComputeTargets } from './submission-service.ts'

export { pipelineMigrations } from './pipeline-tables.ts'

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
  deps.jobs.setStepCache(createStepCache(platform, deps.models))
  deps.jobs.registerStepExecutor(
    'gate',
    createGateExecutor(platform, { ...deps, sourceOf: deps.jobs.sourceOf, upstreamRuns: deps.jobs.upstreamRuns }),
  )
  return {
    handlers: pipelineHandlers(platform, { submissions, publishing, jobs: deps.jobs }),
    /** Starts a published pipeline; see {@link PublishingService.start}. */
    startPublished: publishing.start,
    /** Whether a published pipeline starts, or undefined when there is none of that name. */
    async isEnabled(workspace: string, name: string): Promise<boolean | undefined> {
      const state = await findState(platform.store.read, workspace, name)
      return state === undefined ? undefined : state.enabled === 1
    },
    /** The job of a start with its steps and their gate evidence. */
    job: deps.jobs.get,
    cancelJob: deps.jobs.cancel,
    overview: async (workspace: string) => ({
      counts: { pipelines: await countPipelines(platform.store.read, workspace) },
    }),
  }
}

export type Pipelines = ReturnType<typeof createPipelines>
