import type { Column, Table } from '@modelyard/statistics/tables'
import type { EndpointPlace } from '../collection/doors.ts'
import type { OrderedRows } from '../collection/row-order.ts'
import { keysText, loadIndex } from './label-batches.ts'
import { hashKey, type KeyHash, type LabelIndex } from './label-index.ts'
import { loadLabelState, type LabelState } from './label-state.ts'
import { joinKey, keyPart } from './label-words.ts'

export interface JoinedLabels {
  readonly label: Column
  readonly arrivedAtMs: Float64Array
  readonly labelled: number
}

/** The newest label of each row, whichever way it was named. */
export async function joinLabels(
  place: EndpointPlace,
  { rows, requestIds, rowIndexes }: Pick<OrderedRows, 'rows' | 'requestIds' | 'rowIndexes'>,
  inputs: Table,
): Promise<JoinedLabels> {
  const state = await loadLabelState(place)
  const values = new Float64Array(rows).fill(Number.NaN)
  const arrivedAtMs = new Float64Array(rows).fill(Number.NaN)
  const words = new Map<string, number>()
  for (const keys of keySets(state)) {
    const index = await loadIndex(place, state, keys)
    // Each index numbers its words itself.
    const codes = index.words.map((word) => codeOf(words, word))
    const take = (row: number, found: number): void => {
      const arrived = index.arrivedAtMs[found] ?? 0
      if ((arrivedAtMs[row] ?? 0) > arrived) return
      const value = index.values[found] ?? 0
      values[row] = state.kind === 'text' ? (codes[value] ?? -1) : value
      arrivedAtMs[row] = arrived
    }
    if (keys === null) probeRequests(index, requestIds, rowIndexes, take)
    else await probeKeys(index, keys, inputs, take)
  }
  let labelled = 0
  for (const time of arrivedAtMs) if (!Number.isNaN(time)) labelled++
  const label: Column =
    state.kind === 'text'
      ? {
          kind: 'text',
          codes: Int32Array.from(values, (code) => (Number.isNaN(code) ? -1 : code)),
          dictionary: [...words.keys()],
        }
      : { kind: 'number', values, whole: state.kind === 'number' && state.whole }
  return { label, arrivedAtMs, labelled }
}

function keySets(state: LabelState): (readonly string[] | null)[] {
  return [...new Map(state.batches.map((batch) => [keysText(batch.keys), batch.keys])).values()]
}

function codeOf(words: Map<string, number>, word: string): number {
  let code = words.get(word)
  if (code === undefined) words.set(word, (code = words.size))
  return code
}

function probeRequests(
  index: LabelIndex,
  requestIds: readonly string[],
  rowIndexes: Int32Array,
  take: (row: number, found: number) => void,
): void {
  const hash: KeyHash = { low: 0, high: 0 }
  for (let row = 0; row < requestIds.length; row++) {
    hashKey(requestIds[row] ?? '', rowIndexes[row] ?? 0, hash)
    const found = index.find(hash)
    if (found >= 0) take(row, found)
  }
}

/** Finds rows by columns of their input. Rows without one of these columns have no label by them. */
export async function probeKeys(
  index: LabelIndex,
  keys: readonly string[],
  inputs: Table,
  take: (row: number, found: number) => void,
): Promise<void> {
  const columns: Column[] = []
  for (const key of keys) {
    if (!inputs.names.includes(key)) return
    columns.push(await inputs.read(key))
  }
  const words = columns.map(wordsOf)
  const hash: KeyHash = { low: 0, high: 0 }
  for (let row = 0; row < inputs.rows; row++) {
    const parts: string[] = []
    for (const word of words) {
      const part = word(row)
      if (part !== undefined) parts.push(part)
    }
    if (parts.length < keys.length) continue
    hashKey(joinKey(parts), 0, hash)
    const found = index.find(hash)
    if (found >= 0) take(row, found)
  }
}

function wordsOf(column: Column): (row: number) => string | undefined {
  if (column.kind === 'number') {
    return (row) => {
      const value = column.values[row] ?? Number.NaN
      return Number.isNaN(value) ? undefined : keyPart(String(value))
    }
  }
  const dictionary = column.dictionary.map(keyPart)
  return (row) => dictionary[column.codes[row] ?? -1]
}
