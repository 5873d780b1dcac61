import {
  ModelyardError,
  type Deployment,
  type Endpoint,
  type EndpointSeries,
  type Failure,
  type TrafficNumbers,
} from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import { may, type Access, type Handlers } from '../http/index.ts'
import { toPage, type Platform } from '../platform/index.ts'
import type { DeployTarget, ServedDeployment } from './deploy-target.ts'
import type { DeploymentService } from './deployment-service.ts'
import type { EndpointService } from './endpoint-service.ts'
import * as store from './endpoint-store.ts'
import type { DeploymentTable, EndpointTable } from './endpoint-tables.ts'

type Ids =
  | 'listEndpoints'
  | 'createEndpoint'
  | 'getEndpoint'
  | 'deleteEndpoint'
  | 'setTraffic'
  | 'regenerateEndpointKey'
  | 'getEndpointSeries'
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
  deps: {
    service: EndpointService
    deployments: DeploymentService
    target: DeployTarget
    served: () => readonly ServedDeployment[]
  },
): Handlers<Ids> {
  const { service } = deps
  const { read } = platform.store
  const by = (call: { access: Access; requestId: string }) => ({ actor: call.access.actor, requestId: call.requestId })

  function toDeployment(row: DeploymentTable, traffic: Readonly<Record<string, number>>): Deployment {
    const found = deps
      .served()
      .find(
        (candidate) =>
          candidate.workspace === row.workspace &&
          candidate.endpoint === row.endpoint &&
          candidate.deployment === row.name,
      )
    return {
      name: row.name,
      endpoint: row.endpoint,
      state: row.state,
      reason: row.reason,
      error: row.error === null ? null : (JSON.parse(row.error) as Failure),
      model:
        row.model_name === null || row.model_version === null
          ? null
          : { name: row.model_name, version: row.model_version, format: row.model_format ?? 'custom' },
      hasScoringScript: row.scoring_script !== null,
      instanceCount: row.instance_count,
      workers: [...(found?.workers ?? [])],
      trafficPercent: traffic[row.name] ?? 0,
      requestTimeoutMs: row.request_timeout_ms,
      maxConcurrentRequests: row.max_concurrent_requests,
      batching: { enabled: row.max_batch_rows > 1, maxRows: row.max_batch_rows },
      environmentVariables: JSON.parse(row.environment_variables) as Record<string, string>,
      tags: JSON.parse(row.tags) as Record<string, string>,
      numbers: (found?.numbers as TrafficNumbers | undefined) ?? null,
      createdAt: toTimestamp(row.created_at),
      updatedAt: toTimestamp(row.updated_at),
      revision: row.revision,
    }
  }

  async function toEndpoint(row: EndpointTable, access: Access): Promise<Endpoint> {
    const base = `${platform.gatewayUrl()}/w/${row.workspace}/${row.name}`
    const traffic = JSON.parse(row.traffic) as Record<string, number>
    const deployments = await store.listDeployments(read, row.workspace, row.name)
    return {
      name: row.name,
      authMode: row.auth_mode,
      traffic,
      endpointUri: base,
      scoringUri: `${base}/score`,
      openApiUri: `${base}/swagger.json`,
      oipUri: base,
      ...(row.auth_mode === 'key' && may(access, 'endpoint.keys', row.workspace) ? { keys: service.keysOf(row) } : {}),
      description: row.description,
      tags: JSON.parse(row.tags) as Record<string, string>,
      deployments: deployments.map((deployment) => toDeployment(deployment, traffic)),
      createdAt: toTimestamp(row.created_at),
      updatedAt: toTimestamp(row.updated_at),
      url: `${platform.serverUrl()}/w/${row.workspace}/endpoints/${row.name}`,
    }
  }

  async function documentOf(row: DeploymentTable): Promise<Deployment> {
    const endpoint = await service.requireEndpoint(read, row.workspace, row.endpoint)
    return toDeployment(row, JSON.parse(endpoint.traffic) as Record<string, number>)
  }

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
      await service.setTraffic(call.params.ws, call.params.endpoint, call.body.traffic, by(call))
      return toEndpoint(await service.requireEndpoint(read, call.params.ws, call.params.endpoint), call.access)
    },
    regenerateEndpointKey: (call) =>
      service.regenerateKey(call.params.ws, call.params.endpoint, call.params.key, by(call)),
    async getEndpointSeries({ params, query }) {
      await service.requireEndpoint(read, params.ws, params.endpoint)
      const deployments = (await deps.target.series(
        params.ws,
        params.endpoint,
        platform.clock.now() - query.minutes * 60_000,
      )) as EndpointSeries['deployments'] | undefined
      return { intervalSeconds: 10, deployments: deployments ?? [] }
    },
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
      const traffic = JSON.parse(endpoint.traffic) as Record<string, number>
      return {
        items: (await store.listDeployments(read, params.ws, params.endpoint)).map((row) => toDeployment(row, traffic)),
      }
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
