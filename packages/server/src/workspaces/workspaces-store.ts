import { decodeCursor, type Database, type Transaction } from '../platform/index.ts'
import type { WorkspaceTable } from './workspaces-tables.ts'

export function findWorkspace(db: Database, name: string): Promise<WorkspaceTable | undefined> {
  return db.selectFrom('workspace').selectAll().where('name', '=', name).executeTakeFirst()
}

/** Workspaces by name; with `names` only those. */
export function listWorkspaces(
  db: Database,
  names: readonly string[] | undefined,
  limit: number,
  pageToken?: string,
): Promise<WorkspaceTable[]> {
  let query = db.selectFrom('workspace').selectAll().orderBy('name').limit(limit)
  if (names !== undefined) query = query.where('name', 'in', names.length === 0 ? [''] : names)
  const after = decodeCursor(pageToken, 1)
  if (after !== undefined) query = query.where('name', '>', String(after[0]))
  return query.execute()
}

export async function insertWorkspace(tx: Transaction, row: WorkspaceTable): Promise<boolean> {
  const result = await tx
    .insertInto('workspace')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

export async function deleteWorkspace(tx: Transaction, name: string): Promise<boolean> {
  const result = await tx.deleteFrom('workspace').where('name', '=', name).executeTakeFirst()
  return result.numDeletedRows === 1n
}
