import { toTimestamp } from '@modelyard/platform'
import type { RolloutPolicy } from '@modelyard/contract'
import type { Registry } from 'prom-client'
import type { Migration, Platform } from '../platform/index.ts'
import { readCollector } from './collector.ts'
import { createVersionDeployer } from './deployment-copy.ts'
import { createDeploymentService } from './deployment-service.ts'
import { createEndpointLoop } from './endpoint-loop.ts'
import { endpointHandlers } from './endpoint-routes.ts'
import { createEndpointService, type By, type EndpointDeps, type EndpointService } from './endpoint-service.ts'
import * as store from './endpoint-store.ts'
import { endpointMigrations as initialMigrations } from './endpoint-tables.ts'
import { createRolloutLoop, lifetimeCounters } from './rollouts/rollout-loop.ts'
import { rolloutHandlers } from './rollouts/rollout-routes.ts'
import { createRolloutService, type RolloutService } from './rollouts/rollout-service.ts'
import { findRollout, listRecentRollouts, listRollouts } from './rollouts/rollout-store.ts'
import { rolloutMigrations } from './rollouts/rollout-tables.ts'
import { overviewWindowMs, rolloutOverview, toRollout } from './rollouts/rollout-view.ts'
import { createRouting, logFileOf } from './routing.ts'
import { measureDeployments } from './telemetry/metrics.ts'
import { createOtlp } from './telemetry/otlp/otlp.ts'
import { createSeriesService } from './telemetry/series-service.ts'
import { createTelemetryLoop } from './telemetry/telemetry-loop.ts'
import { telemetryHandlers } from './telemetry/telemetry-routes.ts'
import { telemetryMigrations } from './telemetry/telemetry-tables.ts'
import { createTrafficService } from './traffic-service.ts'
import { readTraffic } from './traffic.ts'

export type { DeployTarget, ServedDeployment, TelemetryBatch } from './deploy-target.ts'
export type { DriftScore } from './telemetry/otlp/deployment-metrics.ts'

export const endpointMigrations: readonly Migration[] = [
  ...initialMigrations,
  ...rolloutMigrations,
  ...telemetryMigrations,
]

/** Endpoints: stable addresses for predictions, and the deployments behind them. */
export function createEndpoints(platform: Platform, deps: EndpointDeps) {
  const loop = createEndpointLoop(platform, deps.target, () => routingTable)
  const service: EndpointService = createEndpointService(platform, deps, loop.changed)
  const routingTable = createRouting(platform, deps, service)
  const traffic = createTrafficService(platform, service, loop.changed)
  const rollouts: RolloutService = createRolloutService(platform, {
    endpoints: service,
    traffic,
    models: deps.models,
    countersOf: (workspace, endpoint, names) => lifetimeCounters(loop.served(), workspace, endpoint, names),
    changed: loop.changed,
  })
  const deployments = createDeploymentService(platform, deps, service, loop.changed, rollouts.endFor)
  const rolloutLoop = createRolloutLoop(platform, {
    service: rollouts,
    served: loop.served,
    isApplied: loop.isApplied,
    changed: loop.changed,
  })
  const otlp = createOtlp(platform, {
    served: loop.served,
    driftScores: () => deps.driftScores?.() ?? [],
    logFiles: async () =>
      (await store.listAllDeployments(platform.store.read)).map(({ workspace, endpoint, name }) => ({
        workspace,
        endpoint,
        deployment: name,
        path: logFileOf(platform, { workspace, endpoint, name }),
      })),
  })
  const telemetry = createTelemetryLoop(platform, deps.target, (batch) => otlp.telemetryKept(batch))
  const series = createSeriesService(platform, { target: deps.target, pull: telemetry.pull })
  const { read } = platform.store
  let stopListening: (() => void) | undefined

  return {
    handlers: {
      ...endpointHandlers(platform, {
        service,
        deployments,
        traffic,
        served: loop.served,
        isMonitored: deps.isMonitored,
      }),
      ...telemetryHandlers(platform, { endpoints: service, deployments, series, pull: telemetry.pull }),
      ...rolloutHandlers(platform, { endpoints: service, rollouts, started: rolloutLoop.started }),
    },
    /** Begins to move the traffic of an endpoint to one of its deployments; refused with the errors of the route. */
    async startRollout(
      workspace: string,
      endpoint: string,
      input: { readonly deployment: string; readonly policy: RolloutPolicy },
      by: By,
    ) {
      const row = await rollouts.start(workspace, endpoint, input, by)
      rolloutLoop.started()
      return toRollout(row)
    },
    async getRollout(id: string) {
      const row = await findRollout(read, id)
      return row === undefined ? undefined : toRollout(row)
    },
    /** The newest rollout of a deployment. */
    async rolloutOf(workspace: string, endpoint: string, deployment: string) {
      const row = (await listRollouts(read, workspace, endpoint, 50)).find((one) => one.deployment === deployment)
      return row === undefined ? undefined : toRollout(row)
    },
    /** Gives the traffic back at once; resolves when the gateway serves so. */
    rollback: async (id: string, by: By, reason: string) => toRollout(await rollouts.word(id, 'rollback', by, reason)),
    /** Another version of a model beside what serves, with no traffic yet; answers once it is recorded, not yet ready. */
    deployVersion: createVersionDeployer(platform, deps, service, loop.changed),
    deleteDeployment: deployments.deleteDeployment,
    /** State of a deployment, undefined when there is none. */
    async findDeployment(workspace: string, endpoint: string, name: string) {
      const row = await store.findDeployment(read, workspace, endpoint, name)
      return row === undefined
        ? undefined
        : { name, state: row.state, reason: row.reason, model: row.model_name, version: row.model_version }
    },
    /** What serves an endpoint: every deployment with its model version, weight and collection; undefined when there is no such endpoint. */
    async describe(workspace: string, endpoint: string) {
      const owner = await store.findEndpoint(read, workspace, endpoint)
      if (owner === undefined) return undefined
      const weights = readTraffic(owner.traffic)
      return (await store.listDeployments(read, workspace, endpoint)).map((row) => ({
        deployment: row.name,
        state: row.state,
        model: row.model_name,
        version: row.model_version,
        trafficPercent: weights[row.name] ?? 0,
        collector: readCollector(row.data_collector),
      }))
    },
    /** Requests, latencies and use of the machine between two moments, per deployment and together. */
    series: series.series,
    mount: otlp.mount,
    measure: (registry: Registry) => measureDeployments(registry, loop.served),
    /** What is kept of an endpoint's predictions has changed; resolves when the gateway goes by it. */
    collectionChanged: (): Promise<void> => loop.changed(),
    /** Every prediction answered so far lies in a closed segment after this. */
    rotate: deps.target.rotate,
    served: loop.served,
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
      const recent = await listRecentRollouts(read, workspace, platform.clock.now() - overviewWindowMs)
      const ofRollouts = rolloutOverview(recent, workspace)
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
        needsAttention: [
          ...ofRollouts.needsAttention,
          ...deployments
            .filter((row) => row.state === 'failed')
            .map((row) => ({
              kind: 'deployment_failed' as const,
              subject: `${row.endpoint}/${row.name}`,
              title: `${row.endpoint}/${row.name} could not start`,
              at: toTimestamp(row.updated_at),
              link: link(row),
            })),
        ],
        timeline: [
          ...ofRollouts.timeline,
          ...deployments
            .filter((row) => row.updated_at > platform.clock.now() - overviewWindowMs)
            .map((row) => ({
              lane: 'deployments' as const,
              name: `${row.endpoint}/${row.name}`,
              at: toTimestamp(row.updated_at),
              endedAt: null,
              status: row.state,
              link: link(row),
            })),
        ],
      }
    },
    async start() {
      await otlp.start()
      stopListening = platform.events.listen((event) => {
        // Who may call with a token has changed.
        if (
          event.name.startsWith('token.') ||
          event.name.startsWith('role_assignment.') ||
          event.name === 'principal.deleted' ||
          // Whose predictions are collected has changed.
          event.name === 'monitor.created' ||
          event.name === 'monitor.updated' ||
          event.name === 'monitor.deleted'
        )
          void loop.changed()
      })
      loop.wake()
    },
    async stop() {
      stopListening?.()
      await rolloutLoop.stop()
      await telemetry.stop()
      await otlp.stop()
      await loop.stop()
    },
  }
}

export type Endpoints = ReturnType<typeof createEndpoints>
