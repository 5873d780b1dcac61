import { open, type FileHandle } from 'node:fs/promises'
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import {
  parquetMetadataAsync,
  type AsyncBuffer,
  type Compressors,
  type DecodedArray,
  type FileMetaData,
  type SchemaElement,
} from 'hyparquet'
import type { Column } from '../drift/columns.ts'
import { TextGatherer } from './gather.ts'
import { readPages, type PageRows } from './parquet-pages.ts'
import { TableError, type Table } from './table.ts'

/** Codecs besides Snappy, which the reader has itself. */
export const parquetCompressors: Compressors = {
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
  ZSTD: (input) => zstdDecompressSync(input),
}

/** A Parquet file's flat columns; nested ones are left out. Memory: one column at a time. */
export async function openParquet(path: string): Promise<Table & AsyncDisposable> {
  const handle = await open(path, 'r')
  try {
    const file = bufferOf(handle, (await handle.stat()).size)
    const metadata = await parquetMetadataAsync(file)
    const columns = flatColumns(metadata)
    const rows = Number(metadata.num_rows)
    return {
      rows,
      names: [...columns.keys()],
      async read(name) {
        const element = columns.get(name)
        if (element === undefined) throw new RangeError(`no column ${name}`)
        try {
          return await readColumn(file, metadata, element, rows)
        } catch (error) {
          throw new TableError(`column '${name}': ${(error as Error).message}`)
        }
      },
      [Symbol.asyncDispose]: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw new TableError((error as Error).message)
  }
}

function bufferOf(handle: FileHandle, byteLength: number): AsyncBuffer {
  return {
    byteLength,
    async slice(start, end) {
      const bytes = new Uint8Array((end ?? byteLength) - start)
      await handle.read(bytes, 0, bytes.length, start)
      return bytes.buffer
    },
  }
}

function flatColumns(metadata: FileMetaData): Map<string, SchemaElement> {
  const columns = new Map<string, SchemaElement>()
  let nested = 0
  for (const element of metadata.schema.slice(1)) {
    const children = element.num_children ?? 0
    if (nested > 0) nested += children - 1
    else if (children > 0) nested = children
    else if (element.repetition_type !== 'REPEATED') columns.set(element.name, element)
  }
  return columns
}

/** Booleans are the categories `true` and `false`. */
function isWords(element: SchemaElement): boolean {
  const kind = element.logical_type?.type ?? element.converted_type
  if (kind === 'DECIMAL' || kind === 'FLOAT16') return false
  return element.type === 'BYTE_ARRAY' || element.type === 'FIXED_LEN_BYTE_ARRAY' || element.type === 'BOOLEAN'
}

async function readColumn(
  file: AsyncBuffer,
  metadata: FileMetaData,
  element: SchemaElement,
  rows: number,
): Promise<Column> {
  const words = isWords(element)
  const numbers = new Float64Array(words ? 0 : rows).fill(Number.NaN)
  const gatherer = new TextGatherer(words ? rows : 0)
  await readPages(file, metadata, element.name, parquetCompressors, (page) => {
    if (words) takeWords(gatherer, page)
    else takeNumbers(numbers, page)
  })
  return words ? gatherer.finish() : { kind: 'number', values: numbers, whole: isWhole(element) }
}

function takeWords(gatherer: TextGatherer, { values, present, rowStart }: PageRows): void {
  let next = 0
  const rows = present.length > 0 ? present.length : values.length
  for (let row = 0; row < rows; row++) {
    if (present.length > 0 && present[row] !== 1) continue
    const value: unknown = values[next++]
    if (value === null || value === undefined) continue
    gatherer.set(rowStart + row, typeof value === 'string' ? value : wordOf(value))
  }
}

function wordOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8')
  if (typeof value === 'boolean' || typeof value === 'bigint' || typeof value === 'number') return value.toString()
  return JSON.stringify(value) ?? ''
}

function takeNumbers(numbers: Float64Array, { values, present, rowStart }: PageRows): void {
  if (present.length === 0 && isPlain(values)) {
    numbers.set(values, rowStart)
    return
  }
  let next = 0
  const rows = present.length > 0 ? present.length : values.length
  for (let row = 0; row < rows; row++) {
    if (present.length > 0 && present[row] !== 1) continue
    const value: unknown = values[next++]
    if (value !== null && value !== undefined) numbers[rowStart + row] = Number(value)
  }
}

function isPlain(values: DecodedArray): values is Float64Array | Float32Array | Int32Array | Uint32Array {
  return (
    values instanceof Float64Array ||
    values instanceof Float32Array ||
    values instanceof Int32Array ||
    values instanceof Uint32Array
  )
}

function isWhole(element: SchemaElement): boolean {
  if (element.type !== 'INT32' && element.type !== 'INT64') return false
  const kind = element.logical_type?.type ?? element.converted_type
  return kind === undefined || /^U?INT|^INTEGER/.test(kind)
}
