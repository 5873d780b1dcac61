import type { StoredColumn } from './parquet-encoding.ts'
import { asWords } from './parquet-file.ts'

/** The same column of several files as one, its rows in another order: `order` holds places in the files' rows one after the other. */
export function reordered(parts: readonly StoredColumn[], order: Int32Array): StoredColumn {
  const [first] = parts
  if (first === undefined) throw new RangeError('no column')
  const rows = parts.reduce((sum, part) => sum + part.values.length, 0)
  let present: Uint8Array | null = null
  if (first.required !== true) {
    const all = new Uint8Array(rows).fill(1)
    place(parts, (part, start) => (part.present === null ? undefined : all.set(part.present, start)))
    present = Uint8Array.from(order, (row) => all[row] ?? 0)
  }
  const column = { name: first.name, type: first.type, present, required: first.required === true }
  if (first.type === 'text') {
    const texts = parts.flatMap(({ values, words }) =>
      words === undefined ? (values as string[]) : Array.from(values as Int32Array, (code) => words[code] ?? ''),
    )
    const ordered = Array.from(order, (row) => texts[row] ?? '')
    return first.required === true ? { ...column, values: ordered } : asWords({ ...column, values: ordered }, ordered)
  }
  const values = emptyLike(first.values as Float64Array, rows)
  place(parts, (part, start) => values.set(part.values as Float64Array, start))
  const ordered = emptyLike(values, rows)
  for (let index = 0; index < rows; index++) ordered[index] = values[order[index] ?? 0] as number
  return { ...column, values: ordered }
}

function place(parts: readonly StoredColumn[], put: (part: StoredColumn, start: number) => void): void {
  let start = 0
  for (const part of parts) {
    put(part, start)
    start += part.values.length
  }
}

/** An array of the same kind; all kinds are treated alike here. */
function emptyLike(values: Float64Array, length: number): Float64Array {
  return new (values.constructor as Float64ArrayConstructor)(length)
}
