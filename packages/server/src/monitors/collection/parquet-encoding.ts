import { constants, zstdCompressSync } from 'node:zlib'
import type { ColumnChunk, Encoding, ParquetType, RowGroup, SchemaElement } from 'hyparquet'
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js'
import { writePageHeader } from 'hyparquet-writer/src/datapage.js'
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js'
import { writeMetadata } from 'hyparquet-writer/src/metadata.js'
import type { ColumnType } from './column-types.ts'

export type StoredType = ColumnType | 'int32' | 'timestamp'

/**
 * A flat column as it is written: one entry per row in the array of its type (`double` Float64Array; `int64`, `timestamp` BigInt64Array; `int32`
 * Int32Array; `boolean` Uint8Array; `text` a list of texts, or places in `words`). Where `present` is 0 the value is missing, whatever the entry says.
 */
export interface StoredColumn {
  readonly name: string
  readonly type: StoredType
  readonly values: Float64Array | BigInt64Array | Int32Array | Uint8Array | readonly string[]
  readonly words?: readonly string[]
  readonly present: Uint8Array | null
  readonly required?: boolean
}

const rowsPerGroup = 200_000
const magic = 0x31524150
const mostWords = 50_000
const smallestCompressed = 512
const fastest = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/**
 * A Parquet file of flat columns, compressed with Zstandard. Pages are made here, because arrays of numbers go into them as they lie in memory; what
 * frames them is the library's.
 */
export function encodeParquet(columns: readonly StoredColumn[]): Uint8Array {
  const writer = new ByteWriter(16 * 1024)
  writer.appendUint32(magic)
  const rows = columns[0]?.values.length ?? 0
  const groups: RowGroup[] = []
  for (let start = 0; start < rows; start += rowsPerGroup) {
    const end = Math.min(rows, start + rowsPerGroup)
    const chunks = columns.map((column) => writeChunk(writer, slice(column, start, end)))
    groups.push({
      columns: chunks,
      total_byte_size: chunks.reduce((sum, chunk) => sum + (chunk.meta_data?.total_uncompressed_size ?? 0n), 0n),
      num_rows: BigInt(end - start),
    })
  }
  const footerStart = writer.offset
  writeMetadata(writer, {
    version: 2,
    created_by: 'modelyard',
    schema: [{ name: 'root', num_children: columns.length }, ...columns.map(elementOf)],
    num_rows: BigInt(rows),
    row_groups: groups,
    metadata_length: footerStart,
  })
  writer.appendUint32(magic)
  return writer.getBytes()
}

const physical: Readonly<Record<StoredType, ParquetType>> = {
  int32: 'INT32',
  int64: 'INT64',
  timestamp: 'INT64',
  double: 'DOUBLE',
  unknown: 'DOUBLE',
  boolean: 'BOOLEAN',
  text: 'BYTE_ARRAY',
}

function elementOf({ name, type, required }: StoredColumn): SchemaElement {
  const element: SchemaElement = {
    name,
    type: physical[type],
    repetition_type: required === true ? 'REQUIRED' : 'OPTIONAL',
  }
  if (type === 'text') return { ...element, converted_type: 'UTF8', logical_type: { type: 'STRING' } }
  if (type !== 'timestamp') return element
  return {
    ...element,
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  }
}

function slice(column: StoredColumn, start: number, end: number): StoredColumn {
  if (start === 0 && end === column.values.length) return column
  return {
    ...column,
    values: Array.isArray(column.values)
      ? (column.values as readonly string[]).slice(start, end)
      : (column.values as Float64Array).subarray(start, end),
    present: column.present?.subarray(start, end) ?? null,
  }
}

function writeChunk(writer: ByteWriter, column: StoredColumn): ColumnChunk {
  const { name, type, present } = column
  const rows = column.values.length
  const values = withoutGaps(column)
  const start = writer.offset
  let uncompressed = 0
  const hasWords = column.words !== undefined && values.length > 0
  if (hasWords) uncompressed += writePage(writer, dictionaryPage(column.words), new ByteWriter(1))
  const pageStart = writer.offset
  const encoding: Encoding = hasWords ? 'RLE_DICTIONARY' : 'PLAIN'
  const levels = new ByteWriter(16)
  if (column.required !== true) writeLevels(levels, present, rows)
  uncompressed += writePage(
    writer,
    {
      bytes: hasWords ? wordPlaces(values as Int32Array, column.words.length) : plainBytes(values, type),
      header: { rows, nulls: rows - values.length, encoding },
    },
    levels,
  )
  return {
    file_offset: BigInt(start),
    meta_data: {
      type: physical[type],
      encodings: hasWords ? ['PLAIN', 'RLE_DICTIONARY', 'RLE'] : ['PLAIN', 'RLE'],
      path_in_schema: [name],
      codec: 'ZSTD',
      num_values: BigInt(rows),
      total_uncompressed_size: BigInt(uncompressed),
      total_compressed_size: BigInt(writer.offset - start),
      data_page_offset: BigInt(pageStart),
      ...(hasWords ? { dictionary_page_offset: BigInt(start) } : {}),
      ...(type === 'timestamp' ? { statistics: bounds(values as BigInt64Array) } : {}),
    },
  }
}

interface Page {
  readonly bytes: Uint8Array
  /** Without it, it is the page of a dictionary with that many words. */
  readonly header: { readonly rows: number; readonly nulls: number; readonly encoding: Encoding } | number
}

/** Writes a page with its header; answers its size before compression. */
function writePage(writer: ByteWriter, { bytes, header }: Page, levels: ByteWriter): number {
  // Starting the compressor costs more than a small page is worth, for every reader again. A dictionary's page has no flag for it.
  const isCompressed = bytes.length > 0 && (typeof header === 'number' || bytes.length >= smallestCompressed)
  const compressed = isCompressed ? zstdCompressSync(bytes, fastest) : bytes
  const headerStart = writer.offset
  const sizes = {
    uncompressed_page_size: levels.offset + bytes.length,
    compressed_page_size: levels.offset + compressed.length,
  }
  if (typeof header === 'number')
    writePageHeader(writer, {
      type: 'DICTIONARY_PAGE',
      ...sizes,
      dictionary_page_header: { num_values: header, encoding: 'PLAIN' },
    })
  else
    writePageHeader(writer, {
      type: 'DATA_PAGE_V2',
      ...sizes,
      data_page_header_v2: {
        num_values: header.rows,
        num_nulls: header.nulls,
        num_rows: header.rows,
        encoding: header.encoding,
        definition_levels_byte_length: levels.offset,
        repetition_levels_byte_length: 0,
        is_compressed: isCompressed,
      },
    })
  const headerBytes = writer.offset - headerStart
  writer.appendBytes(levels.getBytes())
  writer.appendBytes(compressed)
  return headerBytes + sizes.uncompressed_page_size
}

function withoutGaps({ values, present }: StoredColumn): StoredColumn['values'] {
  if (present === null || !present.includes(0)) return values
  return (values as Float64Array).filter((_value, row) => present[row] !== 0)
}

function writeLevels(levels: ByteWriter, present: Uint8Array | null, rows: number): void {
  if (present !== null) writeRleBitPackedHybrid(levels, present, 1)
  else {
    levels.appendVarInt(rows * 2)
    levels.appendUint8(1)
  }
}

function plainBytes(values: StoredColumn['values'], type: StoredType): Uint8Array {
  if (type === 'text') return lengthPrefixed(values as readonly string[])
  if (type === 'boolean') return packedBits(values as Uint8Array)
  const { buffer, byteOffset, byteLength } = values as Float64Array
  return new Uint8Array(buffer, byteOffset, byteLength)
}

function packedBits(values: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(values.length / 8))
  values.forEach((value, index) => {
    if (value !== 0) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7))
  })
  return bytes
}

/** UTF-8 takes at most that many bytes for a UTF-16 unit. */
const bytesPerUnit = 3

function lengthPrefixed(texts: readonly string[]): Uint8Array {
  let most = 0
  for (const text of texts) most += 4 + text.length * bytesPerUnit
  const bytes = Buffer.allocUnsafe(most)
  let offset = 0
  for (const text of texts) {
    const length = bytes.write(text, offset + 4)
    bytes.writeUInt32LE(length, offset)
    offset += 4 + length
  }
  return bytes.subarray(0, offset)
}

function dictionaryPage(words: readonly string[]): Page {
  return { bytes: lengthPrefixed(words), header: words.length }
}

function wordPlaces(places: Int32Array, words: number): Uint8Array {
  const width = Math.max(1, Math.ceil(Math.log2(words)))
  const writer = new ByteWriter(1024)
  writer.appendUint8(width)
  writeRleBitPackedHybrid(writer, places, width)
  return writer.getBytes()
}

function bounds(times: BigInt64Array): { min_value: bigint; max_value: bigint; null_count: bigint } {
  let min_value = times[0] ?? 0n
  let max_value = min_value
  for (const time of times) {
    if (time < min_value) min_value = time
    else if (time > max_value) max_value = time
  }
  return { min_value, max_value, null_count: 0n }
}

/** Whether a dictionary of texts pays: a reader then makes each text once. */
export function isWorthDictionary(words: number, rows: number): boolean {
  return words <= mostWords && words * 2 <= rows
}
