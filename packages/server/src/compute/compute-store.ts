import type { NodeState } from '@modelyard/contract'
import { decodeCursor, type Database, type Transaction } from '../platform/index.ts'
import type { ComputeTargetTable, NodeTable, ScalingDecisionTable } from './compute-tables.ts'

export function findTarget(db: Database, workspace: string, name: string): Promise<ComputeTargetTable | undefined> {
  return db
    .selectFrom('compute_target')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .executeTakeFirst()
}

export function listAllTargets(db: Database): Promise<ComputeTargetTable[]> {
  return db.selectFrom('compute_target').selectAll().execute()
}

export function listTargets(
  db: Database,
  workspace: string,
  limit: number,
  pageToken?: string,
): Promise<ComputeTargetTable[]> {
  let query = db
    .selectFrom('compute_target')
    .selectAll()
    .where('workspace', '=', workspace)
    .orderBy('name')
    .limit(limit)
  const after = decodeCursor(pageToken, 1)
  if (after !== undefined) query = query.where('name', '>', String(after[0]))
  return query.execute()
}

export async function insertTarget(tx: Transaction, row: ComputeTargetTable): Promise<boolean> {
  const result = await tx
    .insertInto('compute_target')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

export async function changeTarget(tx: Transaction, id: string, change: Partial<ComputeTargetTable>): Promise<boolean> {
  const result = await tx.updateTable('compute_target').set(change).where('id', '=', id).executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function deleteTarget(tx: Transaction, id: string): Promise<void> {
  await tx.deleteFrom('scaling_decision').where('target_id', '=', id).execute()
  await tx.deleteFrom('compute_target').where('id', '=', id).execute()
}

export function listLiveNodes(db: Database): Promise<NodeTable[]> {
  return db.selectFrom('node').selectAll().where('state', '!=', 'gone').orderBy('created_at').orderBy('id').execute()
}

export async function insertNode(tx: Transaction, row: NodeTable): Promise<void> {
  await tx.insertInto('node').values(row).execute()
}

export async function changeNode(tx: Transaction, id: string, change: Partial<NodeTable>): Promise<void> {
  await tx.updateTable('node').set(change).where('id', '=', id).execute()
}

/** Nodes that left stay in the table for the page's history, the last hundred of a target. */
export async function forgetOldNodes(tx: Transaction, targetId: string): Promise<void> {
  const kept = await tx
    .selectFrom('node')
    .select('id')
    .where('target_id', '=', targetId)
    .where('state', '=', 'gone')
    .orderBy('state_since', 'desc')
    .limit(100)
    .execute()
  await tx
    .deleteFrom('node')
    .where('target_id', '=', targetId)
    .where('state', '=', 'gone' satisfies NodeState)
    .where('id', 'not in', [...kept.map((row) => row.id), ''])
    .execute()
}

export async function insertDecision(tx: Transaction, row: Omit<ScalingDecisionTable, 'id'>): Promise<void> {
  await tx.insertInto('scaling_decision').values(row).execute()
}

export function listDecisions(
  db: Database,
  targetId: string,
  limit: number,
  pageToken?: string,
): Promise<ScalingDecisionTable[]> {
  let query = db
    .selectFrom('scaling_decision')
    .selectAll()
    .where('target_id', '=', targetId)
    .orderBy('id', 'desc')
    .limit(limit)
  const after = decodeCursor(pageToken, 1)
  if (after !== undefined) query = query.where('id', '<', Number(after[0]))
  return query.execute()
}

/** Decisions about targets that the workspace sees, newest first, with the target's name. */
export function listRecentDecisions(db: Database, workspace: string, since: number, limit: number) {
  return db
    .selectFrom('scaling_decision')
    .innerJoin('compute_target', 'compute_target.id', 'scaling_decision.target_id')
    .select(['compute_target.name', 'at', 'from_nodes', 'to_nodes'])
    .where('compute_target.workspace', 'in', [workspace, '*'])
    .where('at', '>', since)
    .orderBy('scaling_decision.id', 'desc')
    .limit(limit)
    .execute()
}

export async function countTargets(db: Database, workspace: string): Promise<number> {
  const row = await db
    .selectFrom('compute_target')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('workspace', '=', workspace)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}
