import { mkdir, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { LabelReport } from '@modelyard/contract'
import type { EndpointPlace } from '../collection/doors.ts'
import { lockEndpoint } from '../collection/locks.ts'
import { writeSynced } from '../collection/staging.ts'
import { syncFolder } from '@modelyard/platform'
import { BatchRows, dropIndex, encodeBatch, keepIndex, loadIndex, readBatch, keysText } from './label-batches.ts'
import { hashKey, Mark, type KeyHash, type LabelIndex } from './label-index.ts'
import { matchRows } from './label-matching.ts'
import { layoutOf, readRow, shortened, type LabelLayout, type LabelNaming, type LabelRow } from './label-rows.ts'
import { invalid, openSource, type LabelFormat, type SourceRow } from './label-sources.ts'
import {
  batchPath,
  labelsFolder,
  loadLabelState,
  saveLabelState,
  type LabelBatch,
  type LabelState,
} from './label-state.ts'
import { joinKey, numberOf } from './label-words.ts'

export interface AddLabels {
  readonly place: EndpointPlace
  /** The file that came. */
  readonly path: string
  readonly format: LabelFormat
  readonly naming: LabelNaming
  readonly nowMs: number
}

const mostRows = 20_000_000
const rowsPerBatch = 1_000_000
const mostErrors = 100

/**
 * Takes a file of labels: all of it or, when it cannot be read as labels, nothing. A label replaces an older one of the same row. When this returns, the
 * labels are on disk.
 */
export async function addLabels(input: AddLabels): Promise<LabelReport> {
  using _lock = await lockEndpoint(input.place, 'write')
  const state = await loadLabelState(input.place)
  await removeUnnamed(input.place, state)
  const source = await openSource(input.path, input.format)
  const layout = layoutOf(source, input.naming)
  const index = await loadIndex(input.place, state, layout.keys)
  // Until it is saved, the index holds more than the disk.
  dropIndex(input.place, layout.keys)
  index.marks.fill(Mark.none)
  const adding = new Adding(input, state, layout, index)
  try {
    for await (const rows of source.chunks()) await adding.take(rows)
    await adding.finish()
  } catch (error) {
    await removeUnnamed(input.place, await loadLabelState(input.place))
    const isOfFile = input.format === 'parquet' && (error as NodeJS.ErrnoException).code === undefined
    throw isOfFile ? invalid(`The file cannot be read: ${(error as Error).message}`) : error
  }
  const matched = await matchRows(input.place, layout.keys, index, state)
  await saveLabelState(input.place, state)
  await removeUnnamed(input.place, state)
  keepIndex(input.place, state, layout.keys, index)
  return { ...adding.report, matched }
}

/** Deletes batches that do not count: of a file that was refused or interrupted, or that were merged. */
async function removeUnnamed(place: EndpointPlace, state: LabelState): Promise<void> {
  const named = new Set(state.batches.map((batch) => batch.name))
  const folder = join(labelsFolder(place), 'batches')
  await mkdir(folder, { recursive: true })
  for (const name of await readdir(folder)) if (!named.has(name)) await rm(join(folder, name), { force: true })
}

/** A file while it is read. */
class Adding {
  readonly report = {
    received: 0,
    added: 0,
    replaced: 0,
    unchanged: 0,
    refused: 0,
    errors: [] as LabelReport['errors'],
  }
  readonly #input: AddLabels
  readonly #state: LabelState
  readonly #layout: LabelLayout
  readonly #index: LabelIndex
  readonly #arrivedAtMs: number
  readonly #hash: KeyHash = { low: 0, high: 0 }
  #batch: BatchRows
  #begun: SourceRow[] = []

  constructor(input: AddLabels, state: LabelState, layout: LabelLayout, index: LabelIndex) {
    this.#input = input
    this.#state = state
    this.#layout = layout
    this.#index = index
    this.#arrivedAtMs = Math.max(input.nowMs, state.lastArrivalMs + 1)
    this.#batch = new BatchRows(layout.keyPlaces.length)
  }

  /** The first rows wait until it is known what labels are. */
  async take(rows: readonly SourceRow[]): Promise<void> {
    if (this.#state.kind === null) {
      this.#begun.push(...rows)
      if (this.#begun.length < 10_000) return
      this.#decideKind()
      rows = this.#begun
      this.#begun = []
    }
    for (const row of rows) this.#takeRow(row)
    if (this.#batch.rows >= rowsPerBatch) await this.#write()
  }

  async finish(): Promise<void> {
    if (this.#begun.length > 0) {
      this.#decideKind()
      for (const row of this.#begun) this.#takeRow(row)
    }
    await this.#write()
    if (this.report.added + this.report.replaced === 0) return
    await mergeSmall(this.#input.place, this.#state)
    this.#state.revision++
    this.#state.lastArrivalMs = this.#arrivedAtMs
    this.#state.labels += this.report.added
  }

  /** Numbers, unless most of the labels are words. */
  #decideKind(): void {
    let numbers = 0
    let words = 0
    for (const cells of this.#begun) {
      const row = typeof cells === 'string' ? cells : readRow(cells, this.#layout)
      if (typeof row === 'string') continue
      if (numberOf(row.label) === undefined) words++
      else numbers++
    }
    if (numbers + words > 0) this.#state.kind = numbers >= words ? 'number' : 'text'
  }

  #takeRow(cells: SourceRow): void {
    const { report } = this
    if (++report.received > mostRows) throw invalid(`The file has more than ${mostRows} rows; send it in parts.`)
    const row = typeof cells === 'string' ? cells : readRow(cells, this.#layout)
    const problem = typeof row === 'string' ? row : this.#takeLabel(row)
    if (problem === undefined) return
    report.refused++
    if (report.errors.length < mostErrors) report.errors.push({ row: report.received, message: `It ${problem}.` })
  }

  #takeLabel(row: LabelRow): string | undefined {
    const isNumber = this.#state.kind === 'number'
    const number = isNumber ? numberOf(row.label) : undefined
    if (isNumber && number === undefined)
      return `has the label '${shortened(row.label)}', and labels of this endpoint are numbers`
    const index = this.#index
    const value = number ?? index.placeOfWord(row.label)
    hashKey(joinKey(row.keyParts), row.rowIndex, this.#hash)
    const known = index.find(this.#hash)
    if (known >= 0 && index.values[known] === value) {
      this.report.unchanged++
      index.marks[known] ||= Mark.seen
      return undefined
    }
    if (known >= 0) this.report.replaced++
    else this.report.added++
    const place = index.set(this.#hash, value, this.#arrivedAtMs)
    index.marks[place] = Mark.changed
    if (number !== undefined && !Number.isSafeInteger(number)) this.#state.whole = false
    this.#keep(row, value)
    return undefined
  }

  #keep(row: LabelRow, value: number): void {
    const batch = this.#batch
    row.words.forEach((word, place) => batch.keys[place]?.push(word))
    batch.rowIndexes.push(row.rowIndex)
    if (this.#state.kind === 'number') batch.values.push(value)
    else batch.words.push(row.label)
    batch.arrivedAtMs.push(this.#arrivedAtMs)
  }

  async #write(): Promise<void> {
    const batch = this.#batch
    if (batch.rows === 0) return
    this.#batch = new BatchRows(this.#layout.keyPlaces.length)
    this.#state.batches.push(await writeBatch(this.#input.place, this.#state, this.#layout.keys, batch))
  }
}

async function writeBatch(
  place: EndpointPlace,
  state: LabelState,
  keys: readonly string[] | null,
  rows: BatchRows,
): Promise<LabelBatch> {
  const batch = { name: `${String(state.nextBatch++).padStart(9, '0')}.parquet`, rows: rows.rows, keys }
  await writeSynced(batchPath(place, batch), encodeBatch(rows, keys, state.kind ?? 'number'))
  await syncFolder(dirname(batchPath(place, batch)))
  return batch
}

/** Merges a batch with the one before it while that is not twice as large: few files, and each row is written few times. */
async function mergeSmall(place: EndpointPlace, state: LabelState): Promise<void> {
  for (;;) {
    const last = state.batches.at(-1)
    const before = state.batches.at(-2)
    if (last === undefined || before === undefined || keysText(last.keys) !== keysText(before.keys)) return
    if (before.rows >= last.rows * 2 || before.rows + last.rows > rowsPerBatch) return
    const rows = new BatchRows(last.keys?.length ?? 1)
    await readBatch(place, before, rows)
    await readBatch(place, last, rows)
    const merged = await writeBatch(place, state, last.keys, rows)
    state.batches.splice(-2, 2, merged)
  }
}
