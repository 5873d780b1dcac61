import { decodeCursor, type Database, type Transaction } from '../platform/index.ts'
import type { TriggerTable } from './automation-tables.ts'

export function findTrigger(db: Database, workspace: string, name: string): Promise<TriggerTable | undefined> {
  return db
    .selectFrom('automation_trigger')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .executeTakeFirst()
}

export function listTriggers(
  db: Database,
  workspace: string,
  limit: number,
  pageToken?: string,
): Promise<TriggerTable[]> {
  let query = db
    .selectFrom('automation_trigger')
    .selectAll()
    .where('workspace', '=', workspace)
    .orderBy('name')
    .limit(limit)
  const after = decodeCursor(pageToken, 1)
  if (after !== undefined) query = query.where('name', '>', String(after[0]))
  return query.execute()
}

/** False when the name is taken. */
export async function insertTrigger(tx: Transaction, row: TriggerTable): Promise<boolean> {
  const result = await tx
    .insertInto('automation_trigger')
    .values(row)
    .onConflict((conflict) => conflict.columns(['workspace', 'name']).doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

export async function changeTrigger(
  tx: Transaction,
  workspace: string,
  name: string,
  change: Partial<TriggerTable>,
): Promise<void> {
  await tx
    .updateTable('automation_trigger')
    .set(change)
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .execute()
}

export async function deleteTrigger(tx: Transaction, workspace: string, name: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('automation_trigger')
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .executeTakeFirst()
  return result.numDeletedRows === 1n
}

/** A job acts for who made the trigger; when they are gone, nobody answers for it. */
export async function disableTriggersOf(tx: Transaction, principal: string): Promise<void> {
  await tx.updateTable('automation_trigger').set({ enabled: 0 }).where('created_by', '=', principal).execute()
}
