import { ModelyardError } from '@modelyard/contract'
import type { QuerySources } from './query-sources.ts'

/** The part of `@duckdb/node-api` that is used here; the package is installed only where SQL is wanted. */
interface DuckDb {
  readonly DuckDBInstance: { create(path: string, options: Record<string, string>): Promise<Instance> }
  readonly StatementType: Readonly<Record<string, number>>
}
interface Instance {
  connect(): Promise<Connection>
  closeSync(): void
}
interface Connection {
  run(sql: string): Promise<unknown>
  extractStatements(sql: string): Promise<{ readonly count: number; prepare(index: number): Promise<Prepared> }>
  interrupt(): void
  closeSync(): void
}
interface Prepared {
  readonly statementType: number
  streamAndReadUntil(rows: number): Promise<Reader>
}
interface Reader {
  columnNames(): readonly string[]
  columnTypes(): readonly { toString(): string }[]
  getRowsJson(): unknown[][]
}

export interface QueryResult {
  readonly columns: { readonly name: string; readonly type: string }[]
  readonly rows: unknown[][]
  readonly truncated: boolean
}

const moduleName = '@duckdb/node-api'
const longestMs = 30_000

/** @throws ModelyardError `query_engine_missing` where DuckDB is not installed. */
async function loadEngine(): Promise<DuckDb> {
  try {
    return (await import(moduleName)) as DuckDb
  } catch (error) {
    throw new ModelyardError(
      'query_engine_missing',
      'SQL over collected rows needs the package `@duckdb/node-api`, which is not installed here.',
      {
        cause: error,
      },
    )
  }
}

/**
 * One read-only statement over `inputs`, `predictions` and `labels` of an endpoint. It can open the files behind these tables and no other: the list is
 * closed, and the settings locked, before the statement is read.
 */
export async function runQuery(
  sql: string,
  limit: number,
  sources: QuerySources,
  after: (delayMs: number, work: () => void) => { cancel(): void },
): Promise<QueryResult> {
  const engine = await loadEngine()
  const instance = await engine.DuckDBInstance.create(':memory:', { threads: '1', memory_limit: '1GB' })
  try {
    const connection = await instance.connect()
    try {
      for (const statement of preparation(sources)) await connection.run(statement)
      const timer = after(longestMs, () => connection.interrupt())
      try {
        return await select(connection, sql, limit, engine.StatementType['SELECT'])
      } finally {
        timer.cancel()
      }
    } finally {
      connection.closeSync()
    }
  } finally {
    instance.closeSync()
  }
}

async function select(
  connection: Connection,
  sql: string,
  limit: number,
  selectType: number | undefined,
): Promise<QueryResult> {
  try {
    const statements = await connection.extractStatements(sql)
    if (statements.count !== 1) throw new ModelyardError('query_invalid', 'Send exactly one statement.')
    const prepared = await statements.prepare(0)
    if (prepared.statementType !== selectType)
      throw new ModelyardError('query_invalid', 'Only `SELECT` statements are taken.')
    const reader = await prepared.streamAndReadUntil(limit + 1)
    const types = reader.columnTypes().map(String)
    const rows = reader.getRowsJson()
    return {
      columns: reader.columnNames().map((name, place) => ({ name, type: types[place] ?? '' })),
      rows: rows.slice(0, limit).map((row) => row.map((value, place) => numeric(value, types[place] ?? ''))),
      truncated: rows.length > limit,
    }
  } catch (error) {
    if (ModelyardError.is(error)) throw error
    throw new ModelyardError('query_invalid', (error as Error).message.slice(0, 2000))
  }
}

/** Whole numbers come as texts, for the sake of those that a double cannot hold. */
function numeric(value: unknown, type: string): unknown {
  return typeof value === 'string' && /^U?(BIG|HUGE)INT$/.test(type) && Number.isSafeInteger(Number(value))
    ? Number(value)
    : value
}

function preparation(sources: QuerySources): string[] {
  const paths = [
    ...sources.inputs.flatMap((part) => part.paths),
    ...sources.predictions.flatMap((part) => part.paths),
    ...sources.labels.paths,
  ]
  return [
    `SET TimeZone = 'UTC'`,
    'SET autoinstall_known_extensions = false',
    'SET autoload_known_extensions = false',
    `SET allowed_paths = [${paths.map(quoted).join(', ')}]`,
    'SET enable_external_access = false',
    `CREATE VIEW inputs AS ${rowsOf(sources.inputs)}`,
    `CREATE VIEW predictions AS ${rowsOf(sources.predictions)}`,
    `CREATE VIEW labels AS ${labelsOf(sources.labels)}`,
    'SET lock_configuration = true',
  ]
}

const noRows = `SELECT ''::VARCHAR AS request_id, 0::INTEGER AS row_index, TIMESTAMPTZ '1970-01-01' AS event_time, ''::VARCHAR AS deployment WHERE false`

function rowsOf(parts: QuerySources['inputs']): string {
  if (parts.length === 0) return noRows
  return parts
    .map(
      ({ deployment, paths }) =>
        `SELECT *, ${quoted(deployment)} AS deployment FROM read_parquet([${paths.map(quoted).join(', ')}], union_by_name = true, hive_partitioning = false)`,
    )
    .join(' UNION ALL BY NAME ')
}

/** The newest label of each row. */
function labelsOf({ paths, keys }: QuerySources['labels']): string {
  if (paths.length === 0)
    return `SELECT ''::VARCHAR AS request_id, 0::INTEGER AS row_index, NULL::DOUBLE AS label, TIMESTAMPTZ '1970-01-01' AS arrived_at WHERE false`
  const all = `read_parquet([${paths.map(quoted).join(', ')}], union_by_name = true, hive_partitioning = false, file_row_number = true)`
  const order = `PARTITION BY ${keys.map(quotedName).join(', ')} ORDER BY arrived_at DESC, file_row_number DESC`
  return `SELECT * EXCLUDE (file_row_number) FROM ${all} QUALIFY row_number() OVER (${order}) = 1`
}

function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
