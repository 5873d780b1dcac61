import type { FastifyInstance } from 'fastify'
import type { Experiments } from '../experiments/index.ts'
import type { Models } from '../models/index.ts'
import type { Platform } from '../platform/index.ts'
import type { Workspaces } from '../workspaces/index.ts'
import { artifactEndpoints } from './artifact-endpoints.ts'
import { createArtifactFiles } from './artifact-files.ts'
import { experimentEndpoints } from './experiment-endpoints.ts'
import { logEndpoints } from './log-endpoints.ts'
import { loggedModelEndpoints } from './logged-model-endpoints.ts'
import { metricEndpoints } from './metric-endpoints.ts'
import { mountSurface } from './mount.ts'
import { modelEndpoints } from './registry-models.ts'
import { versionEndpoints } from './registry-versions.ts'
import { runEndpoints } from './run-endpoints.ts'

/** What unchanged MLflow clients talk to. It translates between their wire and the rooms below; the rules are theirs. */
export function createMlflow(
  platform: Platform,
  rooms: { experiments: Experiments; models: Models; workspaces: Pick<Workspaces, 'exists' | 'listNames'> },
) {
  const { experiments, models, workspaces } = rooms
  const files = createArtifactFiles(platform, experiments, {
    async treeOf(workspace, model, version) {
      const row = await models.findVersion(platform.store.read, workspace, model, Number(version))
      return row?.tree ?? undefined
    },
  })
  const endpoints = [
    ...experimentEndpoints(platform, experiments),
    ...runEndpoints(platform, experiments),
    ...logEndpoints(platform, experiments),
    ...metricEndpoints(platform, experiments),
    ...artifactEndpoints(platform, experiments),
    ...loggedModelEndpoints(platform, experiments),
    ...modelEndpoints(platform, models),
    ...versionEndpoints(platform, { experiments, models, files }),
  ]
  return {
    /** The routes with what each asks for. */
    endpoints,
    mount(app: FastifyInstance) {
      mountSurface(app, platform, { endpoints, files, workspaces })
    },
  }
}
