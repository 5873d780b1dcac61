import { ModelyardError, type Monitor } from '@modelyard/contract'
import { appendEvent, toPage, type Platform, type Transaction } from '../platform/index.ts'
import type { AlertService, By } from './alert-service.ts'
import { deleteAlertsOfMonitor, listAlerts } from './alert-store.ts'
import { parseMonitor, type MonitorPlan } from './monitor-document.ts'
import type { StoredPlan } from './monitor-run.ts'
import * as store from './monitor-store.ts'
import type { MonitorTable } from './monitor-tables.ts'
import { toMonitor, toWindow } from './monitor-view.ts'
import type { ReferenceService } from './reference-service.ts'

export interface Source {
  readonly name: string
  readonly text: string
}

export interface MonitorServiceDeps {
  readonly alerts: AlertService
  readonly references: ReferenceService
  endpointExists(workspace: string, endpoint: string): Promise<boolean>
  /** The endpoint has a monitor now, or none any more; resolves when the gateway keeps its predictions accordingly. */
  collectionChanged(): Promise<void>
}

const shownAlerts = 100

/** Monitors: their files, and what is shown of them. */
export function createMonitorService(platform: Platform, deps: MonitorServiceDeps) {
  const { store: database, clock } = platform

  async function require(workspace: string, name: string): Promise<MonitorTable> {
    const row = await store.findMonitor(database.read, workspace, name)
    if (row === undefined)
      throw new ModelyardError('monitor_not_found', `There is no monitor '${name}' in the workspace '${workspace}'.`)
    return row
  }

  /** Reads a file and finds everything that it names. */
  async function read(workspace: string, source: Source): Promise<StoredPlan> {
    const plan: MonitorPlan = parseMonitor(source)
    if (!(await deps.endpointExists(workspace, plan.endpoint)))
      throw new ModelyardError(
        'endpoint_not_found',
        `${source.name}: there is no endpoint '${plan.endpoint}' in the workspace '${workspace}'.`,
      )
    const pinned = await deps.references.pin(workspace, plan)
    if (pinned !== null) {
      const table = await deps.references.tableOf(pinned.tree)
      if (typeof table === 'string')
        throw new ModelyardError(
          'monitor_reference_invalid',
          `The reference '${pinned.name}:${pinned.version}' cannot be read: ${table}.`,
        )
    }
    return { ...plan, pinned }
  }

  async function create(workspace: string, source: Source, by: By): Promise<Monitor> {
    const plan = await read(workspace, source)
    const at = clock.now()
    const row: MonitorTable = {
      workspace,
      name: plan.name,
      endpoint: plan.endpoint,
      plan: JSON.stringify(plan),
      source: source.text,
      revision: 1,
      found: null,
      last_run_at: null,
      last_error: null,
      created_at: at,
      created_by: by.actor,
      updated_at: at,
    }
    await database.write(async (tx) => {
      if (!(await store.insertMonitor(tx, row)))
        throw new ModelyardError(
          'already_exists',
          `There is already a monitor '${plan.name}' in the workspace '${workspace}'.`,
        )
      await tell(tx, 'monitor.created', row, by, { after: { name: plan.name, endpoint: plan.endpoint } })
    })
    await deps.collectionChanged()
    return toMonitor(platform, row, [], [])
  }

  /** Another file for the same monitor: its windows are computed again, alerts of signals that are gone are over. */
  async function update(workspace: string, name: string, source: Source, by: By): Promise<Monitor> {
    const before = await require(workspace, name)
    const plan = await read(workspace, source)
    if (plan.name !== name)
      throw new ModelyardError('request_invalid', `The file is of the monitor '${plan.name}', not of '${name}'.`)
    const change: Partial<MonitorTable> = {
      endpoint: plan.endpoint,
      plan: JSON.stringify(plan),
      source: source.text,
      revision: before.revision + 1,
      found: null,
      last_run_at: null,
      last_error: null,
      updated_at: clock.now(),
    }
    await database.write(async (tx) => {
      if (!(await store.changeMonitor(tx, before, change, before.revision)))
        throw new ModelyardError('conflict', `The monitor '${name}' was changed meanwhile; read it again.`)
      await store.deleteWindows(tx, workspace, name)
      const sameEndpoint = before.endpoint === plan.endpoint
      const kept = new Set(plan.signals.map((signal) => signal.name))
      await deps.alerts.resolveGone(tx, before, (signal) => sameEndpoint && kept.has(signal), by)
      await tell(tx, 'monitor.updated', { ...before, ...change }, by, {
        before: { source: before.source },
        after: { source: source.text },
      })
    })
    if (before.endpoint !== plan.endpoint) await deps.collectionChanged()
    return get(workspace, name, { windows: 0, distributions: false })
  }

  async function remove(workspace: string, name: string, by: By): Promise<void> {
    await database.write(async (tx) => {
      const row = await store.findMonitor(tx, workspace, name)
      if (row === undefined || !(await store.deleteMonitor(tx, workspace, name)))
        throw new ModelyardError('monitor_not_found', `There is no monitor '${name}' in the workspace '${workspace}'.`)
      await deps.alerts.resolveGone(tx, row, () => false, by)
      await deleteAlertsOfMonitor(tx, workspace, name)
      await tell(tx, 'monitor.deleted', row, by, { before: { name, endpoint: row.endpoint } })
    })
  }

  function tell(
    tx: Transaction,
    event: 'monitor.created' | 'monitor.updated' | 'monitor.deleted',
    row: Pick<MonitorTable, 'workspace' | 'name' | 'endpoint'>,
    by: By,
    change: { before?: unknown; after?: unknown },
  ): Promise<void> {
    return appendEvent(tx, {
      name: event,
      subject: row.name,
      workspace: row.workspace,
      at: clock.now(),
      ...by,
      data: { monitor: row.name, endpoint: row.endpoint },
      ...change,
    })
  }

  async function get(
    workspace: string,
    name: string,
    shown: { windows: number; distributions: boolean },
  ): Promise<Monitor> {
    const row = await require(workspace, name)
    const windows = shown.windows === 0 ? [] : await store.listWindows(database.read, workspace, name, shown.windows)
    const alerts = await listAlerts(database.read, workspace, { monitor: name }, shownAlerts)
    return toMonitor(
      platform,
      row,
      windows.map((window) => toWindow(window, shown.distributions)),
      alerts.map((alert) => deps.alerts.toAlert(alert)),
    )
  }

  /** Monitors by name, each with its newest window (without its results) and what of its alerts is open. */
  async function list(workspace: string, query: { pageSize: number; pageToken?: string | undefined }) {
    const rows = await store.listMonitors(database.read, workspace, query.pageSize + 1, query.pageToken)
    const shown = new Map<string, Monitor>()
    for (const row of rows.slice(0, query.pageSize)) {
      const [newest] = await store.listWindows(database.read, workspace, row.name, 1)
      const alerts = await listAlerts(database.read, workspace, { monitor: row.name }, 10)
      const windows = newest === undefined ? [] : [{ ...toWindow(newest, false), results: [] }]
      shown.set(
        row.name,
        toMonitor(
          platform,
          row,
          windows,
          alerts.map((alert) => deps.alerts.toAlert(alert)),
        ),
      )
    }
    return toPage(
      rows,
      query.pageSize,
      (row) => [row.name],
      (row) => shown.get(row.name) ?? toMonitor(platform, row, [], []),
    )
  }

  async function getWindow(workspace: string, name: string, start: string) {
    await require(workspace, name)
    const at = Date.parse(start)
    const row = Number.isNaN(at) ? undefined : await store.findWindow(database.read, workspace, name, at)
    if (row === undefined)
      throw new ModelyardError(
        'window_not_found',
        `The monitor '${name}' has no window that begins at ${start.slice(0, 40)}.`,
      )
    return toWindow(row, true)
  }

  return { require, create, update, remove, get, list, getWindow }
}

export type MonitorService = ReturnType<typeof createMonitorService>
