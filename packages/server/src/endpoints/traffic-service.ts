import { ModelyardError } from '@modelyard/contract'
import { appendEvent, type Platform, type Transaction } from '../platform/index.ts'
import type { By, EndpointService } from './endpoint-service.ts'
import * as store from './endpoint-store.ts'
import type { EndpointTable } from './endpoint-tables.ts'
import { findActiveRollout } from './rollouts/rollout-store.ts'
import { checkMirror, checkTraffic, readTraffic, type Traffic } from './traffic.ts'

/** What is to change; what is left out stays. */
export interface TrafficChange {
  readonly traffic?: Traffic | undefined
  readonly stickyHeader?: string | null | undefined
  readonly mirror?: Traffic | undefined
}

/** Who gets which requests: weights, copies, callers that stick to a deployment. */
export function createTrafficService(platform: Platform, endpoints: EndpointService, changed: () => Promise<void>) {
  const { store: database, clock } = platform

  /** Writes what changed, with its event; nothing when all is as it was. Checks nothing. */
  async function putTraffic(tx: Transaction, row: EndpointTable, change: TrafficChange, by: By): Promise<void> {
    const at = clock.now()
    const event = { subject: row.name, workspace: row.workspace, at, ...by }
    const traffic = change.traffic === undefined ? row.traffic : JSON.stringify(change.traffic)
    const mirror = change.mirror === undefined ? row.mirror : JSON.stringify(change.mirror)
    const sticky = change.stickyHeader === undefined ? row.sticky_header : change.stickyHeader
    const split = { traffic: readTraffic(traffic), stickyHeader: sticky }
    if (traffic !== row.traffic || sticky !== row.sticky_header)
      await appendEvent(tx, {
        name: 'endpoint.traffic_changed',
        ...event,
        data: { endpoint: row.name, ...split },
        before: { traffic: readTraffic(row.traffic), stickyHeader: row.sticky_header },
        after: split,
      })
    if (mirror !== row.mirror)
      await appendEvent(tx, {
        name: 'endpoint.mirror_changed',
        ...event,
        data: { endpoint: row.name, mirror: readTraffic(mirror) },
        before: readTraffic(row.mirror),
        after: readTraffic(mirror),
      })
    if (traffic === row.traffic && mirror === row.mirror && sticky === row.sticky_header) return
    await store.changeEndpoint(tx, row.workspace, row.name, {
      traffic,
      mirror,
      sticky_header: sticky,
      updated_at: at,
    })
  }

  /** A change by hand: refused while a rollout moves the traffic. */
  async function changeTraffic(workspace: string, name: string, change: TrafficChange, by: By): Promise<void> {
    await database.write(async (tx) => {
      const row = await endpoints.requireEndpoint(tx, workspace, name)
      const deployments = (await store.listDeployments(tx, workspace, name)).map((deployment) => deployment.name)
      if (change.traffic !== undefined) checkTraffic(change.traffic, deployments, name)
      if (change.mirror !== undefined) checkMirror(change.mirror, deployments, name)
      const active = await findActiveRollout(tx, workspace, name)
      if (active !== undefined)
        throw new ModelyardError(
          'rollout_active',
          `The rollout ${active.id} moves the traffic of '${name}' to '${active.deployment}'.`,
        )
      await putTraffic(tx, row, change, by)
    })
    await changed()
  }

  return { putTraffic, changeTraffic }
}

export type TrafficService = ReturnType<typeof createTrafficService>
