import { toTimestamp } from '@modelyard/platform'
import type { Platform } from '../platform/index.ts'
import { createDeploymentService } from './deployment-service.ts'
import { createEndpointLoop } from './endpoint-loop.ts'
import { endpointHandlers } from './endpoint-routes.ts'
import { createEndpointService, type EndpointDeps, type EndpointService } from './endpoint-service.ts'
import * as store from './endpoint-store.ts'
import { createRouting } from './routing.ts'

export type { DeployTarget, ServedDeployment } from './deploy-target.ts'
export { endpointMigrations } from './endpoint-tables.ts'

const dayMs = 86_400_000

/** Endpoints: stable addresses for predictions, and the deployments behind them. */
export function createEndpoints(platform: Platform, deps: EndpointDeps) {
  const loop = createEndpointLoop(platform, deps.target, () => routingTable)
  const service: EndpointService = createEndpointService(platform, deps, loop.changed)
  const routingTable = createRouting(platform, deps, service)
  const deployments = createDeploymentService(platform, deps, service, loop.changed)
  const { read } = platform.store
  let stopListening: (() => void) | undefined

  return {
    handlers: endpointHandlers(platform, { service, deployments, target: deps.target, served: loop.served }),
    /** Where a model version is deployed. */
    async deploymentsOf(workspace: string, model: string, version: string) {
      const rows = (await store.listDeploymentsOfModel(read, workspace, model)).filter(
        (row) => row.model_version === version,
      )
      const found = []
      for (const row of rows) {
        const endpoint = await store.findEndpoint(read, workspace, row.endpoint)
        const traffic = endpoint === undefined ? {} : (JSON.parse(endpoint.traffic) as Record<string, number>)
        found.push({ endpoint: row.endpoint, deployment: row.name, trafficPercent: traffic[row.name] ?? 0 })
      }
      return found
    },
    async usage(workspace: string): Promise<string[]> {
      const endpoints = await store.listEndpoints(read, workspace, 1000)
      return endpoints.length > 0 ? [`${endpoints.length} endpoints`] : []
    },
    async overview(workspace: string) {
      const endpoints = await store.listEndpoints(read, workspace, 1000)
      const deployments = (await store.listAllDeployments(read)).filter((row) => row.workspace === workspace)
      const trafficOf = new Map(endpoints.map((row) => [row.name, JSON.parse(row.traffic) as Record<string, number>]))
      const link = (row: { endpoint: string }): string => `/w/${workspace}/endpoints/${row.endpoint}`
      return {
        counts: { endpoints: endpoints.length },
        live: deployments
          .filter((row) => row.state === 'ready')
          .map((row) => ({
            endpoint: row.endpoint,
            deployment: row.name,
            model: row.model_name,
            version: row.model_version,
            trafficPercent: trafficOf.get(row.endpoint)?.[row.name] ?? 0,
          })),
        needsAttention: deployments
          .filter((row) => row.state === 'failed')
          .map((row) => ({
            kind: 'deployment_failed' as const,
            subject: `${row.endpoint}/${row.name}`,
            title: `${row.endpoint}/${row.name} could not start`,
            at: toTimestamp(row.updated_at),
            link: link(row),
          })),
        timeline: deployments
          .filter((row) => row.updated_at > platform.clock.now() - 30 * dayMs)
          .map((row) => ({
            lane: 'deployments' as const,
            name: `${row.endpoint}/${row.name}`,
            at: toTimestamp(row.updated_at),
            endedAt: null,
            status: row.state,
            link: link(row),
          })),
      }
    },
    async start() {
      stopListening = platform.events.listen((event) => {
        // Who may call with a token has changed.
        if (
          event.name.startsWith('token.') ||
          event.name.startsWith('role_assignment.') ||
          event.name === 'principal.deleted'
        )
          void loop.changed()
      })
      loop.wake()
    },
    async stop() {
      stopListening?.()
      await loop.stop()
    },
  }
}

export type Endpoints = ReturnType<typeof createEndpoints>
