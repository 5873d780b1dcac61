import { decodeCursor, type Database, type Transaction } from '../platform/index.ts'
import type { ModelProfileTable, MonitorTable, MonitorWindowTable } from './monitor-tables.ts'

export function findMonitor(db: Database, workspace: string, name: string): Promise<MonitorTable | undefined> {
  return db
    .selectFrom('monitor')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .executeTakeFirst()
}

/** Monitors by name. */
export function listMonitors(
  db: Database,
  workspace: string,
  limit: number,
  pageToken?: string,
): Promise<MonitorTable[]> {
  let query = db.selectFrom('monitor').selectAll().where('workspace', '=', workspace).orderBy('name').limit(limit)
  const after = decodeCursor(pageToken, 1)
  if (after !== undefined) query = query.where('name', '>', String(after[0]))
  return query.execute()
}

export function listAllMonitors(db: Database): Promise<MonitorTable[]> {
  return db.selectFrom('monitor').selectAll().orderBy('workspace').orderBy('name').execute()
}

export function listMonitorsOfEndpoint(db: Database, workspace: string, endpoint: string): Promise<MonitorTable[]> {
  return db
    .selectFrom('monitor')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .orderBy('name')
    .execute()
}

export async function countMonitors(db: Database, workspace: string): Promise<number> {
  const row = await db
    .selectFrom('monitor')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('workspace', '=', workspace)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

export async function insertMonitor(tx: Transaction, row: MonitorTable): Promise<boolean> {
  const result = await tx
    .insertInto('monitor')
    .values(row)
    .onConflict((conflict) => conflict.columns(['workspace', 'name']).doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

/** Changes a monitor, with `revision` only while its file is still that one. */
export async function changeMonitor(
  tx: Transaction,
  of: { workspace: string; name: string },
  change: Partial<MonitorTable>,
  revision?: number,
): Promise<boolean> {
  let query = tx.updateTable('monitor').set(change).where('workspace', '=', of.workspace).where('name', '=', of.name)
  if (revision !== undefined) query = query.where('revision', '=', revision)
  return (await query.executeTakeFirst()).numUpdatedRows === 1n
}

export async function deleteMonitor(tx: Transaction, workspace: string, name: string): Promise<boolean> {
  await deleteWindows(tx, workspace, name)
  const result = await tx
    .deleteFrom('monitor')
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .executeTakeFirst()
  return result.numDeletedRows === 1n
}

export async function deleteWindows(tx: Transaction, workspace: string, monitor: string): Promise<void> {
  await tx.deleteFrom('monitor_window').where('workspace', '=', workspace).where('monitor', '=', monitor).execute()
}

/** What tells whether a window is due, of every window, oldest first. */
export function listWindowStates(db: Database, workspace: string, monitor: string) {
  return db
    .selectFrom('monitor_window')
    .select(['start_ms', 'place', 'end_ms', 'rows', 'labels', 'complete', 'skipped', 'fingerprint'])
    .where('workspace', '=', workspace)
    .where('monitor', '=', monitor)
    .orderBy('start_ms')
    .orderBy('place')
    .execute()
}

/** Windows for a document, oldest first; the newest `limit` of them. */
export async function listWindows(
  db: Database,
  workspace: string,
  monitor: string,
  limit: number,
): Promise<MonitorWindowTable[]> {
  const rows = await db
    .selectFrom('monitor_window')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('monitor', '=', monitor)
    .orderBy('start_ms', 'desc')
    .orderBy('place', 'desc')
    .limit(limit)
    .execute()
  return rows.toReversed()
}

/** What the heat map and alerts need of the newest windows that begin at `from` or later, oldest first. */
export async function listDecisions(db: Database, workspace: string, monitor: string, limit: number, from?: number) {
  let query = db
    .selectFrom('monitor_window')
    .select(['start_ms', 'place', 'end_ms', 'rows', 'labels', 'complete', 'decisions', 'performance'])
    .where('workspace', '=', workspace)
    .where('monitor', '=', monitor)
    .orderBy('start_ms', 'desc')
    .orderBy('place', 'desc')
    .limit(limit)
  if (from !== undefined) query = query.where('start_ms', '>=', from)
  return (await query.execute()).toReversed()
}

export type DecisionRow = Awaited<ReturnType<typeof listDecisions>>[number]

export function findWindow(
  db: Database,
  workspace: string,
  monitor: string,
  start: number,
): Promise<MonitorWindowTable | undefined> {
  return db
    .selectFrom('monitor_window')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('monitor', '=', monitor)
    .where('start_ms', '=', start)
    .orderBy('place')
    .limit(1)
    .executeTakeFirst()
}

export async function putWindow(tx: Transaction, row: MonitorWindowTable): Promise<void> {
  const { workspace: _workspace, monitor: _monitor, start_ms: _start, place: _place, ...change } = row
  await tx
    .insertInto('monitor_window')
    .values(row)
    .onConflict((conflict) => conflict.columns(['workspace', 'monitor', 'start_ms', 'place']).doUpdateSet(change))
    .execute()
}

export async function deleteWindow(
  tx: Transaction,
  workspace: string,
  monitor: string,
  of: { start_ms: number; place: number },
): Promise<void> {
  await tx
    .deleteFrom('monitor_window')
    .where('workspace', '=', workspace)
    .where('monitor', '=', monitor)
    .where('start_ms', '=', of.start_ms)
    .where('place', '=', of.place)
    .execute()
}

export function findProfile(
  db: Database,
  workspace: string,
  model: string,
  version: number,
): Promise<ModelProfileTable | undefined> {
  return db
    .selectFrom('model_profile')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('model', '=', model)
    .where('version', '=', version)
    .executeTakeFirst()
}

export async function putProfile(tx: Transaction, row: ModelProfileTable): Promise<void> {
  const { workspace: _workspace, model: _model, version: _version, ...change } = row
  await tx
    .insertInto('model_profile')
    .values(row)
    .onConflict((conflict) => conflict.columns(['workspace', 'model', 'version']).doUpdateSet(change))
    .execute()
}
