import type { Selectable } from 'kysely'
import { sql } from 'kysely'
import { decodeCursor, encodeCursor, type Database, type Transaction } from '../platform/index.ts'
import type { LoggedModel, LoggedModelMetric, LoggedModelStatus, RunModel } from './logged-model.ts'
import type { LoggedModelTable } from './logged-model-tables.ts'
import type { LoggedMetric } from './metric.ts'
import type { BoundCondition, BoundOrder, SearchFields } from './search-fields.ts'
import { afterSql, conditionSql, fromCursorValue, sortKeys, toCursorValue, type SearchSource } from './search-store.ts'

type Handle = Database | Transaction

export const loggedModelFields: SearchFields = {
  kinds: ['metric', 'parameter', 'tag', 'attribute'],
  attributes: {
    name: { column: 'name', type: 'text' },
    model_id: { column: 'id', type: 'text' },
    model_type: { column: 'model_type', type: 'text' },
    status: { column: 'status', type: 'text' },
    source_run_id: { column: 'source_run_id', type: 'text' },
    experiment_id: { column: 'experiment_id', type: 'text' },
    creation_timestamp: { column: 'created_at', type: 'number' },
    creation_time: { column: 'created_at', type: 'number' },
    last_updated_timestamp: { column: 'updated_at', type: 'number' },
    last_updated_time: { column: 'updated_at', type: 'number' },
  },
}

const source: SearchSource = {
  id: 'logged_model.id',
  reference: 'model_id',
  metricTable: 'logged_model_metric',
  parameterTable: 'logged_model_parameter',
  tagTable: 'logged_model_tag',
  expressions: {},
  caseless: ['status'],
}

export async function insertLoggedModel(
  tx: Transaction,
  model: Omit<LoggedModel, 'parameters' | 'tags' | 'metrics'>,
): Promise<void> {
  await tx
    .insertInto('logged_model')
    .values({
      id: model.id,
      workspace: model.workspace,
      experiment_id: model.experimentId,
      name: model.name,
      model_type: model.modelType,
      source_run_id: model.sourceRunId,
      status: model.status,
      status_message: model.statusMessage,
      lifecycle: model.lifecycle,
      created_by: model.createdBy,
      created_at: model.createdAt,
      updated_at: model.updatedAt,
    })
    .execute()
}

export async function updateLoggedModel(
  tx: Transaction,
  id: string,
  change: { status?: LoggedModelStatus; status_message?: string; lifecycle?: 'active' | 'deleted'; updated_at: number },
): Promise<void> {
  await tx.updateTable('logged_model').set(change).where('id', '=', id).execute()
}

export async function upsertLoggedModelPairs(
  tx: Transaction,
  table: 'logged_model_tag' | 'logged_model_parameter',
  modelId: string,
  pairs: Readonly<Record<string, string>>,
): Promise<void> {
  const values = Object.entries(pairs).map(([name, value]) => ({ model_id: modelId, name, value }))
  if (values.length === 0) return
  await tx
    .insertInto(table)
    .values(values)
    .onConflict((conflict) =>
      conflict.columns(['model_id', 'name']).doUpdateSet((set) => ({ value: set.ref('excluded.value') })),
    )
    .execute()
}

export async function deleteLoggedModelTag(tx: Transaction, modelId: string, name: string): Promise<boolean> {
  const result = await tx
    .deleteFrom('logged_model_tag')
    .where('model_id', '=', modelId)
    .where('name', '=', name)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

export async function upsertLoggedModelMetric(tx: Transaction, runId: string, metric: LoggedMetric): Promise<void> {
  const nan = Number.isNaN(metric.value)
  const values = { value: nan ? 0 : metric.value, is_nan: nan ? 1 : 0, step: metric.step, at: metric.at }
  await tx
    .insertInto('logged_model_metric')
    .values({
      model_id: metric.modelId ?? '',
      run_id: runId,
      name: metric.name,
      dataset_name: metric.datasetName ?? '',
      dataset_digest: metric.datasetDigest ?? '',
      ...values,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['model_id', 'run_id', 'name', 'dataset_name', 'dataset_digest'])
        .doUpdateSet(values)
        .where(sql<boolean>`(excluded.step, excluded.at) >= (logged_model_metric.step, logged_model_metric.at)`),
    )
    .execute()
}

export async function upsertRunModels(tx: Transaction, runId: string, models: readonly RunModel[]): Promise<void> {
  for (const model of models)
    await tx
      .insertInto('run_model')
      .values({ run_id: runId, model_id: model.modelId, direction: model.direction, step: model.step })
      .onConflict((conflict) => conflict.columns(['run_id', 'direction', 'model_id']).doNothing())
      .execute()
}

export async function loadRunModels(db: Handle, runIds: readonly string[]): Promise<Map<string, RunModel[]>> {
  const models = new Map<string, RunModel[]>(runIds.map((id) => [id, []]))
  for (let start = 0; start < runIds.length; start += 500) {
    const rows = await db
      .selectFrom('run_model')
      .selectAll()
      .where('run_id', 'in', runIds.slice(start, start + 500))
      .execute()
    for (const row of rows)
      models.get(row.run_id)?.push({ modelId: row.model_id, direction: row.direction, step: row.step })
  }
  return models
}

/** Models that a run logged, the newest first, so that a name that was logged again means the newest. */
export async function listOutputModels(db: Handle, runId: string): Promise<{ id: string; name: string }[]> {
  return await db
    .selectFrom('run_model')
    .innerJoin('logged_model', 'logged_model.id', 'run_model.model_id')
    .select(['logged_model.id', 'logged_model.name'])
    .where('run_model.run_id', '=', runId)
    .where('run_model.direction', '=', 'output')
    .where('logged_model.lifecycle', '=', 'active')
    .orderBy('logged_model.created_at', 'desc')
    .orderBy('logged_model.id')
    .execute()
}

export async function findLoggedModel(
  db: Handle,
  workspace: string,
  id: string,
  allowDeleted: boolean,
): Promise<LoggedModel | undefined> {
  let query = db.selectFrom('logged_model').selectAll().where('id', '=', id).where('workspace', '=', workspace)
  if (!allowDeleted) query = query.where('lifecycle', '=', 'active')
  const rows = await query.execute()
  return (await withParts(db, rows))[0]
}

export async function searchLoggedModels(
  db: Database,
  search: {
    workspace: string
    experimentIds: readonly string[]
    conditions: readonly BoundCondition[]
    order: readonly BoundOrder[]
    limit: number
    pageToken?: string | undefined
  },
): Promise<{ models: LoggedModel[]; nextPageToken?: string }> {
  const keys = sortKeys(search.order, source)
  const columns = [
    ...keys.map((key, index) => ({ column: `key_${index}`, descending: key.descending })),
    { column: 'created_at', descending: true },
    { column: 'id', descending: false },
  ]
  let inner = db
    .selectFrom('logged_model')
    .selectAll('logged_model')
    .where('logged_model.workspace', '=', search.workspace)
    .where('logged_model.experiment_id', 'in', search.experimentIds)
    .where('logged_model.lifecycle', '=', 'active')
  for (const condition of search.conditions) inner = inner.where(conditionSql(condition, source))
  const keyed = inner.select(keys.map((key, index) => key.expression.as(`key_${index}`)))
  let outer = db.selectFrom(keyed.as('found')).selectAll()
  const after = decodeCursor(search.pageToken, columns.length)
  if (after !== undefined) outer = outer.where(afterSql(columns, after.map(fromCursorValue)))
  for (const { column, descending } of columns) outer = outer.orderBy(sql.ref(column), descending ? 'desc' : 'asc')
  const rows = (await outer.limit(search.limit + 1).execute()) as (LoggedModelTable & Record<string, unknown>)[]
  const models = await withParts(db, rows.slice(0, search.limit))
  const last = rows[search.limit - 1]
  if (rows.length <= search.limit || last === undefined) return { models }
  return { models, nextPageToken: encodeCursor(columns.map(({ column }) => toCursorValue(last[column]))) }
}

async function withParts(db: Handle, rows: readonly Selectable<LoggedModelTable>[]): Promise<LoggedModel[]> {
  const ids = rows.map((row) => row.id)
  if (ids.length === 0) return []
  const tags = await db.selectFrom('logged_model_tag').selectAll().where('model_id', 'in', ids).execute()
  const parameters = await db.selectFrom('logged_model_parameter').selectAll().where('model_id', 'in', ids).execute()
  const metrics = await db.selectFrom('logged_model_metric').selectAll().where('model_id', 'in', ids).execute()
  return rows.map((row) => ({
    id: row.id,
    workspace: row.workspace,
    experimentId: row.experiment_id,
    name: row.name,
    modelType: row.model_type,
    sourceRunId: row.source_run_id,
    status: row.status,
    statusMessage: row.status_message,
    lifecycle: row.lifecycle,
    createdBy: row.created_by,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    tags: pairsOf(tags, row.id),
    parameters: pairsOf(parameters, row.id),
    metrics: metrics
      .filter((metric) => metric.model_id === row.id)
      .map((metric): LoggedModelMetric => ({
        name: metric.name,
        value: metric.is_nan === 1 ? Number.NaN : metric.value,
        step: metric.step,
        at: metric.at,
        runId: metric.run_id,
        datasetName: metric.dataset_name,
        datasetDigest: metric.dataset_digest,
      })),
  }))
}

function pairsOf(
  rows: readonly { model_id: string; name: string; value: string }[],
  id: string,
): Record<string, string> {
  return Object.fromEntries(rows.filter((row) => row.model_id === id).map((row) => [row.name, row.value]))
}
