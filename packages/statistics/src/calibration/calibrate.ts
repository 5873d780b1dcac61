import { countCategories, featureKind, numbersOf, type Column } from '../drift/columns.ts'
import { edgeSample, quantileEdges } from '../drift/histograms.ts'
import type { Table } from '../tables/table.ts'
import type { Calibration, FeatureCalibration } from './calibration.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const mostCells = 4096
const numericBins = 12
const mostCategories = 15

export interface CalibrateOptions {
  /** Event time of each row of the reference in Unix ms, NaN where it has none; null: the reference is no series, its order is not used. */
  readonly eventTimes: Float64Array | null
  /** Columns to calibrate; those that the reference does not have are left out. */
  readonly features: readonly string[]
  /** Length of the windows that will be compared, where known: windows shorter than a day need finer cells. */
  readonly windowMs?: number
}

/**
 * Counts the reference by cells of time (a day; an hour for windows shorter than one), so that the difference between windows without change can
 * be read off windows of the reference itself, whatever their length.
 *
 * @throws TableError when a column cannot be read; RangeError when `eventTimes` has another length than the table.
 */
export async function calibrateReference(reference: Table, options: CalibrateOptions): Promise<Calibration> {
  const times = options.eventTimes
  if (times !== null && times.length !== reference.rows)
    throw new RangeError(`${times.length} event times for ${reference.rows} rows`)
  const cells = times === null ? null : cellsOf(times, options.windowMs)
  const known = new Set(reference.names)
  const features: Record<string, FeatureCalibration> = Object.create(null) as Record<string, FeatureCalibration>
  for (const feature of new Set(options.features))
    if (known.has(feature)) features[feature] = calibrateColumn(await reference.read(feature), cells)
  return {
    version: 1,
    rows: reference.rows,
    cells: cells === null ? null : { startMs: cells.startMs, cellMs: cells.cellMs, rows: Array.from(cells.rows) },
    features,
  }
}

interface RowCells {
  readonly startMs: number
  readonly cellMs: number
  readonly rows: Float64Array
  /** Of each row of the table; −1 for none. */
  readonly ofRow: Int32Array
}

function cellsOf(times: Float64Array, windowMs: number | undefined): RowCells | null {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const time of times) {
    if (!Number.isFinite(time)) continue
    if (time < first) first = time
    if (time > last) last = time
  }
  if (!(first < last)) return null
  const cellMs = cellLength(last - first, windowMs)
  const end = Math.floor(last / cellMs) + 1
  // Of a series too long for its cells the newest part is kept.
  const begin = Math.max(Math.floor(first / cellMs), end - mostCells)
  const rows = new Float64Array(end - begin)
  const ofRow = Int32Array.from(times, (time) => {
    const cell = Number.isFinite(time) ? Math.floor(time / cellMs) - begin : -1
    if (cell < 0) return -1
    rows[cell] = (rows[cell] ?? 0) + 1
    return cell
  })
  return { startMs: begin * cellMs, cellMs, rows, ofRow }
}

function cellLength(spanMs: number, windowMs: number | undefined): number {
  if (windowMs === undefined ? spanMs >= 14 * dayMs : windowMs >= dayMs)
    return dayMs * Math.ceil(spanMs / dayMs / (mostCells - 1))
  if (windowMs === undefined ? spanMs >= 14 * hourMs : windowMs >= hourMs) return hourMs
  return Math.max(1, Math.floor(windowMs ?? spanMs / 64))
}

function calibrateColumn(column: Column, cells: RowCells | null): FeatureCalibration {
  const kind = featureKind(column)
  const edges = kind === 'numeric' ? edgesOf(column) : []
  const categories = kind === 'categorical' ? topCategories(column) : []
  const bins = (kind === 'numeric' ? edges.length + 1 : categories.length + 1) + 1
  const counts: number[] = cells === null ? [] : Array.from({ length: cells.rows.length * bins }, () => 0)
  if (cells !== null) {
    const binOf = kind === 'numeric' ? numericBin(column, edges, bins) : categoricalBin(column, categories, bins)
    for (let row = 0; row < cells.ofRow.length; row++) {
      const cell = cells.ofRow[row] ?? -1
      if (cell < 0) continue
      const place = cell * bins + binOf(row)
      counts[place] = (counts[place] ?? 0) + 1
    }
  }
  return { kind, edges, categories, bins, counts }
}

function edgesOf(column: Column): number[] {
  const { values } = numbersOf(column)
  return Array.from(quantileEdges(edgeSample(values), numericBins))
}

function topCategories(column: Column): string[] {
  return [...countCategories(column).counts]
    .toSorted(([a, first], [b, second]) => second - first || (a < b ? -1 : 1))
    .slice(0, mostCategories)
    .map(([category]) => category)
}

function numericBin(column: Column, edges: readonly number[], bins: number): (row: number) => number {
  const of = (value: number): number => {
    if (Number.isNaN(value)) return bins - 1
    let bin = 0
    while (bin < edges.length && (edges[bin] ?? 0) <= value) bin++
    return bin
  }
  if (column.kind === 'number') return (row) => of(column.values[row] ?? Number.NaN)
  const byCode = column.dictionary.map((word) => of(word.trim() === '' ? Number.NaN : Number(word)))
  return (row) => byCode[column.codes[row] ?? -1] ?? bins - 1
}

function categoricalBin(column: Column, categories: readonly string[], bins: number): (row: number) => number {
  const places = new Map(categories.map((category, place) => [category, place]))
  const other = bins - 2
  if (column.kind === 'number') {
    return (row) => {
      const value = column.values[row] ?? Number.NaN
      return Number.isNaN(value) ? bins - 1 : (places.get(String(value)) ?? other)
    }
  }
  const byCode = column.dictionary.map((word) => places.get(word) ?? other)
  return (row) => byCode[column.codes[row] ?? -1] ?? bins - 1
}
