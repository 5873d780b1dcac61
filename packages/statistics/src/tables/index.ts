import { openCsv } from './csv.ts'
import { openParquet } from './parquet.ts'
import { TableError, type Table } from './table.ts'

export { parquetCompressors } from './parquet.ts'
export { eventTimesOf, TableError, tableOf, type Table } from './table.ts'
export type { Column, NumberColumn, TextColumn } from '../drift/columns.ts'

/**
 * Opens a file of rows by its name's ending: `.csv`, or `.parquet` and `.pq`. Close it after the last column was read.
 *
 * @param name its name where the path does not end in it
 * @throws TableError when it is neither, or is not readable as what it says it is.
 */
export async function openTable(path: string, name = path): Promise<Table & AsyncDisposable> {
  if (/\.(parquet|pq)$/i.test(name)) return openParquet(path)
  if (!/\.csv$/i.test(name)) throw new TableError('its name ends neither in .parquet nor in .csv')
  return { ...(await openCsv(path)), [Symbol.asyncDispose]: () => Promise.resolve() }
}
