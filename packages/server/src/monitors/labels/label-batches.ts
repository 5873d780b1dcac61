import type { EndpointPlace } from '../collection/doors.ts'
import { eachValue, openParquetFile } from '../collection/parquet-file.ts'
import { encodeParquet, type StoredColumn } from '../collection/parquet-encoding.ts'
import { hashKey, LabelIndex, type KeyHash } from './label-index.ts'
import { joinKey, keyPart } from './label-words.ts'
import { batchPath, type LabelBatch, type LabelState } from './label-state.ts'

/** Rows of a batch before they are written: `keys` holds each key column's words, or the request ids alone. */
export class BatchRows {
  readonly keys: string[][]
  readonly rowIndexes: number[] = []
  readonly values: number[] = []
  readonly words: string[] = []
  readonly arrivedAtMs: number[] = []

  constructor(keyColumns: number) {
    this.keys = Array.from({ length: keyColumns }, () => [])
  }

  get rows(): number {
    return this.rowIndexes.length
  }
}

/** A batch as Parquet: readable by everybody, too. */
export function encodeBatch(rows: BatchRows, keys: readonly string[] | null, kind: 'number' | 'text'): Uint8Array {
  const required = { present: null, required: true } as const
  const keyColumns = (keys ?? ['request_id']).map((name, place): StoredColumn => ({
    name: keys === null ? name : `key_${name}`,
    type: 'text',
    values: rows.keys[place] ?? [],
    ...required,
  }))
  return encodeParquet([
    ...keyColumns,
    { name: 'row_index', type: 'int32', values: Int32Array.from(rows.rowIndexes), ...required },
    kind === 'number'
      ? { name: 'label', type: 'double', values: Float64Array.from(rows.values), ...required }
      : { name: 'label', type: 'text', values: rows.words, ...required },
    { name: 'arrived_at', type: 'timestamp', values: BigInt64Array.from(rows.arrivedAtMs, BigInt), ...required },
  ])
}

/** Reads a batch back whole, for merging. */
export async function readBatch(place: EndpointPlace, batch: LabelBatch, into: BatchRows): Promise<void> {
  await using file = await openParquetFile(batchPath(place, batch))
  for (const [index, name] of keyNames(batch).entries())
    await eachValue(file, name, (value) => into.keys[index]?.push(String(value)))
  await eachValue(file, 'row_index', (value) => into.rowIndexes.push(Number(value)))
  await eachValue(file, 'label', (value) => {
    if (typeof value === 'number') into.values.push(value)
    else into.words.push(String(value))
  })
  await eachValue(file, 'arrived_at', (value) => into.arrivedAtMs.push(Number(value)))
}

function keyNames(batch: LabelBatch): string[] {
  return batch.keys === null ? ['request_id'] : batch.keys.map((key) => `key_${key}`)
}

/** Batches whose rows are named in the same way. */
export function keysText(keys: readonly string[] | null): string {
  return keys === null ? '' : JSON.stringify(keys)
}

interface Cached {
  readonly revision: number
  readonly index: LabelIndex
}

/** Larger indexes are built anew each time rather than kept. */
const mostKept = 4_000_000
const cache = new Map<string, Cached>()

function cacheKey(place: EndpointPlace, keys: readonly string[] | null): string {
  return `${place.stateFolder}\n${keysText(keys)}`
}

/** The newest labels of an endpoint whose rows are named by these keys. */
export async function loadIndex(
  place: EndpointPlace,
  state: LabelState,
  keys: readonly string[] | null,
): Promise<LabelIndex> {
  const kept = cache.get(cacheKey(place, keys))
  if (kept?.revision === state.revision) return kept.index
  const batches = state.batches.filter((batch) => keysText(batch.keys) === keysText(keys))
  const index = new LabelIndex(batches.reduce((sum, batch) => sum + batch.rows, 0))
  for (const batch of batches) await indexBatch(place, batch, index)
  keepIndex(place, state, keys, index)
  return index
}

/** Keeps one endpoint's index for the next window or file. */
export function keepIndex(
  place: EndpointPlace,
  state: LabelState,
  keys: readonly string[] | null,
  index: LabelIndex,
): void {
  for (const name of cache.keys()) if (!name.startsWith(`${place.stateFolder}\n`)) cache.delete(name)
  if (index.size <= mostKept) cache.set(cacheKey(place, keys), { revision: state.revision, index })
}

/** Forgets an index that a file was half read into. */
export function dropIndex(place: EndpointPlace, keys: readonly string[] | null): void {
  cache.delete(cacheKey(place, keys))
}

async function indexBatch(place: EndpointPlace, batch: LabelBatch, index: LabelIndex): Promise<void> {
  await using file = await openParquetFile(batchPath(place, batch))
  const rowIndexes = new Int32Array(file.rows)
  await eachValue(file, 'row_index', (value, row) => (rowIndexes[row] = Number(value)))
  const low = new Int32Array(file.rows)
  const high = new Int32Array(file.rows)
  const hash: KeyHash = { low: 0, high: 0 }
  const enter = (key: string, row: number): void => {
    hashKey(key, rowIndexes[row] ?? 0, hash)
    low[row] = hash.low
    high[row] = hash.high
  }
  if (batch.keys === null) await eachValue(file, 'request_id', (value, row) => enter(value as string, row))
  else {
    const parts = Array.from({ length: file.rows }, (): string[] => [])
    for (const name of keyNames(batch))
      await eachValue(file, name, (value, row) => parts[row]?.push(keyPart(value as string)))
    for (const [row, key] of parts.entries()) enter(joinKey(key), row)
  }
  const arrivedAtMs = new Float64Array(file.rows)
  await eachValue(file, 'arrived_at', (value, row) => (arrivedAtMs[row] = Number(value)))
  await eachValue(file, 'label', (value, row) => {
    hash.low = low[row] ?? 0
    hash.high = high[row] ?? 0
    const known = index.find(hash)
    const arrived = arrivedAtMs[row] ?? 0
    if (known >= 0 && (index.arrivedAtMs[known] ?? 0) > arrived) return
    index.set(hash, typeof value === 'number' ? value : index.placeOfWord(String(value)), arrived)
  })
}
