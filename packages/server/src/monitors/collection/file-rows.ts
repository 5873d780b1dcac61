import type { Column } from '@modelyard/statistics/tables'
import type { FileMetaData } from 'hyparquet'
import { storedName } from './column-types.ts'
import { pathOf, schemaOf, type DeploymentState, type StoredFile } from './manifest.ts'
import { eachValue, openParquetFile, type ParquetFile } from './parquet-file.ts'

/** A file of which rows are read. `places` says for each of its rows which row of the result it is; −1: none. */
export interface FileRows {
  readonly state: DeploymentState
  readonly file: StoredFile
  readonly places: Int32Array
  /** Kept when it was read once. */
  footer?: FileMetaData
  /** A small file as it lies in memory: opening it for each column would cost more than reading it. */
  kept?: ParquetFile
}

/** Files up to this size are kept while rows are read; thousands of hours with few rows each are common. */
const keptBytes = 32 * 1024

/** What a file says of its rows themselves. */
export interface RowKeys {
  readonly footer: FileMetaData
  readonly requestIds: string[]
  readonly rowIndexes: Int32Array
  readonly eventTimesMs: Float64Array
}

export async function readKeys(state: DeploymentState, file: StoredFile): Promise<RowKeys> {
  await using parquet = await openParquetFile(pathOf(state, file))
  const requestIds = Array.from<string>({ length: parquet.rows })
  const rowIndexes = new Int32Array(parquet.rows)
  const eventTimesMs = new Float64Array(parquet.rows)
  await eachValue(parquet, 'request_id', (value, row) => (requestIds[row] = value as string))
  await eachValue(parquet, 'row_index', (value, row) => (rowIndexes[row] = value as number))
  await eachValue(parquet, 'event_time', (value, row) => (eventTimesMs[row] = value as number))
  return { footer: parquet.footer, requestIds, rowIndexes, eventTimesMs }
}

/** One feature of the rows of some files. It is text where any deployment has it as text, and whole where all have it so. */
export async function readFeature(files: readonly FileRows[], feature: string, rows: number): Promise<Column> {
  const types = new Set(
    files.map(({ state, file }) => {
      const column = schemaOf(state, file.collection).columns.find(({ name }) => name === feature)
      return column?.type ?? 'unknown'
    }),
  )
  types.delete('unknown')
  if (!types.has('text') && !types.has('boolean'))
    return readNumbers(files, storedName(feature), rows, types.size === 1 && types.has('int64'))
  return readWords(files, storedName(feature), rows)
}

async function readNumbers(files: readonly FileRows[], stored: string, rows: number, whole: boolean): Promise<Column> {
  const values = new Float64Array(rows).fill(Number.NaN)
  for (const file of files)
    await eachStored(file, stored, (value, place) => {
      values[place] = Number(value)
    })
  return { kind: 'number', values, whole }
}

/** Texts as places in a dictionary; numbers and truth values as their words. */
export async function readWords(
  files: readonly FileRows[],
  stored: string,
  rows: number,
): Promise<Column & { kind: 'text' }> {
  const codes = new Int32Array(rows).fill(-1)
  const places = new Map<string, number>()
  for (const file of files)
    await eachStored(file, stored, (value, place) => {
      const word = String(value)
      let code = places.get(word)
      if (code === undefined) places.set(word, (code = places.size))
      codes[place] = code
    })
  return { kind: 'text', codes, dictionary: [...places.keys()] }
}

async function eachStored(
  file: FileRows,
  stored: string,
  take: (value: unknown, place: number) => void,
): Promise<void> {
  await using parquet = file.kept ?? (await openParquetFile(pathOf(file.state, file.file), file.footer))
  file.footer = parquet.footer
  if (file.file.sizeBytes <= keptBytes) file.kept = parquet
  if (!parquet.names.has(stored)) return
  await eachValue(parquet, stored, (value, row) => {
    const place = file.places[row] ?? -1
    if (place >= 0) take(value, place)
  })
}
