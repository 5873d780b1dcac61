import { decodeCursor, type Database, type Transaction } from '../platform/index.ts'
import type { PipelineStateTable, PipelineTable, StepCacheTable } from './pipeline-tables.ts'

export function findCached(db: Database, workspace: string, key: string): Promise<StepCacheTable | undefined> {
  return db
    .selectFrom('step_cache')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('key', '=', key)
    .executeTakeFirst()
}

/** The newest result counts: a forced run replaces what was there. */
export async function putCached(tx: Transaction, row: StepCacheTable): Promise<void> {
  const { workspace: _workspace, key: _key, ...change } = row
  await tx
    .insertInto('step_cache')
    .values(row)
    .onConflict((conflict) => conflict.columns(['workspace', 'key']).doUpdateSet(change))
    .execute()
}

export async function dropCached(tx: Transaction, workspace: string, key: string): Promise<void> {
  await tx.deleteFrom('step_cache').where('workspace', '=', workspace).where('key', '=', key).execute()
}

export function findState(db: Database, workspace: string, name: string): Promise<PipelineStateTable | undefined> {
  return db
    .selectFrom('pipeline_state')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .executeTakeFirst()
}

export function findPipeline(
  db: Database,
  workspace: string,
  name: string,
  version: number,
): Promise<PipelineTable | undefined> {
  return db
    .selectFrom('pipeline')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .where('version', '=', version)
    .executeTakeFirst()
}

export function listPipelineVersions(db: Database, workspace: string, name: string) {
  return db
    .selectFrom('pipeline')
    .select(['id', 'version', 'label', 'enabled', 'created_at', 'created_by'])
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .orderBy('version', 'desc')
    .limit(1000)
    .execute()
}

export function findPipelineById(db: Database, workspace: string, id: string): Promise<PipelineTable | undefined> {
  return db
    .selectFrom('pipeline')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** Versions of all pipelines, newest first; `enabled` by the version and its pipeline together. */
export function listAllVersions(
  db: Database,
  workspace: string,
  query: { limit: number; pageToken?: string | undefined; enabled?: boolean | undefined },
): Promise<(PipelineTable & { pipeline_enabled: number; latest: number; updated_at: number })[]> {
  let rows = db
    .selectFrom('pipeline')
    .innerJoin('pipeline_state', (join) =>
      join
        .onRef('pipeline_state.workspace', '=', 'pipeline.workspace')
        .onRef('pipeline_state.name', '=', 'pipeline.name'),
    )
    .selectAll('pipeline')
    .select([
      'pipeline_state.enabled as pipeline_enabled',
      'pipeline_state.latest as latest',
      'pipeline_state.updated_at as updated_at',
    ])
    .where('pipeline.workspace', '=', workspace)
    .orderBy('pipeline.created_at', 'desc')
    .orderBy('pipeline.id', 'desc')
    .limit(query.limit)
  if (query.enabled === true) rows = rows.where('pipeline.enabled', '=', 1).where('pipeline_state.enabled', '=', 1)
  if (query.enabled === false)
    rows = rows.where((where) => where.or([where('pipeline.enabled', '=', 0), where('pipeline_state.enabled', '=', 0)]))
  const after = decodeCursor(query.pageToken, 2)
  if (after !== undefined) {
    const [at, id] = [Number(after[0]), String(after[1])]
    rows = rows.where((where) =>
      where.or([
        where('pipeline.created_at', '<', at),
        where.and([where('pipeline.created_at', '=', at), where('pipeline.id', '<', id)]),
      ]),
    )
  }
  return rows.execute()
}

/** Newest first. */
export function listStates(
  db: Database,
  workspace: string,
  limit: number,
  pageToken?: string,
): Promise<PipelineStateTable[]> {
  let query = db
    .selectFrom('pipeline_state')
    .selectAll()
    .where('workspace', '=', workspace)
    .orderBy('updated_at', 'desc')
    .orderBy('name', 'desc')
    .limit(limit)
  const after = decodeCursor(pageToken, 2)
  if (after !== undefined) {
    const [at, name] = [Number(after[0]), String(after[1])]
    query = query.where((where) =>
      where.or([where('updated_at', '<', at), where.and([where('updated_at', '=', at), where('name', '<', name)])]),
    )
  }
  return query.execute()
}

/** Publishes the next version; the pipeline is enabled again by it. */
export async function insertPipeline(tx: Transaction, row: Omit<PipelineTable, 'version'>): Promise<number> {
  const state = await findState(tx, row.workspace, row.name)
  const version = (state?.latest ?? 0) + 1
  await tx
    .insertInto('pipeline')
    .values({ ...row, version })
    .execute()
  const change = { latest: version, updated_at: row.created_at, enabled: 1 }
  await tx
    .insertInto('pipeline_state')
    .values({ workspace: row.workspace, name: row.name, ...change })
    .onConflict((conflict) => conflict.columns(['workspace', 'name']).doUpdateSet(change))
    .execute()
  return version
}

export async function setEnabled(tx: Transaction, workspace: string, name: string, enabled: boolean): Promise<void> {
  await tx
    .updateTable('pipeline_state')
    .set({ enabled: Number(enabled) })
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .execute()
}

export async function setVersionEnabled(tx: Transaction, id: string, enabled: boolean): Promise<void> {
  await tx
    .updateTable('pipeline')
    .set({ enabled: Number(enabled) })
    .where('id', '=', id)
    .execute()
}

export async function findIdempotent(db: Database, key: string): Promise<string | undefined> {
  return (await db.selectFrom('idempotency').select('job_id').where('key', '=', key).executeTakeFirst())?.job_id
}

export async function rememberIdempotent(
  tx: Transaction,
  key: string,
  jobId: string,
  at: number,
  forgetBefore: number,
): Promise<void> {
  await tx.deleteFrom('idempotency').where('created_at', '<', forgetBefore).execute()
  await tx
    .insertInto('idempotency')
    .values({ key, job_id: jobId, created_at: at })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute()
}

export async function countPipelines(db: Database, workspace: string): Promise<number> {
  const row = await db
    .selectFrom('pipeline_state')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('workspace', '=', workspace)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}
