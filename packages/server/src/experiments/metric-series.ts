/** A series in three columns. */
export interface Series {
  readonly steps: Float64Array
  readonly times: Float64Array
  readonly values: Float64Array
}

export function series(length: number): Series {
  return { steps: new Float64Array(length), times: new Float64Array(length), values: new Float64Array(length) }
}

/** The bytes of a chunk: the three columns one after the other, little-endian as every machine we run on. */
export function encodeChunk(points: Series): Uint8Array {
  const bytes = new Uint8Array(points.steps.byteLength * 3)
  bytes.set(bytesOf(points.steps), 0)
  bytes.set(bytesOf(points.times), points.steps.byteLength)
  bytes.set(bytesOf(points.values), points.steps.byteLength * 2)
  return bytes
}

function bytesOf(column: Float64Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
}

/** Writes a chunk into `target` from `offset` on. */
export function decodeChunk(bytes: Uint8Array, count: number, target: Series, offset: number): void {
  // The driver's bytes need not be aligned for floats, so they are copied into the columns as bytes.
  const width = count * 8
  bytesOf(target.steps).set(bytes.subarray(0, width), offset * 8)
  bytesOf(target.times).set(bytes.subarray(width, width * 2), offset * 8)
  bytesOf(target.values).set(bytes.subarray(width * 2, width * 3), offset * 8)
}

export type SeriesOrder = 'step' | 'time'

/** In order and without the points that a client sent twice. What is in order already is not copied. */
export function inOrder(points: Series, order: SeriesOrder): Series {
  const [first, second] = order === 'step' ? [points.steps, points.times] : [points.times, points.steps]
  const compare = (a: number, b: number): number =>
    at(first, a) - at(first, b) ||
    at(second, a) - at(second, b) ||
    compareValues(at(points.values, a), at(points.values, b))
  let strictly = true
  for (let index = 1; strictly && index < first.length; index++) strictly = compare(index - 1, index) < 0
  if (strictly) return points
  const indexes = Uint32Array.from({ length: first.length }, (_, index) => index).sort(compare)
  let kept = 0
  for (let index = 0; index < indexes.length; index++) {
    const current = indexes[index] ?? 0
    if (kept > 0 && compare(indexes[kept - 1] ?? 0, current) === 0) continue
    indexes[kept++] = current
  }
  return select(points, indexes.subarray(0, kept))
}

function select(points: Series, indexes: Uint32Array): Series {
  const chosen = series(indexes.length)
  for (let index = 0; index < indexes.length; index++) {
    const from = indexes[index] ?? 0
    chosen.steps[index] = at(points.steps, from)
    chosen.times[index] = at(points.times, from)
    chosen.values[index] = at(points.values, from)
  }
  return chosen
}

/** NaN sorts as 0, where the store has it, and after a real 0. */
function compareValues(a: number, b: number): number {
  const left = Number.isNaN(a) ? 0 : a
  const right = Number.isNaN(b) ? 0 : b
  return left < right ? -1 : left > right ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}

/**
 * Cuts a series into `buckets` of equal length and keeps each one's least and greatest value in their order, and the series' first and
 * last point: the drawn line is the true envelope. A series of up to twice as many points stays whole. NaN counts only where a bucket holds
 * nothing else.
 */
export function bucketed(points: Series, buckets: number): { points: Series; sampled: boolean } {
  const length = points.steps.length
  if (length <= buckets * 2) return { points, sampled: false }
  const chosen: number[] = [0]
  const add = (index: number): void => {
    if (index > (chosen.at(-1) ?? 0)) chosen.push(index)
  }
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = Math.floor((bucket * length) / buckets)
    const end = Math.floor(((bucket + 1) * length) / buckets)
    const [low, high] = extremes(points.values, start, end)
    add(Math.min(low, high))
    add(Math.max(low, high))
  }
  add(length - 1)
  return { points: select(points, Uint32Array.from(chosen)), sampled: true }
}

function extremes(values: Float64Array, start: number, end: number): [low: number, high: number] {
  let low = start
  let high = start
  for (let index = start; index < end; index++) {
    const value = at(values, index)
    if (value < at(values, low) || Number.isNaN(at(values, low))) low = index
    if (value > at(values, high) || Number.isNaN(at(values, high))) high = index
  }
  return [low, high]
}

/** The part of a series in step order that lies between two steps. */
export function between(points: Series, minStep: number | undefined, maxStep: number | undefined): Series {
  if (minStep === undefined && maxStep === undefined) return points
  const indexes: number[] = []
  for (let index = 0; index < points.steps.length; index++) {
    const step = at(points.steps, index)
    if (step >= (minStep ?? Number.NEGATIVE_INFINITY) && step <= (maxStep ?? Number.POSITIVE_INFINITY))
      indexes.push(index)
  }
  return select(points, Uint32Array.from(indexes))
}

function at(column: Float64Array, index: number): number {
  return column[index] ?? Number.NaN
}
