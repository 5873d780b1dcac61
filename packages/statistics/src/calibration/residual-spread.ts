import type { Calibration, FeatureCalibration } from './calibration.ts'
import { inSeason, yearMs } from './season.ts'
import type { Spread } from './spread.ts'
import type { PastWindows } from './windows.ts'

const dayMs = 86_400_000
/** Windows shorter than that have enough of their like in a reference of years. */
const shortestWindowMs = 27 * dayMs
const shortestSpanMs = 1.9 * yearMs
/** Four weeks: weekdays weigh the same in each stretch, and most of what one day says about the next is inside. */
const stretchMs = 28 * dayMs
/** Mean, trend, and a year's first harmonic. */
const parameters = 4
const largestCorrelation = 0.8
/** The mean of the largest squared difference of a bridge is π²/12, that of its largest variance a quarter. */
const supremumOfUnit = Math.PI ** 2 / 3

/**
 * How much a long window (a month, a quarter) differs from the same season of a reference of years, although nothing changed. There are few such windows
 * in it, and where the feature rises or falls through the reference they differ from one another for that alone. So what varies is measured on
 * stretches of four weeks, after a straight line and a year's wave were fitted and taken away: the variance of a window's share is that of a stretch,
 * shorter by as many times as the window is longer, with what neighbouring stretches have in common. A trend is no noise by this: a window after it
 * differs from what was learned from, and is said to.
 *
 * Undefined where the window is short, the reference is, or stretches resemble their neighbours so much that years would be needed to know.
 *
 * @param seen the feature's own windows; what is not measured here is taken from them.
 */
export function residualSpread(
  feature: FeatureCalibration,
  cells: NonNullable<Calibration['cells']>,
  past: PastWindows,
  seen: Spread,
): Spread | undefined {
  const windowMs = past.cells * cells.cellMs
  if (windowMs < shortestWindowMs || cells.rows.length * cells.cellMs < shortestSpanMs) return undefined
  const stretches = stretchesOf(feature, cells)
  if (stretches.length < 3 * parameters) return undefined
  const places = feature.kind === 'numeric' ? feature.bins - 2 : feature.bins
  const residuals = Array.from({ length: places }, (_, place) => residualsOf(stretches, place, feature.kind))
  const alike = Math.max(...residuals.map(neighbours))
  if (alike > largestCorrelation) return undefined
  const resembling = Math.max(0, alike - 1 / Math.sqrt(stretches.length))
  const inflation = (1 + resembling) / (1 - resembling)
  const freedom = (stretches.length - parameters) / inflation
  const rest = seasonCells(cells, windowMs)
  const scale = inflation * (stretchMs / windowMs + stretchMs / (rest * cells.cellMs))
  const variances = residuals.map(
    (values) => (scale * values.reduce((sum, value) => sum + value * value, 0)) / (stretches.length - parameters),
  )
  const shares = residuals.map((_, place) => meanShare(stretches, place, feature.kind))
  const perCell = cells.rows.reduce((sum, rows) => sum + rows, 0) / cells.rows.length
  const [inverseRows, inverseRest] = [1 / (perCell * past.cells), 1 / (perCell * rest)]
  const beyond = variances.map((variance, place) => {
    const share = shares[place] ?? 0
    const independent = share * (1 - share) * (inverseRows + inverseRest)
    return share > 0 ? Math.max(0, variance - independent) / share : 0
  })
  return {
    ...seen,
    season: 'year',
    freedom: Math.max(1, freedom),
    neighbours: alike,
    variances,
    shares,
    suprema: supremumOfUnit * Math.max(0, ...variances),
    farthest: 0,
    unevenness: 0,
    inverseRows,
    inverseRest,
    excess: feature.kind === 'numeric' ? 0 : beyond.reduce((sum, part) => sum + part, 0),
    trend: 0,
  }
}

interface Stretch {
  /** Middle, in years from the first. */
  readonly at: number
  readonly counts: Float64Array
  readonly all: number
}

function stretchesOf(feature: FeatureCalibration, cells: NonNullable<Calibration['cells']>): Stretch[] {
  const length = Math.max(1, Math.round(stretchMs / cells.cellMs))
  const found: Stretch[] = []
  for (let begin = 0; begin + length <= cells.rows.length; begin += length) {
    const counts = new Float64Array(feature.bins)
    for (let cell = begin; cell < begin + length; cell++)
      for (let bin = 0; bin < feature.bins; bin++)
        counts[bin] = (counts[bin] ?? 0) + (feature.counts[cell * feature.bins + bin] ?? 0)
    const all = counts.reduce((sum, count) => sum + count, 0)
    if (all > 0) found.push({ at: ((begin + length / 2) * cells.cellMs) / yearMs, counts, all })
  }
  return found
}

/** The distribution function at an edge, without missing values; or the share of a category. */
function shareOf({ counts, all }: Stretch, place: number, kind: FeatureCalibration['kind']): number {
  if (kind !== 'numeric') return (counts[place] ?? 0) / all
  const known = all - (counts[counts.length - 1] ?? 0)
  let below = 0
  for (let bin = 0; bin <= place; bin++) below += counts[bin] ?? 0
  return known === 0 ? 0 : below / known
}

function meanShare(stretches: readonly Stretch[], place: number, kind: FeatureCalibration['kind']): number {
  return stretches.reduce((sum, stretch) => sum + shareOf(stretch, place, kind), 0) / stretches.length
}

/** What is left of a place's shares after least squares of a line and a year's wave (Gram–Schmidt, column by column). */
function residualsOf(stretches: readonly Stretch[], place: number, kind: FeatureCalibration['kind']): number[] {
  const columns = [
    stretches.map(() => 1),
    stretches.map(({ at }) => at),
    stretches.map(({ at }) => Math.cos(2 * Math.PI * at)),
    stretches.map(({ at }) => Math.sin(2 * Math.PI * at)),
  ]
  const basis: number[][] = []
  for (const column of columns) {
    const left = basis.reduce(without, column)
    const norm = Math.sqrt(dot(left, left))
    if (norm > 1e-9) basis.push(left.map((value) => value / norm))
  }
  return basis.reduce(
    without,
    stretches.map((stretch) => shareOf(stretch, place, kind)),
  )
}

function without(values: number[], direction: readonly number[]): number[] {
  const along = dot(values, direction)
  return values.map((value, index) => value - along * (direction[index] ?? 0))
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)
}

function neighbours(values: readonly number[]): number {
  const squares = dot(values, values)
  return squares < 1e-12 ? 0 : dot(values.slice(1), values.slice(0, -1)) / squares
}

/** How many cells the same season of the other years has, at the middle of the reference. */
function seasonCells(cells: NonNullable<Calibration['cells']>, windowMs: number): number {
  const start = cells.startMs + (cells.rows.length * cells.cellMs) / 2
  let count = 0
  for (let cell = 0; cell < cells.rows.length; cell++)
    if (inSeason('year', cells.startMs + (cell + 0.5) * cells.cellMs, start, start + windowMs)) count++
  return Math.max(1, count)
}
