import { ModelyardError } from '@modelyard/contract'
import type { Access, Handlers } from '../http/index.ts'
import { toPage, type Platform } from '../platform/index.ts'
import type { DeploymentService } from './deployment-service.ts'
import * as store from './endpoint-store.ts'
import { createEndpointView, type ViewDeps } from './endpoint-view.ts'
import type { TrafficService } from './traffic-service.ts'

type Ids =
  | 'listEndpoints'
  | 'createEndpoint'
  | 'getEndpoint'
  | 'deleteEndpoint'
  | 'setTraffic'
  | 'setMirror'
  | 'regenerateEndpointKey'
  | 'invokeEndpoint'
  | 'listDeployments'
  | 'createDeployment'
  | 'updateDeployment'
  | 'getDeployment'
  | 'deleteDeployment'
  | 'getDeploymentLogs'

const invokeTimeoutMs = 190_000

export function endpointHandlers(
  platform: Platform,
  deps: ViewDeps & { deployments: DeploymentService; traffic: TrafficService },
): Handlers<Ids> {
  const { service } = deps
  const { read } = platform.store
  const by = (call: { access: Access; requestId: string }) => ({ actor: call.access.actor, requestId: call.requestId })

  const { toEndpoint, deploymentsOf, documentOf } = createEndpointView(platform, deps)

  return {
    async listEndpoints({ params, query, access }) {
      const rows = await store.listEndpoints(read, params.ws, query.pageSize + 1, query.pageToken)
      const page = toPage(
        rows,
        query.pageSize,
        (row) => [row.name],
        (row) => row,
      )
      return { ...page, items: await Promise.all(page.items.map((row) => toEndpoint(row, access))) }
    },
    createEndpoint: async (call) =>
      toEndpoint(await service.createEndpoint(call.params.ws, call.body, by(call)), call.access),
    getEndpoint: async ({ params, access }) =>
      toEndpoint(await service.requireEndpoint(read, params.ws, params.endpoint), access),
    deleteEndpoint: (call) => service.deleteEndpoint(call.params.ws, call.params.endpoint, by(call)),
    async setTraffic(call) {
      await deps.traffic.changeTraffic(call.params.ws, call.params.endpoint, call.body, by(call))
      return toEndpoint(await service.requireEndpoint(read, call.params.ws, call.params.endpoint), call.access)
    },
    async setMirror(call) {
      const { mirror } = call.body
      await deps.traffic.changeTraffic(call.params.ws, call.params.endpoint, { mirror }, by(call))
      return { mirror }
    },
    regenerateEndpointKey: (call) =>
      service.regenerateKey(call.params.ws, call.params.endpoint, call.params.key, by(call)),
    async invokeEndpoint({ params, query, body, requestId }) {
      const row = await service.requireEndpoint(read, params.ws, params.endpoint)
      if (query.deployment !== undefined)
        await service.requireDeployment(read, params.ws, params.endpoint, query.deployment)
      const started = platform.clock.monotonic()
      const answer = await fetch(`${platform.gatewayUrl()}/w/${row.workspace}/${row.name}/score`, {
        method: 'POST',
        headers: {
          'content-type': body.contentType,
          'x-request-id': requestId,
          ...(row.auth_mode === 'none' ? {} : { authorization: `Bearer ${service.keysOf(row).primary}` }),
          ...(query.deployment === undefined ? {} : { 'azureml-model-deployment': query.deployment }),
        },
        body: body.body,
        signal: AbortSignal.timeout(invokeTimeoutMs),
      }).catch((error: unknown) => {
        throw new ModelyardError(
          'gateway_unavailable',
          `The gateway at ${platform.gatewayUrl()} does not answer: ${error instanceof Error ? error.message : String(error)}`,
        )
      })
      return {
        status: answer.status,
        body: await answer.text(),
        contentType: answer.headers.get('content-type') ?? '',
        requestId: answer.headers.get('x-request-id') ?? requestId,
        deployment: answer.headers.get('azureml-model-deployment'),
        durationMs: platform.clock.monotonic() - started,
      }
    },
    async listDeployments({ params }) {
      const endpoint = await service.requireEndpoint(read, params.ws, params.endpoint)
      return { items: await deploymentsOf(endpoint) }
    },
    createDeployment: async (call) =>
      documentOf(await deps.deployments.createDeployment(call.params.ws, call.params.endpoint, call.body, by(call))),
    updateDeployment: async (call) =>
      documentOf(
        await deps.deployments.updateDeployment(
          call.params.ws,
          call.params.endpoint,
          call.params.deployment,
          call.body,
          by(call),
        ),
      ),
    getDeployment: async ({ params }) =>
      documentOf(await service.requireDeployment(read, params.ws, params.endpoint, params.deployment)),
    deleteDeployment: (call) =>
      deps.deployments.deleteDeployment(call.params.ws, call.params.endpoint, call.params.deployment, by(call)),
    getDeploymentLogs: async ({ params, query }) => ({
      lines: await deps.deployments.logLines(
        params.ws,
        params.endpoint,
        params.deployment,
        query.tail,
        query.requestId,
      ),
    }),
  }
}
