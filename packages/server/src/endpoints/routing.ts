import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { EnvironmentBuild, RoutedDeployment, RoutedEndpoint, RoutingTable } from '@modelyard/contract'
import type { Platform } from '../platform/index.ts'
import { collectionOf } from './collector.ts'
import type { EndpointDeps, EndpointService } from './endpoint-service.ts'
import * as store from './endpoint-store.ts'
import type { DeploymentTable } from './endpoint-tables.ts'
import { readTraffic } from './traffic.ts'

const maxBodyBytes = 16 * 2 ** 20

/** Where a deployment's script prints to. Names are slugs, so they are safe in a path. */
export function logFileOf(platform: Platform, row: { workspace: string; endpoint: string; name: string }): string {
  return join(platform.configuration.home, 'logs', 'deployments', row.workspace, row.endpoint, `${row.name}.log`)
}

/** Makes the table that the data plane serves by. */
export function createRouting(platform: Platform, deps: EndpointDeps, endpoints: Pick<EndpointService, 'keysOf'>) {
  const { keysOf } = endpoints
  /** What the data plane is to serve; every file it names is laid out before. */
  async function routingTable(version: number): Promise<RoutingTable> {
    const deployments = await store.listAllDeployments(platform.store.read)
    const endpoints: RoutedEndpoint[] = []
    for (const row of await store.listAllEndpoints(platform.store.read)) {
      const keys = keysOf(row)
      const hashes =
        row.auth_mode === 'token'
          ? await deps.invokerHashes(row.workspace)
          : [keys.primary, keys.secondary].map((key) => createHash('sha256').update(key).digest('hex'))
      const traffic = readTraffic(row.traffic)
      const mirror = readTraffic(row.mirror)
      const isMonitored = await deps.isMonitored(row.workspace, row.name)
      const mine = deployments.filter(
        (deployment) => deployment.workspace === row.workspace && deployment.endpoint === row.name,
      )
      endpoints.push({
        workspace: row.workspace,
        name: row.name,
        authMode: row.auth_mode,
        keyHashes: hashes,
        stickyHeader: row.sticky_header,
        deployments: await Promise.all(
          mine.map((deployment) =>
            toRouted(deployment, {
              weight: traffic[deployment.name] ?? 0,
              mirrorPercent: mirror[deployment.name] ?? 0,
              isMonitored,
            }),
          ),
        ),
      })
    }
    return { version, maxBodyBytes, endpoints }
  }

  async function toRouted(
    row: DeploymentTable,
    share: { weight: number; mirrorPercent: number; isMonitored: boolean },
  ): Promise<RoutedDeployment> {
    return {
      name: row.name,
      revision: row.revision,
      weight: share.weight,
      instanceCount: row.instance_count,
      python: row.python,
      environment: environmentOf(row),
      codeFolder: row.code_tree === null ? null : await deps.target.materialize(row.code_tree),
      scoringScript: row.scoring_script,
      modelFolder: row.model_tree === null ? null : await deps.target.materialize(row.model_tree),
      modelFormat: row.model_format,
      modelName: row.model_name,
      modelVersion: row.model_version,
      env: JSON.parse(row.environment_variables) as Record<string, string>,
      requestTimeoutMs: row.request_timeout_ms,
      maxConcurrentRequests: row.max_concurrent_requests,
      maxQueue: row.max_queue,
      maxBatchRows: row.max_batch_rows,
      logFile: logFileOf(platform, row),
      collection: collectionOf(row.data_collector, share.isMonitored, await signatureOf(row)),
      mirrorPercent: share.mirrorPercent,
    }
  }

  function environmentOf(row: DeploymentTable): RoutedDeployment['environment'] {
    if (row.environment === null) return null
    const build = JSON.parse(row.environment) as EnvironmentBuild
    return { ...build, folder: deps.environments.folderOf(build.digest) }
  }

  /** Versions never change, but one may be deleted while its deployment serves on. */
  async function signatureOf(row: DeploymentTable): Promise<string | null> {
    if (row.model_name === null || row.model_version === null) return null
    const { read } = platform.store
    const version = await deps.models.findVersion(read, row.workspace, row.model_name, Number(row.model_version))
    return version?.signature ?? null
  }

  return routingTable
}
