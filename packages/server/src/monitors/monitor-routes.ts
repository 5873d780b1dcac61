import type { Handlers } from '../http/index.ts'
import { toPage, type Platform } from '../platform/index.ts'
import type { AlertService } from './alert-service.ts'
import { listAlerts } from './alert-store.ts'
import { readFound } from './found.ts'
import type { MonitorRuns, StoredPlan } from './monitor-run.ts'
import type { MonitorService } from './monitor-service.ts'
import { findMonitor, listDecisions } from './monitor-store.ts'
import type { AlertTable } from './monitor-tables.ts'
import { toMatrix } from './monitor-view.ts'

export interface MonitorRouteDeps {
  readonly service: MonitorService
  readonly runs: MonitorRuns
  readonly alerts: AlertService
}

type MonitorIds =
  | 'listMonitors'
  | 'createMonitor'
  | 'updateMonitor'
  | 'getMonitor'
  | 'deleteMonitor'
  | 'runMonitor'
  | 'getMonitorMatrix'
  | 'getMonitorWindow'
type AlertIds = 'listAlerts' | 'getAlert' | 'acknowledgeAlert' | 'resolveAlert'

export function monitorHandlers(platform: Platform, { service, runs }: MonitorRouteDeps): Handlers<MonitorIds> {
  return {
    listMonitors: ({ params, query }) => service.list(params.ws, query),
    createMonitor: ({ params, body, access, requestId }) =>
      service.create(params.ws, body.source, { actor: access.actor, requestId }),
    updateMonitor: ({ params, body, access, requestId }) =>
      service.update(params.ws, params.name, body.source, { actor: access.actor, requestId }),
    getMonitor: ({ params, query }) => service.get(params.ws, params.name, query),
    async deleteMonitor({ params, access, requestId }) {
      await service.remove(params.ws, params.name, { actor: access.actor, requestId })
    },
    async runMonitor({ params, query }) {
      await service.require(params.ws, params.name)
      await runs.run(params.ws, params.name)
      return service.get(params.ws, params.name, query)
    },
    async getMonitorMatrix({ params, query }) {
      const row = await service.require(params.ws, params.name)
      const found = readFound(row.found)
      const windows = await listDecisions(platform.store.read, params.ws, params.name, query.windows)
      return toMatrix(windows, found.references[found.main ?? '']?.importance ?? {})
    },
    getMonitorWindow: ({ params }) => service.getWindow(params.ws, params.name, params.start),
  }
}

export function alertHandlers(platform: Platform, { runs, alerts }: MonitorRouteDeps): Handlers<AlertIds> {
  const { read } = platform.store

  /** Who is told of an alert that somebody decides about. */
  async function addressees(alert: AlertTable) {
    const row = await findMonitor(read, alert.workspace, alert.monitor)
    if (row === undefined) return { emails: [], webhooks: [], newLabels: 0 }
    const { alert: to } = JSON.parse(row.plan) as StoredPlan
    return { emails: to.emails, webhooks: to.webhooks, newLabels: await runs.newLabelsOf(row, readFound(row.found)) }
  }

  return {
    async listAlerts({ params, query }) {
      const rows = await listAlerts(read, params.ws, query, query.pageSize + 1, query.pageToken)
      return toPage(rows, query.pageSize, (row) => [row.created_at, row.id], alerts.toAlert)
    },
    getAlert: async ({ params }) => alerts.toAlert(await alerts.require(params.ws, params.id)),
    async acknowledgeAlert({ params, body, access, requestId }) {
      const by = { actor: access.actor, requestId }
      return alerts.toAlert(await alerts.decide(params.ws, params.id, 'acknowledged', body.note, by, addressees))
    },
    async resolveAlert({ params, body, access, requestId }) {
      const by = { actor: access.actor, requestId }
      return alerts.toAlert(await alerts.decide(params.ws, params.id, 'resolved', body.note, by, addressees))
    },
  }
}
