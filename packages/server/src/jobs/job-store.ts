import type { JobStatus } from '@modelyard/contract'
import { decodeCursor, type Database, type Transaction } from '../platform/index.ts'
import type { JobTable } from './job-tables.ts'

export async function insertJob(tx: Transaction, row: JobTable): Promise<void> {
  await tx.insertInto('job').values(row).execute()
}

export function findJob(db: Database, id: string): Promise<JobTable | undefined> {
  return db.selectFrom('job').selectAll().where('id', '=', id).executeTakeFirst()
}

export interface JobFilter {
  readonly workspace: string
  readonly status?: JobStatus | undefined
  readonly pipeline?: string | undefined
  readonly experiment?: string | undefined
  readonly search?: string | undefined
}

/** Newest first: ids sort by age. */
export function listJobs(db: Database, filter: JobFilter, limit: number, pageToken?: string): Promise<JobTable[]> {
  let query = db
    .selectFrom('job')
    .selectAll()
    .where('workspace', '=', filter.workspace)
    .orderBy('id', 'desc')
    .limit(limit)
  if (filter.status !== undefined) query = query.where('status', '=', filter.status)
  if (filter.pipeline !== undefined) query = query.where('pipeline_name', '=', filter.pipeline)
  if (filter.experiment !== undefined) query = query.where('experiment', '=', filter.experiment)
  if (filter.search !== undefined) query = query.where('name', 'like', `%${filter.search.replaceAll(/[%_]/g, '')}%`)
  const after = decodeCursor(pageToken, 1)
  if (after !== undefined) query = query.where('id', '<', String(after[0]))
  return query.execute()
}

/** `queued` becomes `running` with the first step that begins. */
export async function markRunning(tx: Transaction, id: string, at: number): Promise<boolean> {
  const result = await tx
    .updateTable('job')
    .set({ status: 'running', started_at: at })
    .where('id', '=', id)
    .where('status', '=', 'queued')
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** One step less to wait for; answers how many are left. */
export async function countDown(tx: Transaction, id: string): Promise<number> {
  const row = await tx
    .updateTable('job')
    .set((set) => ({ open_steps: set('open_steps', '-', 1) }))
    .where('id', '=', id)
    .returning('open_steps')
    .executeTakeFirstOrThrow()
  return row.open_steps
}

export async function endJob(
  tx: Transaction,
  id: string,
  change: { status: JobStatus; error: string | null; ended_at: number; started_at: number },
): Promise<void> {
  await tx.updateTable('job').set(change).where('id', '=', id).where('status', 'in', ['queued', 'running']).execute()
}

export async function requestCancel(tx: Transaction, id: string, at: number): Promise<boolean> {
  const result = await tx
    .updateTable('job')
    .set({ cancel_requested_at: at })
    .where('id', '=', id)
    .where('status', 'in', ['queued', 'running'])
    .where('cancel_requested_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function countJobs(
  db: Database,
  workspace: string,
  failedSince: number,
): Promise<{ queued: number; running: number; failed: number }> {
  const rows = await db
    .selectFrom('job')
    .select((select) => ['status', select.fn.countAll<number>().as('count')])
    .where('workspace', '=', workspace)
    .where((where) =>
      where.or([
        where('status', 'in', ['queued', 'running']),
        where.and([where('status', '=', 'failed'), where('ended_at', '>', failedSince)]),
      ]),
    )
    .groupBy('status')
    .execute()
  const of = (status: JobStatus): number => Number(rows.find((row) => row.status === status)?.count ?? 0)
  return { queued: of('queued'), running: of('running'), failed: of('failed') }
}
