import type { AttemptState, StepStatus } from '@modelyard/contract'
import type { Database, Transaction } from '../platform/index.ts'
import type { AttemptTable, EdgeTable, StepTable } from './job-tables.ts'

const rowsPerInsert = 200
const unfinishedStatuses: readonly StepStatus[] = ['pending', 'queued', 'running']
const activeAttempts: readonly AttemptState[] = ['leased', 'preparing', 'running', 'committing']

export async function insertSteps(
  tx: Transaction,
  steps: readonly StepTable[],
  edges: readonly EdgeTable[],
): Promise<void> {
  for (let start = 0; start < steps.length; start += rowsPerInsert)
    await tx
      .insertInto('step')
      .values(steps.slice(start, start + rowsPerInsert))
      .execute()
  for (let start = 0; start < edges.length; start += rowsPerInsert)
    await tx
      .insertInto('edge')
      .values(edges.slice(start, start + rowsPerInsert))
      .execute()
}

export function listSteps(db: Database, jobId: string): Promise<StepTable[]> {
  return db.selectFrom('step').selectAll().where('job_id', '=', jobId).orderBy('position').execute()
}

export function listEdges(db: Database, jobId: string): Promise<EdgeTable[]> {
  return db.selectFrom('edge').selectAll().where('job_id', '=', jobId).execute()
}

export function findStep(db: Database, jobId: string, name: string): Promise<StepTable | undefined> {
  return db.selectFrom('step').selectAll().where('job_id', '=', jobId).where('name', '=', name).executeTakeFirst()
}

export function findStepByAttempt(db: Database, attemptId: string): Promise<StepTable | undefined> {
  return db.selectFrom('step').selectAll().where('attempt_id', '=', attemptId).executeTakeFirst()
}

export async function listChildren(db: Database, jobId: string, step: string): Promise<string[]> {
  const rows = await db
    .selectFrom('edge')
    .select('to_step')
    .where('job_id', '=', jobId)
    .where('from_step', '=', step)
    .execute()
  return rows.map((row) => row.to_step)
}

/** Outputs of the steps that a step waits for. */
export async function listOutputs(db: Database, jobId: string, names: readonly string[]): Promise<Map<string, string>> {
  if (names.length === 0) return new Map()
  const rows = await db
    .selectFrom('step')
    .select(['name', 'outputs'])
    .where('job_id', '=', jobId)
    .where('name', 'in', [...names])
    .execute()
  return new Map(rows.map((row) => [row.name, row.outputs]))
}

/** One need less; answers the step when it was the last one. */
export async function satisfyNeed(tx: Transaction, jobId: string, name: string): Promise<StepTable | undefined> {
  const row = await tx
    .updateTable('step')
    .set((set) => ({ open_needs: set('open_needs', '-', 1) }))
    .where('job_id', '=', jobId)
    .where('name', '=', name)
    .where('status', '=', 'pending')
    .returningAll()
    .executeTakeFirst()
  return row !== undefined && row.open_needs === 0 ? row : undefined
}

/** Changes a step that has not ended; false when it had. */
export async function changeStep(
  tx: Transaction,
  step: { job_id: string; name: string },
  change: Partial<StepTable>,
): Promise<boolean> {
  const result = await tx
    .updateTable('step')
    .set(change)
    .where('job_id', '=', step.job_id)
    .where('name', '=', step.name)
    .where('status', 'in', [...unfinishedStatuses])
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export function listOpenSteps(db: Database, jobId: string, statuses: readonly StepStatus[]): Promise<StepTable[]> {
  return db
    .selectFrom('step')
    .selectAll()
    .where('job_id', '=', jobId)
    .where('status', 'in', [...statuses])
    .orderBy('position')
    .execute()
}

/** Steps that wait for the same work to end elsewhere. */
export function listWaitingTwins(db: Database, workspace: string, key: string): Promise<StepTable[]> {
  return db
    .selectFrom('step')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('key', '=', key)
    .where('status', '=', 'queued')
    .where('attempt_id', 'is', null)
    .orderBy('created_at')
    .limit(1000)
    .execute()
}

/** A step that does the same work right now. */
export function findRunningTwin(db: Database, workspace: string, key: string): Promise<StepTable | undefined> {
  return db
    .selectFrom('step')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('key', '=', key)
    .where('status', 'in', ['queued', 'running'])
    .where((where) => where.or([where('attempt_id', 'is not', null), where('status', '=', 'running')]))
    .limit(1)
    .executeTakeFirst()
}

/** Attempts that wait for a target, oldest first. */
export function listQueued(db: Database, targetId: string, limit: number): Promise<StepTable[]> {
  return db
    .selectFrom('step')
    .selectAll()
    .where('compute_target_id', '=', targetId)
    .where('attempt_state', '=', 'queued')
    .orderBy('queued_at')
    .orderBy('job_id')
    .orderBy('position')
    .limit(limit)
    .execute()
}

export async function countQueued(db: Database, targetId: string): Promise<number> {
  const row = await db
    .selectFrom('step')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('compute_target_id', '=', targetId)
    .where('attempt_state', '=', 'queued')
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** What waits for a target and what each of its nodes holds, seen at one moment. */
export async function countDemand(
  db: Database,
  targetId: string,
): Promise<{ queued: number; held: ReadonlyMap<string, number> }> {
  const rows = await db
    .selectFrom('step')
    .select((select) => ['attempt_state', 'node_id', select.fn.countAll<number>().as('count')])
    .where('compute_target_id', '=', targetId)
    .where('attempt_state', 'in', ['queued', ...activeAttempts])
    .groupBy(['attempt_state', 'node_id'])
    .execute()
  let queued = 0
  const held = new Map<string, number>()
  for (const row of rows) {
    if (row.attempt_state === 'queued') queued += Number(row.count)
    else if (row.node_id !== null) held.set(row.node_id, (held.get(row.node_id) ?? 0) + Number(row.count))
  }
  return { queued, held }
}

/** Steps of a target that are not over, also those whose turn has not come. */
export async function countUnfinished(db: Database, targetId: string): Promise<number> {
  const row = await db
    .selectFrom('step')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('compute_target_id', '=', targetId)
    .where('status', 'in', [...unfinishedStatuses])
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** Targets that have queued attempts, for a start after a stop. */
export async function listDemandedTargets(db: Database): Promise<string[]> {
  const rows = await db
    .selectFrom('step')
    .select('compute_target_id')
    .distinct()
    .where('attempt_state', '=', 'queued')
    .execute()
  return rows.flatMap((row) => row.compute_target_id ?? [])
}

export function listStepsOnNode(db: Database, nodeId: string): Promise<StepTable[]> {
  return db
    .selectFrom('step')
    .selectAll()
    .where('node_id', '=', nodeId)
    .where('attempt_state', 'in', [...activeAttempts])
    .execute()
}

/** Steps the server was doing itself when it stopped. */
export function listRunningGates(db: Database): Promise<StepTable[]> {
  return db.selectFrom('step').selectAll().where('kind', '=', 'gate').where('status', '=', 'running').execute()
}

export async function insertAttempt(tx: Transaction, row: AttemptTable): Promise<void> {
  await tx.insertInto('attempt').values(row).execute()
}

/** Moves an attempt with its fence; false when it is another's or has ended. */
export async function changeAttempt(
  tx: Transaction,
  id: string,
  fence: number,
  change: Partial<AttemptTable>,
): Promise<boolean> {
  const result = await tx
    .updateTable('attempt')
    .set(change)
    .where('id', '=', id)
    .where('fence', '=', fence)
    .where('state', 'in', ['queued', ...activeAttempts])
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export function listAttempts(db: Database, jobId: string, step?: string): Promise<AttemptTable[]> {
  let query = db.selectFrom('attempt').selectAll().where('job_id', '=', jobId).orderBy('queued_at').orderBy('number')
  if (step !== undefined) query = query.where('step', '=', step)
  return query.execute()
}

export function findAttempt(db: Database, id: string): Promise<AttemptTable | undefined> {
  return db.selectFrom('attempt').selectAll().where('id', '=', id).executeTakeFirst()
}

/** The newest earlier step of that name with a key, for the comparison: of the same job name where there is one. */
export function findPreviousStep(db: Database, step: StepTable, jobName: string): Promise<StepTable | undefined> {
  return db
    .selectFrom('step')
    .innerJoin('job', 'job.id', 'step.job_id')
    .selectAll('step')
    .where('step.workspace', '=', step.workspace)
    .where('step.name', '=', step.name)
    .where('job.name', '=', jobName)
    .where('step.job_id', '<', step.job_id)
    .where('step.key', 'is not', null)
    .orderBy('step.created_at', 'desc')
    .orderBy('step.job_id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

export async function countStepStates(
  db: Database,
  jobIds: readonly string[],
): Promise<Map<string, { counts: Record<string, number>; reused: number }>> {
  const found = new Map<string, { counts: Record<string, number>; reused: number }>()
  if (jobIds.length === 0) return found
  const rows = await db
    .selectFrom('step')
    .select((select) => [
      'job_id',
      'status',
      select.fn.countAll<number>().as('count'),
      select.fn.sum<number>('reused').as('reused'),
    ])
    .where('job_id', 'in', [...jobIds])
    .groupBy(['job_id', 'status'])
    .execute()
  for (const row of rows) {
    const entry = found.get(row.job_id) ?? { counts: {}, reused: 0 }
    entry.counts[row.status] = Number(row.count)
    entry.reused += Number(row.reused)
    found.set(row.job_id, entry)
  }
  return found
}
