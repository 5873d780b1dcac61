import type { AlertStatus } from '@modelyard/contract'
import { decodeCursor, type Database, type Transaction } from '../platform/index.ts'
import type { AlertTable } from './monitor-tables.ts'

export interface AlertFilter {
  readonly status?: AlertStatus | undefined
  readonly monitor?: string | undefined
  readonly endpoint?: string | undefined
}

export function findAlert(db: Database, workspace: string, id: string): Promise<AlertTable | undefined> {
  return db.selectFrom('alert').selectAll().where('workspace', '=', workspace).where('id', '=', id).executeTakeFirst()
}

/** Newest first. */
export function listAlerts(
  db: Database,
  workspace: string,
  filter: AlertFilter,
  limit: number,
  pageToken?: string,
): Promise<AlertTable[]> {
  let query = db
    .selectFrom('alert')
    .selectAll()
    .where('workspace', '=', workspace)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  if (filter.status !== undefined) query = query.where('status', '=', filter.status)
  if (filter.monitor !== undefined) query = query.where('monitor', '=', filter.monitor)
  if (filter.endpoint !== undefined) query = query.where('endpoint', '=', filter.endpoint)
  const after = decodeCursor(pageToken, 2)
  if (after !== undefined) {
    const [at, id] = [Number(after[0]), String(after[1])]
    query = query.where((where) =>
      where.or([where('created_at', '<', at), where.and([where('created_at', '=', at), where('id', '<', id)])]),
    )
  }
  return query.execute()
}

/** All alerts of a monitor that are not resolved. */
export function listOpenAlerts(db: Database, workspace: string, monitor?: string): Promise<AlertTable[]> {
  let query = db
    .selectFrom('alert')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('status', '!=', 'resolved')
    .orderBy('created_at', 'desc')
  if (monitor !== undefined) query = query.where('monitor', '=', monitor)
  return query.execute()
}

/** Alerts of data quality of a monitor or an endpoint that fire, seen by somebody or not, oldest first. */
export function listOpenQualityAlerts(
  db: Database,
  workspace: string,
  { monitor, endpoint }: { readonly monitor: string | null; readonly endpoint: string | null },
): Promise<AlertTable[]> {
  return db
    .selectFrom('alert')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('type', '=', 'data_quality')
    .where('status', 'in', ['firing', 'acknowledged'])
    .where((where) =>
      where.or([
        ...(monitor === null ? [] : [where('monitor', '=', monitor)]),
        ...(endpoint === null ? [] : [where('endpoint', '=', endpoint)]),
      ]),
    )
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

/** End of the newest window that a resolved alert of this signal has dealt with. */
export async function findHandledUntil(
  db: Database,
  workspace: string,
  monitor: string,
  signal: string,
): Promise<number | undefined> {
  const row = await db
    .selectFrom('alert')
    .select((select) => select.fn.max('until').as('until'))
    .where('workspace', '=', workspace)
    .where('monitor', '=', monitor)
    .where('signal', '=', signal)
    .where('status', '=', 'resolved')
    .executeTakeFirst()
  return row?.until ?? undefined
}

export async function countOpenAlerts(db: Database, workspace: string): Promise<number> {
  const row = await db
    .selectFrom('alert')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('workspace', '=', workspace)
    .where('status', 'in', ['firing', 'acknowledged'])
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

export function listAlertsSince(db: Database, workspace: string, updatedAfter: number): Promise<AlertTable[]> {
  return db
    .selectFrom('alert')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('updated_at', '>', updatedAfter)
    .where('status', '!=', 'pending')
    .orderBy('created_at', 'desc')
    .limit(300)
    .execute()
}

export async function insertAlert(tx: Transaction, row: AlertTable): Promise<void> {
  await tx.insertInto('alert').values(row).execute()
}

/** Changes an alert while it still has that status. */
export async function changeAlert(
  tx: Transaction,
  id: string,
  change: Partial<AlertTable>,
  statuses: readonly AlertStatus[],
): Promise<boolean> {
  const result = await tx
    .updateTable('alert')
    .set(change)
    .where('id', '=', id)
    .where('status', 'in', statuses)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function deleteAlert(tx: Transaction, id: string): Promise<void> {
  await tx.deleteFrom('alert').where('id', '=', id).execute()
}

export async function deleteAlertsOfMonitor(tx: Transaction, workspace: string, monitor: string): Promise<void> {
  await tx.deleteFrom('alert').where('workspace', '=', workspace).where('monitor', '=', monitor).execute()
}
