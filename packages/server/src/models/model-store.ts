import { decodeCursor, type Database, type Transaction } from '../platform/index.ts'
import type { ModelAliasTable, ModelTable, ModelVersionTable } from './model-tables.ts'

export function findModel(db: Database, workspace: string, name: string): Promise<ModelTable | undefined> {
  return db
    .selectFrom('model')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .executeTakeFirst()
}

/** Models by name. */
export function listModels(db: Database, workspace: string, limit: number, pageToken?: string): Promise<ModelTable[]> {
  let query = db.selectFrom('model').selectAll().where('workspace', '=', workspace).orderBy('name').limit(limit)
  const after = decodeCursor(pageToken, 1)
  if (after !== undefined) query = query.where('name', '>', String(after[0]))
  return query.execute()
}

export async function insertModel(tx: Transaction, row: ModelTable): Promise<boolean> {
  const result = await tx
    .insertInto('model')
    .values(row)
    .onConflict((conflict) => conflict.columns(['workspace', 'name']).doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

export async function changeModel(
  tx: Transaction,
  workspace: string,
  name: string,
  change: Partial<ModelTable>,
): Promise<void> {
  await tx.updateTable('model').set(change).where('workspace', '=', workspace).where('name', '=', name).execute()
}

export async function renameModel(
  tx: Transaction,
  workspace: string,
  from: string,
  to: string,
  at: number,
): Promise<void> {
  await tx
    .updateTable('model')
    .set({ name: to, updated_at: at })
    .where('workspace', '=', workspace)
    .where('name', '=', from)
    .execute()
  await tx
    .updateTable('model_version')
    .set({ model: to })
    .where('workspace', '=', workspace)
    .where('model', '=', from)
    .execute()
  await tx
    .updateTable('model_alias')
    .set({ model: to })
    .where('workspace', '=', workspace)
    .where('model', '=', from)
    .execute()
}

export async function deleteModel(tx: Transaction, workspace: string, name: string): Promise<void> {
  await tx.deleteFrom('model_alias').where('workspace', '=', workspace).where('model', '=', name).execute()
  await tx.deleteFrom('model_version').where('workspace', '=', workspace).where('model', '=', name).execute()
  await tx.deleteFrom('model').where('workspace', '=', workspace).where('name', '=', name).execute()
}

/** The next number of a model, taken for good. */
export async function takeVersionNumber(tx: Transaction, workspace: string, name: string, at: number): Promise<number> {
  const row = await tx
    .updateTable('model')
    .set((set) => ({ last_version: set('last_version', '+', 1), updated_at: at }))
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .returning('last_version')
    .executeTakeFirstOrThrow()
  return row.last_version
}

export async function insertVersion(tx: Transaction, row: ModelVersionTable): Promise<void> {
  await tx.insertInto('model_version').values(row).execute()
}

export function findVersion(
  db: Database,
  workspace: string,
  model: string,
  version: number,
): Promise<ModelVersionTable | undefined> {
  return db
    .selectFrom('model_version')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('model', '=', model)
    .where('version', '=', version)
    .executeTakeFirst()
}

export function findLatestVersion(
  db: Database,
  workspace: string,
  model: string,
): Promise<ModelVersionTable | undefined> {
  return db
    .selectFrom('model_version')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('model', '=', model)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** Versions, newest first. */
export function listVersions(db: Database, workspace: string, model: string): Promise<ModelVersionTable[]> {
  return db
    .selectFrom('model_version')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('model', '=', model)
    .orderBy('version', 'desc')
    .limit(10_000)
    .execute()
}

/** All versions of a workspace, for searches of other surfaces. */
export function listAllVersions(db: Database, workspace: string): Promise<ModelVersionTable[]> {
  return db
    .selectFrom('model_version')
    .selectAll()
    .where('workspace', '=', workspace)
    .orderBy('model')
    .orderBy('version', 'desc')
    .limit(100_000)
    .execute()
}

export function listVersionsOfRun(db: Database, workspace: string, runId: string): Promise<ModelVersionTable[]> {
  return db
    .selectFrom('model_version')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('run_id', '=', runId)
    .execute()
}

export async function changeVersion(
  tx: Transaction,
  workspace: string,
  model: string,
  version: number,
  change: Partial<ModelVersionTable>,
): Promise<void> {
  await tx
    .updateTable('model_version')
    .set(change)
    .where('workspace', '=', workspace)
    .where('model', '=', model)
    .where('version', '=', version)
    .execute()
}

export async function deleteVersion(tx: Transaction, workspace: string, model: string, version: number): Promise<void> {
  await tx
    .deleteFrom('model_alias')
    .where('workspace', '=', workspace)
    .where('model', '=', model)
    .where('version', '=', version)
    .execute()
  await tx
    .deleteFrom('model_version')
    .where('workspace', '=', workspace)
    .where('model', '=', model)
    .where('version', '=', version)
    .execute()
}

export function listAliases(db: Database, workspace: string, model?: string): Promise<ModelAliasTable[]> {
  const query = db.selectFrom('model_alias').selectAll().where('workspace', '=', workspace)
  return (model === undefined ? query : query.where('model', '=', model)).orderBy('alias').execute()
}

export function findAlias(
  db: Database,
  workspace: string,
  model: string,
  alias: string,
): Promise<ModelAliasTable | undefined> {
  return db
    .selectFrom('model_alias')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('model', '=', model)
    .where('alias', '=', alias)
    .executeTakeFirst()
}

export async function putAlias(tx: Transaction, row: ModelAliasTable): Promise<void> {
  await tx
    .insertInto('model_alias')
    .values(row)
    .onConflict((conflict) => conflict.columns(['workspace', 'model', 'alias']).doUpdateSet({ version: row.version }))
    .execute()
}

export async function deleteAlias(tx: Transaction, workspace: string, model: string, alias: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('model_alias')
    .where('workspace', '=', workspace)
    .where('model', '=', model)
    .where('alias', '=', alias)
    .executeTakeFirst()
  return result.numDeletedRows === 1n
}

export async function countModels(db: Database, workspace: string): Promise<number> {
  const row = await db
    .selectFrom('model')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('workspace', '=', workspace)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}
