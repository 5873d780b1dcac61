import type { FastifyInstance } from 'fastify'
import type { Experiments } from '../experiments/index.ts'
import type { Platform } from '../platform/index.ts'
import type { Workspaces } from '../workspaces/index.ts'
import { artifactEndpoints } from './artifact-endpoints.ts'
import { createArtifactFiles } from './artifact-files.ts'
import { experimentEndpoints } from './experiment-endpoints.ts'
import { logEndpoints } from './log-endpoints.ts'
import { loggedModelEndpoints } from './logged-model-endpoints.ts'
import { metricEndpoints } from './metric-endpoints.ts'
import { mountSurface } from './mount.ts'
import { runEndpoints } from './run-endpoints.ts'

/** What unchanged MLflow clients talk to. It translates between their wire and the rooms below; the rules are theirs. */
export function createMlflow(
  platform: Platform,
  rooms: { experiments: Experiments; workspaces: Pick<Workspaces, 'exists'> },
) {
  const { experiments, workspaces } = rooms
  const files = createArtifactFiles(platform, experiments, { entriesOf: async () => undefined })
  const endpoints = [
    ...experimentEndpoints(platform, experiments),
    ...runEndpoints(platform, experiments),
    ...logEndpoints(platform, experiments),
    ...metricEndpoints(platform, experiments),
    ...artifactEndpoints(platform, experiments),
    ...loggedModelEndpoints(platform, experiments),
  ]
  return {
    mount(app: FastifyInstance) {
      mountSurface(app, platform, { endpoints, files, workspaceExists: workspaces.exists })
    },
  }
}
