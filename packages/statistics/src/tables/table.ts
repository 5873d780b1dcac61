import { rowsOf, type Column } from '../drift/columns.ts'

/** Rows as columns, each read when it is asked for: a wide table never lies in memory as a whole. */
export interface Table {
  readonly rows: number
  readonly names: readonly string[]
  /** @throws TableError when the column cannot be read; RangeError for a name that is not among `names`. */
  read(name: string): Promise<Column>
  /** Values by column that the reader could not read as the column's type; they are missing values in the column. */
  readonly typeErrors?: ReadonlyMap<string, number>
}

/** A file or a value that is no table we can read. The message says what and, where known, in which row or column. */
export class TableError extends Error {
  override readonly name = 'TableError'
}

/** Columns that name and time a row; they are no features. */
export const rowColumns: ReadonlySet<string> = new Set(['request_id', 'requestId', 'row_index', 'event_time'])

/** A table whose columns are in memory already. */
export function tableOf(columns: ReadonlyMap<string, Column>): Table {
  const [first] = columns.values()
  return {
    rows: first === undefined ? 0 : rowsOf(first),
    names: [...columns.keys()],
    read(name) {
      const column = columns.get(name)
      return column === undefined ? Promise.reject(new RangeError(`no column ${name}`)) : Promise.resolve(column)
    },
  }
}

/** Longest text of a time, and times as text that are read as such. */
const time = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?( ?(Z|[+-]\d\d:?\d\d))?)?$/

/**
 * The event times of a table's rows in Unix ms, NaN where a row has none; null when the table has no such column or it holds no times. Numbers are
 * Unix ms; words are RFC 3339, in UTC where they do not say otherwise.
 */
export async function eventTimesOf(table: Table, name = 'event_time'): Promise<Float64Array | null> {
  if (!table.names.includes(name)) return null
  const column = await table.read(name)
  if (column.kind === 'number') return column.values.some((value) => Number.isFinite(value)) ? column.values : null
  const byCode = column.dictionary.map((word) => timeOf(word))
  if (!byCode.some((value) => Number.isFinite(value))) return null
  return Float64Array.from(column.codes, (code) => byCode[code] ?? Number.NaN)
}

function timeOf(word: string): number {
  const parts = time.exec(word.trim())
  if (parts === null) return Number.NaN
  const text = word.trim().replace(' ', 'T').replace(' ', '')
  return Date.parse(parts[1] === undefined || parts[4] !== undefined ? text : `${text}Z`)
}
