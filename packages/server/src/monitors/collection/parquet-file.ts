import { open, type FileHandle } from 'node:fs/promises'
import { parquetCompressors } from '@modelyard/statistics/tables'
import { parquetMetadataAsync, parquetRead, type AsyncBuffer, type DecodedArray, type FileMetaData } from 'hyparquet'
import { isWorthDictionary, type StoredColumn, type StoredType } from './parquet-encoding.ts'

/** Files up to this size are read at once. */
const smallBytes = 512 * 1024

/** An open Parquet file: columns are read when asked for, in the types in which they are stored; times as numbers. */
export interface ParquetFile extends AsyncDisposable {
  readonly rows: number
  readonly names: ReadonlySet<string>
  readonly footer: FileMetaData
  /** Told the parts of a column in order. */
  read(
    name: string,
    take: (data: DecodedArray, rowStart: number) => void,
    range?: { readonly start: number; readonly end: number },
  ): Promise<void>
}

const parsers = {
  timestampFromMilliseconds: (millis: bigint) => Number(millis),
  timestampFromMicroseconds: (micros: bigint) => Number(micros / 1000n),
  timestampFromNanoseconds: (nanos: bigint) => Number(nanos / 1_000_000n),
}

/** @param known the footer, when it was read before */
export async function openParquetFile(path: string, known?: FileMetaData): Promise<ParquetFile> {
  const handle = await open(path, 'r')
  try {
    const file = await bufferOf(handle)
    const footer = known ?? (await parquetMetadataAsync(file))
    const isWhole = file.byteLength <= smallBytes
    if (isWhole) await handle.close()
    return {
      footer,
      rows: Number(footer.num_rows),
      names: new Set(footer.schema.slice(1).map((element) => element.name)),
      read: (name, take, range) =>
        parquetRead({
          ...(range === undefined ? {} : { rowStart: range.start, rowEnd: range.end }),
          file,
          metadata: footer,
          columns: [name],
          compressors: parquetCompressors,
          parsers,
          onChunk: ({ columnData, rowStart }) => take(columnData, rowStart),
        }),
      [Symbol.asyncDispose]: () => (isWhole ? Promise.resolve() : handle.close()),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function bufferOf(handle: FileHandle): Promise<AsyncBuffer> {
  const byteLength = (await handle.stat()).size
  if (byteLength <= smallBytes) {
    const bytes = new Uint8Array(byteLength)
    await handle.read(bytes, 0, byteLength, 0)
    return { byteLength, slice: (start, end) => bytes.buffer.slice(start, end) }
  }
  return {
    byteLength,
    async slice(start, end) {
      const bytes = new Uint8Array((end ?? byteLength) - start)
      await handle.read(bytes, 0, bytes.length, start)
      return bytes.buffer
    },
  }
}

/** Calls `take` for each value of a column that is not missing. */
export async function eachValue(
  file: ParquetFile,
  name: string,
  take: (value: unknown, row: number) => void,
): Promise<void> {
  await file.read(name, (data, rowStart) => {
    for (let index = 0; index < data.length; index++) {
      const value: unknown = data[index]
      if (value !== null && value !== undefined) take(value, rowStart + index)
    }
  })
}

/** A whole column as it would be written again, as `type`; all of it missing when the file does not have it. */
export async function readColumn(
  file: ParquetFile,
  name: string,
  type: StoredType,
  isRequired = false,
): Promise<StoredColumn> {
  const present = new Uint8Array(file.rows)
  const column = { name, type, present: isRequired ? null : present, required: isRequired }
  const each = async (set: (value: unknown, row: number) => void): Promise<void> => {
    if (!file.names.has(name)) return
    await eachValue(file, name, (value, row) => {
      present[row] = 1
      set(value, row)
    })
  }
  if (type === 'text') {
    const values = Array.from<string>({ length: file.rows }).fill('')
    await each((value, row) => (values[row] = String(value)))
    return isRequired ? { ...column, values } : asWords({ ...column, values }, values)
  }
  if (type === 'boolean') {
    const values = new Uint8Array(file.rows)
    await each((value, row) => (values[row] = value === true ? 1 : 0))
    return { ...column, values }
  }
  if (type === 'int64' || type === 'timestamp') {
    const values = new BigInt64Array(file.rows)
    await each((value, row) => (values[row] = BigInt(value as bigint | number)))
    return { ...column, values }
  }
  const values = type === 'int32' ? new Int32Array(file.rows) : new Float64Array(file.rows)
  await each((value, row) => (values[row] = Number(value)))
  return { ...column, values }
}

/** Texts as places in a dictionary, where that pays. */
export function asWords(column: StoredColumn, texts: readonly string[]): StoredColumn {
  const places = new Map<string, number>()
  const codes = new Int32Array(texts.length)
  for (const [row, text] of texts.entries()) {
    if (column.present?.[row] === 0) continue
    let place = places.get(text)
    if (place === undefined) places.set(text, (place = places.size))
    codes[row] = place
  }
  return isWorthDictionary(places.size, texts.length)
    ? { ...column, values: codes, words: [...places.keys()] }
    : { ...column, values: texts }
}

/** Some rows of a column; missing values are null. */
export async function readPart(file: ParquetFile, name: string, start: number, end: number): Promise<unknown[]> {
  const values: unknown[] = Array.from<null>({ length: end - start }).fill(null)
  await file.read(
    name,
    (data, rowStart) => {
      for (let index = 0; index < data.length; index++) {
        const place = rowStart + index - start
        if (place >= 0 && place < values.length) values[place] = data[index] ?? null
      }
    },
    { start, end },
  )
  return values
}
