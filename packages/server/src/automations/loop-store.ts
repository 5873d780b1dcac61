import type { LoopStatus } from '@modelyard/contract'
import { decodeCursor, type Database, type Transaction } from '../platform/index.ts'
import type { LoopTable } from './automation-tables.ts'

export function findLoop(db: Database, workspace: string, id: string): Promise<LoopTable | undefined> {
  return db
    .selectFrom('automation_loop')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** Newest first. */
export function listLoops(
  db: Database,
  filter: {
    workspace: string
    trigger?: string | undefined
    monitor?: string | undefined
    endpoint?: string | undefined
  },
  limit: number,
  pageToken?: string,
): Promise<LoopTable[]> {
  let query = db.selectFrom('automation_loop').selectAll().where('workspace', '=', filter.workspace)
  if (filter.trigger !== undefined) query = query.where('trigger', '=', filter.trigger)
  if (filter.monitor !== undefined) query = query.where('monitor', '=', filter.monitor)
  if (filter.endpoint !== undefined) query = query.where('endpoint', '=', filter.endpoint)
  const after = decodeCursor(pageToken, 2)
  if (after !== undefined) {
    const [at, id] = [Number(after[0]), String(after[1])]
    query = query.where((where) =>
      where.or([where('started_at', '<', at), where.and([where('started_at', '=', at), where('id', '<', id)])]),
    )
  }
  return query.orderBy('started_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
}

export function listOpenLoops(db: Database): Promise<LoopTable[]> {
  return db.selectFrom('automation_loop').selectAll().where('ended_at', 'is', null).orderBy('id').execute()
}

/** An open loop that shares what only one loop at a time may touch. */
export function findOpenLoop(
  db: Database,
  workspace: string,
  of: { trigger: string; pipeline: string; endpoints: readonly string[] },
): Promise<LoopTable | undefined> {
  return db
    .selectFrom('automation_loop')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('ended_at', 'is', null)
    .where((where) =>
      where.or([
        where('trigger', '=', of.trigger),
        where('pipeline', '=', of.pipeline),
        ...(of.endpoints.length === 0 ? [] : [where('endpoint', 'in', [...of.endpoints])]),
      ]),
    )
    .orderBy('id')
    .executeTakeFirst()
}

/** The loops of a trigger since a moment, and its last one, newest first. */
export async function listLoopsOfTrigger(
  db: Database,
  workspace: string,
  trigger: string,
  since: number,
): Promise<{ status: LoopStatus; started_at: number; ended_at: number | null }[]> {
  const base = db
    .selectFrom('automation_loop')
    .select(['status', 'started_at', 'ended_at'])
    .where('workspace', '=', workspace)
    .where('trigger', '=', trigger)
    .orderBy('started_at', 'desc')
  const last = await base.limit(1).execute()
  const recent = await base.where('started_at', '>', since).limit(10_001).execute()
  return recent.length > 0 ? recent : last
}

/** When a loop last trained on the labels of an endpoint; 0: never. */
export async function findLastTraining(db: Database, workspace: string, endpoint: string): Promise<number> {
  const row = await db
    .selectFrom('automation_loop')
    .select((select) => select.fn.max('trained_at').as('at'))
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .executeTakeFirst()
  return Number(row?.at ?? 0)
}

export async function insertLoop(tx: Transaction, row: LoopTable): Promise<void> {
  await tx.insertInto('automation_loop').values(row).execute()
}

/** Changes a loop that still has the revision that was read. */
export async function changeLoop(
  tx: Transaction,
  loop: Pick<LoopTable, 'id' | 'revision'>,
  change: Partial<LoopTable>,
): Promise<boolean> {
  const result = await tx
    .updateTable('automation_loop')
    .set({ ...change, revision: loop.revision + 1 })
    .where('id', '=', loop.id)
    .where('revision', '=', loop.revision)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Loops that ended and left something to be put away by now. */
export function listUntidy(db: Database, now: number): Promise<LoopTable[]> {
  return db.selectFrom('automation_loop').selectAll().where('tidy_at', '<=', now).orderBy('id').limit(100).execute()
}

/** Deployments that loops made at an endpoint, oldest first. */
export function listDeploymentsOfLoops(
  db: Database,
  workspace: string,
  endpoint: string,
): Promise<{ id: string; deployment: string | null }[]> {
  return db
    .selectFrom('automation_loop')
    .select(['id', 'deployment'])
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .where('deployment', 'is not', null)
    .orderBy('id')
    .execute()
}

export async function setTidyAt(tx: Transaction, id: string, at: number | null): Promise<void> {
  await tx.updateTable('automation_loop').set({ tidy_at: at }).where('id', '=', id).execute()
}

export async function countOpenLoops(db: Database, workspace: string): Promise<number> {
  const row = await db
    .selectFrom('automation_loop')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('workspace', '=', workspace)
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** Everything of a workspace that is gone. */
export async function forgetWorkspace(tx: Transaction, workspace: string): Promise<void> {
  for (const table of [
    'automation_trigger',
    'automation_loop',
    'known_alert',
    'webhook',
    'delivery',
    'alert_notice',
  ] as const)
    await tx.deleteFrom(table).where('workspace', '=', workspace).execute()
}
