import type { Data } from '../data/index.ts'
import type { Environments } from '../environments/index.ts'
import type { Jobs } from '../jobs/index.ts'
import type { Models } from '../models/index.ts'
import type { Platform } from '../platform/index.ts'
import { createGateExecutor, type LoggedMetrics } from './gate-step.ts'
import { pipelineHandlers } from './pipeline-routes.ts'
import { countPipelines } from './pipeline-store.ts'
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
    overview: async (workspace: string) => ({
      counts: { pipelines: await countPipelines(platform.store.read, workspace) },
    }),
  }
}
