import { decodeCursor, type Database, type Transaction } from '../../platform/index.ts'
import type { RolloutTable } from './rollout-tables.ts'

export function findRollout(db: Database, id: string): Promise<RolloutTable | undefined> {
  return db.selectFrom('rollout').selectAll().where('id', '=', id).executeTakeFirst()
}

/** The rollout that moves the traffic of an endpoint now; there is at most one. */
export function findActiveRollout(
  db: Database,
  workspace: string,
  endpoint: string,
): Promise<RolloutTable | undefined> {
  return db
    .selectFrom('rollout')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
}

export function listActiveRollouts(db: Database): Promise<RolloutTable[]> {
  return db.selectFrom('rollout').selectAll().where('ended_at', 'is', null).execute()
}

/** Newest first. */
export function listRollouts(
  db: Database,
  workspace: string,
  endpoint: string,
  limit: number,
  pageToken?: string,
): Promise<RolloutTable[]> {
  let query = db
    .selectFrom('rollout')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  const after = decodeCursor(pageToken, 2)
  if (after !== undefined)
    query = query.where((where) =>
      where.or([
        where('created_at', '<', Number(after[0])),
        where.and([where('created_at', '=', Number(after[0])), where('id', '<', String(after[1]))]),
      ]),
    )
  return query.execute()
}

/** The rollouts of a workspace that changed since, for the overview. */
export function listRecentRollouts(db: Database, workspace: string, since: number): Promise<RolloutTable[]> {
  return db
    .selectFrom('rollout')
    .selectAll()
    .where('workspace', '=', workspace)
    .where((where) => where.or([where('ended_at', 'is', null), where('updated_at', '>', since)]))
    .orderBy('created_at', 'desc')
    .limit(300)
    .execute()
}

export async function insertRollout(tx: Transaction, row: RolloutTable): Promise<void> {
  await tx.insertInto('rollout').values(row).execute()
}

/** Changes a rollout while it has the revision that the change was computed from. */
export async function changeRollout(
  tx: Transaction,
  of: { readonly id: string; readonly revision: number },
  change: Partial<RolloutTable>,
): Promise<boolean> {
  const result = await tx
    .updateTable('rollout')
    .set({ ...change, revision: of.revision + 1 })
    .where('id', '=', of.id)
    .where('revision', '=', of.revision)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function deleteRollouts(tx: Transaction, workspace: string, endpoint: string): Promise<void> {
  await tx.deleteFrom('rollout').where('workspace', '=', workspace).where('endpoint', '=', endpoint).execute()
}
