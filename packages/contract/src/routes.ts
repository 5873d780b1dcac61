import { accessRoutes } from './access.ts'
import { alertRoutes } from './alerts.ts'
import { automationRoutes } from './automations.ts'
import { collectedRoutes } from './collected.ts'
import { computeRoutes } from './compute.ts'
import { dataRoutes } from './data.ts'
import { endpointRoutes } from './endpoints.ts'
import { environmentRoutes } from './environments.ts'
import { experimentRoutes } from './experiments.ts'
import { jobRoutes } from './jobs.ts'
import { modelRoutes } from './models.ts'
import { monitorRoutes } from './monitors.ts'
import { nodeRoutes } from './nodes.ts'
import { pipelineRoutes } from './pipelines.ts'
import { rolloutRoutes } from './rollouts.ts'
import { scheduleRoutes } from './schedules.ts'
import { telemetryRoutes } from './telemetry.ts'
import { workspaceRoutes } from './workspaces.ts'

/** Every route of our own API by its operation id. OpenAPI, the clients and the permission tests derive from it. */
export const routes = {
  ...workspaceRoutes,
  ...accessRoutes,
  ...dataRoutes,
  ...environmentRoutes,
  ...computeRoutes,
  ...nodeRoutes,
  ...jobRoutes,
  ...pipelineRoutes,
  ...scheduleRoutes,
  ...experimentRoutes,
  ...modelRoutes,
  ...endpointRoutes,
  ...rolloutRoutes,
  ...telemetryRoutes,
  ...monitorRoutes,
  ...collectedRoutes,
  ...alertRoutes,
  ...automationRoutes,
}

export type Routes = typeof routes
export type OperationId = keyof Routes
