import { decodeCursor, type Database, type Transaction } from '../platform/index.ts'
import type { ScheduleTable } from './schedule-tables.ts'

export function findSchedule(db: Database, workspace: string, name: string): Promise<ScheduleTable | undefined> {
  return db
    .selectFrom('schedule')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .executeTakeFirst()
}

export function listSchedules(
  db: Database,
  filter: { workspace: string; pipeline?: string | undefined },
  limit: number,
  pageToken?: string,
): Promise<ScheduleTable[]> {
  let query = db
    .selectFrom('schedule')
    .selectAll()
    .where('workspace', '=', filter.workspace)
    .orderBy('name')
    .limit(limit)
  if (filter.pipeline !== undefined) query = query.where('pipeline', '=', filter.pipeline)
  const after = decodeCursor(pageToken, 1)
  if (after !== undefined) query = query.where('name', '>', String(after[0]))
  return query.execute()
}

/** Enabled ones whose time has come, the longest waiting first. */
export function listDue(db: Database, now: number, limit: number): Promise<ScheduleTable[]> {
  return db
    .selectFrom('schedule')
    .selectAll()
    .where('enabled', '=', 1)
    .where('next_at', '<=', now)
    .orderBy('next_at')
    .limit(limit)
    .execute()
}

export async function countEnabled(db: Database, workspace: string): Promise<number> {
  const row = await db
    .selectFrom('schedule')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('workspace', '=', workspace)
    .where('enabled', '=', 1)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** Enabled ones that wait for data. */
export function listWaitingForData(db: Database): Promise<ScheduleTable[]> {
  return db
    .selectFrom('schedule')
    .selectAll()
    .where('enabled', '=', 1)
    .where('data', 'is not', null)
    .orderBy('name')
    .limit(10_000)
    .execute()
}

export async function insertSchedule(tx: Transaction, row: ScheduleTable): Promise<boolean> {
  const done = await tx
    .insertInto('schedule')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return Number(done.numInsertedOrUpdatedRows ?? 0) > 0
}

/** Changes a schedule that still is as it was read; false when somebody else was first. */
export async function changeSchedule(
  tx: Transaction,
  was: Pick<ScheduleTable, 'workspace' | 'name' | 'enabled' | 'next_at' | 'seen_version' | 'updated_at'>,
  change: Partial<ScheduleTable>,
): Promise<boolean> {
  const done = await tx
    .updateTable('schedule')
    .set(change)
    .where('workspace', '=', was.workspace)
    .where('name', '=', was.name)
    .where('enabled', '=', was.enabled)
    .where('seen_version', '=', was.seen_version)
    .where('updated_at', '=', was.updated_at)
    .where('next_at', was.next_at === null ? 'is' : '=', was.next_at)
    .executeTakeFirst()
  return Number(done.numUpdatedRows) > 0
}

export async function deleteSchedule(tx: Transaction, workspace: string, name: string): Promise<boolean> {
  const done = await tx
    .deleteFrom('schedule')
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .executeTakeFirst()
  return Number(done.numDeletedRows) > 0
}
