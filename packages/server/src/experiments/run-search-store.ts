import { sql } from 'kysely'
import { ModelyardError } from '@modelyard/contract'
import { decodeCursor, encodeCursor, type Database, type Transaction } from '../platform/index.ts'
import type { RunRecord } from './run.ts'
import { toRun } from './run-store.ts'
import type { RunTable } from './run-tables.ts'
import type { BoundCondition, BoundOrder, SearchFields } from './search-fields.ts'
import { afterSql, conditionSql, fromCursorValue, sortKeys, toCursorValue, type SearchSource } from './search-store.ts'

/** What a search of runs may name, in both spellings that people use. */
export const runFields: SearchFields = {
  kinds: ['metric', 'parameter', 'tag', 'dataset', 'attribute'],
  attributes: {
    run_id: { column: 'id', type: 'text' },
    id: { column: 'id', type: 'text' },
    run_name: { column: 'name', type: 'text' },
    'run name': { column: 'name', type: 'text' },
    'Run name': { column: 'name', type: 'text' },
    'Run Name': { column: 'name', type: 'text' },
    name: { column: 'name', type: 'text' },
    user_id: { column: 'user_id', type: 'text' },
    created_by: { column: 'created_by', type: 'text' },
    status: { column: 'status', type: 'text' },
    artifact_uri: { column: 'artifact_uri', type: 'text' },
    experiment_id: { column: 'experiment_id', type: 'text' },
    parent_run_id: { column: 'parent_run_id', type: 'text' },
    job_id: { column: 'job_id', type: 'text' },
    step: { column: 'step', type: 'text' },
    start_time: { column: 'started_at', type: 'number' },
    created: { column: 'started_at', type: 'number' },
    Created: { column: 'started_at', type: 'number' },
    end_time: { column: 'ended_at', type: 'number' },
  },
}

const source: SearchSource = {
  id: 'run.id',
  reference: 'run_id',
  metricTable: 'run_metric',
  parameterTable: 'run_parameter',
  tagTable: 'run_tag',
  inputTable: 'run_input',
  expressions: {
    // The user that a client names stands before the principal whose token it used.
    user_id: sql`coalesce((select value from run_tag as named where named.run_id = run.id and named.name = 'mlflow.user'), run.created_by)`,
    artifact_uri: sql`'mlflow-artifacts:/' || run.experiment_id || '/' || run.id || '/artifacts'`,
  },
  caseless: ['status'],
}

export interface RunSearch {
  readonly workspace: string
  /** Only of these; no list means every experiment. */
  readonly experimentIds?: readonly string[] | undefined
  readonly ids?: readonly string[] | undefined
  readonly jobId?: string | undefined
  readonly lifecycle?: 'active' | 'deleted' | undefined
  readonly conditions: readonly BoundCondition[]
  readonly order: readonly BoundOrder[]
  readonly limit: number
  readonly pageToken?: string | undefined
}

type Row = RunTable & Record<string, unknown>

/** A cursor that would be longer names its row instead, and the values are read again. */
const longestCursor = 480

/** One page of runs. Ties go by start, newest first, then by id; so does everything when no order is asked for. */
export async function searchRunRows(
  db: Database | Transaction,
  search: RunSearch,
): Promise<{ runs: RunRecord[]; nextPageToken?: string }> {
  const keys = sortKeys(search.order, source)
  const columns = [
    ...keys.map((key, index) => ({ column: `key_${index}`, descending: key.descending })),
    { column: 'started_at', descending: true },
    { column: 'id', descending: false },
  ]
  let inner = db.selectFrom('run').selectAll('run').where('run.workspace', '=', search.workspace)
  if (search.experimentIds !== undefined) inner = inner.where('run.experiment_id', 'in', search.experimentIds)
  if (search.ids !== undefined) inner = inner.where('run.id', 'in', search.ids)
  if (search.jobId !== undefined) inner = inner.where('run.job_id', '=', search.jobId)
  if (search.lifecycle !== undefined) inner = inner.where('run.lifecycle', '=', search.lifecycle)
  for (const condition of search.conditions) inner = inner.where(conditionSql(condition, source))
  const keyed = inner.select(keys.map((key, index) => key.expression.as(`key_${index}`)))
  let outer = db.selectFrom(keyed.as('found')).selectAll()
  const after = await readCursor()
  if (after !== undefined) outer = outer.where(afterSql(columns, after))
  for (const { column, descending } of columns) outer = outer.orderBy(sql.ref(column), descending ? 'desc' : 'asc')
  const rows = (await outer.limit(search.limit + 1).execute()) as Row[]
  const runs = rows.slice(0, search.limit).map(toRun)
  const last = rows[search.limit - 1]
  if (rows.length <= search.limit || last === undefined) return { runs }
  const whole = encodeCursor(columns.map(({ column }) => toCursorValue(last[column])))
  return { runs, nextPageToken: whole.length > longestCursor ? encodeCursor([last.id]) : whole }

  async function readCursor(): Promise<unknown[] | undefined> {
    const cursor = decodeCursor(search.pageToken, isShort(search.pageToken) ? 1 : columns.length)
    if (cursor === undefined || cursor.length > 1) return cursor?.map(fromCursorValue)
    const row: Row | undefined = await db
      .selectFrom('run')
      .selectAll('run')
      .select(keys.map((key, index) => key.expression.as(`key_${index}`)))
      .where('run.workspace', '=', search.workspace)
      .where('run.id', '=', String(cursor[0]))
      .executeTakeFirst()
    if (row === undefined) throw new ModelyardError('cursor_invalid', 'The pageToken was not made by this list.')
    return columns.map(({ column }) => row[column])
  }
}

/** Whether a cursor names a row instead of holding its values. */
function isShort(pageToken: string | undefined): boolean {
  try {
    return decodeCursor(pageToken, 1) !== undefined
  } catch {
    return false
  }
}
