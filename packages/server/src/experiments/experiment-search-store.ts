import { sql } from 'kysely'
import { decodeCursor, encodeCursor, type Database } from '../platform/index.ts'
import { toExperiment } from './experiment-store.ts'
import type { ExperimentRecord } from './experiment.ts'
import type { ExperimentTable } from './experiment-tables.ts'
import type { BoundCondition, BoundOrder, SearchFields } from './search-fields.ts'
import { afterSql, conditionSql, fromCursorValue, sortKeys, toCursorValue, type SearchSource } from './search-store.ts'

export const experimentFields: SearchFields = {
  kinds: ['tag', 'attribute'],
  attributes: {
    name: { column: 'name', type: 'text' },
    experiment_id: { column: 'number', type: 'number' },
    creation_time: { column: 'created_at', type: 'number' },
    last_update_time: { column: 'updated_at', type: 'number' },
  },
}

const source: SearchSource = {
  id: 'experiment.id',
  reference: 'experiment_id',
  tagTable: 'experiment_tag',
  expressions: {},
}

/** One page of experiments. Ties go by creation, newest first, then by id. */
export async function searchExperiments(
  db: Database,
  search: {
    workspace: string
    lifecycle: 'active' | 'deleted' | undefined
    conditions: readonly BoundCondition[]
    order: readonly BoundOrder[]
    limit: number
    pageToken?: string | undefined
  },
): Promise<{ experiments: ExperimentRecord[]; nextPageToken?: string }> {
  const keys = sortKeys(search.order, source)
  const columns = [
    ...keys.map((key, index) => ({ column: `key_${index}`, descending: key.descending })),
    { column: 'created_at', descending: true },
    { column: 'number', descending: false },
  ]
  let inner = db.selectFrom('experiment').selectAll('experiment').where('experiment.workspace', '=', search.workspace)
  if (search.lifecycle !== undefined) inner = inner.where('experiment.lifecycle', '=', search.lifecycle)
  for (const condition of search.conditions) inner = inner.where(conditionSql(condition, source))
  const keyed = inner.select(keys.map((key, index) => key.expression.as(`key_${index}`)))
  let outer = db.selectFrom(keyed.as('found')).selectAll()
  const after = decodeCursor(search.pageToken, columns.length)
  if (after !== undefined) outer = outer.where(afterSql(columns, after.map(fromCursorValue)))
  for (const { column, descending } of columns) outer = outer.orderBy(sql.ref(column), descending ? 'desc' : 'asc')
  const rows = (await outer.limit(search.limit + 1).execute()) as (ExperimentTable & Record<string, unknown>)[]
  const experiments = rows.slice(0, search.limit).map(toExperiment)
  const last = rows[search.limit - 1]
  if (rows.length <= search.limit || last === undefined) return { experiments }
  return { experiments, nextPageToken: encodeCursor(columns.map(({ column }) => toCursorValue(last[column]))) }
}
