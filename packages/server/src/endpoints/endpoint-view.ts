import type { Deployment, Endpoint, EnvironmentBuild, Failure, TrafficNumbers } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import { may, type Access } from '../http/index.ts'
import type { Platform } from '../platform/index.ts'
import { readCollector } from './collector.ts'
import type { ServedDeployment } from './deploy-target.ts'
import type { EndpointService } from './endpoint-service.ts'
import * as store from './endpoint-store.ts'
import type { DeploymentTable, EndpointTable } from './endpoint-tables.ts'
import { readTraffic } from './traffic.ts'

export interface ViewDeps {
  readonly service: EndpointService
  readonly served: () => readonly ServedDeployment[]
  readonly isMonitored: (workspace: string, endpoint: string) => Promise<boolean>
}

/** Endpoints and deployments as clients see them: what is wanted, beside what the data plane says. */
export function createEndpointView(platform: Platform, deps: ViewDeps) {
  const { read } = platform.store

  function toDeployment(row: DeploymentTable, endpoint: EndpointTable, isMonitored: boolean): Deployment {
    const found = findServed(deps.served(), row)
    const collector = readCollector(row.data_collector)
    const samplingRate = collector?.samplingRate ?? (isMonitored ? 1 : 0)
    const counts = found?.collection ?? null
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
      trafficPercent: readTraffic(endpoint.traffic)[row.name] ?? 0,
      requestTimeoutMs: row.request_timeout_ms,
      maxConcurrentRequests: row.max_concurrent_requests,
      batching: { enabled: row.max_batch_rows > 1, maxRows: row.max_batch_rows },
      environment: {
        digest: row.environment === null ? null : (JSON.parse(row.environment) as EnvironmentBuild).digest,
        warnings: JSON.parse(row.environment_warnings) as string[],
      },
      environmentVariables: JSON.parse(row.environment_variables) as Record<string, string>,
      tags: JSON.parse(row.tags) as Record<string, string>,
      numbers: (found?.numbers as TrafficNumbers | undefined) ?? null,
      mirrorPercent: readTraffic(endpoint.mirror)[row.name] ?? 0,
      mirror: found?.mirror ?? null,
      cpuCores: found?.cpuCores ?? null,
      memoryBytes: found?.memoryBytes ?? null,
      collection:
        samplingRate === 0 && counts === null && collector === null
          ? null
          : {
              ...(counts ?? { received: 0, stored: 0, sampledOut: 0, dropped: {}, lost: 0 }),
              enabled: samplingRate > 0,
              samplingRate,
              redact: collector?.redact ?? [],
            },
      createdAt: toTimestamp(row.created_at),
      updatedAt: toTimestamp(row.updated_at),
      revision: row.revision,
    }
  }

  async function deploymentsOf(row: EndpointTable): Promise<Deployment[]> {
    const isMonitored = await deps.isMonitored(row.workspace, row.name)
    const deployments = await store.listDeployments(read, row.workspace, row.name)
    return deployments.map((deployment) => toDeployment(deployment, row, isMonitored))
  }

  async function documentOf(row: DeploymentTable): Promise<Deployment> {
    const endpoint = await deps.service.requireEndpoint(read, row.workspace, row.endpoint)
    return toDeployment(row, endpoint, await deps.isMonitored(row.workspace, row.endpoint))
  }

  async function toEndpoint(row: EndpointTable, access: Access): Promise<Endpoint> {
    const base = `${platform.gatewayUrl()}/w/${row.workspace}/${row.name}`
    const maySeeKeys = row.auth_mode === 'key' && may(access, 'endpoint.keys', row.workspace)
    return {
      name: row.name,
      authMode: row.auth_mode,
      traffic: readTraffic(row.traffic),
      stickyHeader: row.sticky_header,
      endpointUri: base,
      scoringUri: `${base}/score`,
      openApiUri: `${base}/swagger.json`,
      oipUri: base,
      ...(maySeeKeys ? { keys: deps.service.keysOf(row) } : {}),
      description: row.description,
      tags: JSON.parse(row.tags) as Record<string, string>,
      deployments: await deploymentsOf(row),
      createdAt: toTimestamp(row.created_at),
      updatedAt: toTimestamp(row.updated_at),
      url: `${platform.serverUrl()}/w/${row.workspace}/endpoints/${row.name}`,
    }
  }

  return { toEndpoint, deploymentsOf, documentOf }
}

/** What the data plane says of a deployment, of whichever revision. */
export function findServed(
  served: readonly ServedDeployment[],
  of: { readonly workspace: string; readonly endpoint: string; readonly name: string },
): ServedDeployment | undefined {
  return served.find(
    (candidate) =>
      candidate.workspace === of.workspace && candidate.endpoint === of.endpoint && candidate.deployment === of.name,
  )
}
