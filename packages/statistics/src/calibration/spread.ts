import type { Calibration, FeatureCalibration } from './calibration.ts'
import { pastWindows, type PastWindows } from './windows.ts'
import type { Season } from './season.ts'

/** How much windows of one length differ from the rest of the reference, of one feature, although nothing changed. */
export interface Spread {
  readonly season: Season
  /** Windows that lie side by side. */
  readonly windows: number
  /** Independent windows that this was seen on, at least 1. */
  readonly freedom: number
  /** Mean squared difference: of the distribution function at each edge, or of each category's share (the last one: missing values). */
  readonly variances: readonly number[]
  /** Numeric: mean of each window's largest squared difference, and the largest difference of all windows. */
  readonly suprema: number
  readonly farthest: number
  /** Squared coefficient of variation of the windows' largest squared differences: how much windows differ in how far off they are. */
  readonly unevenness: number
  /** The distribution function or shares of the reference at the same places. */
  readonly shares: readonly number[]
  /** Means of 1 / rows of the windows, and of 1 / rows that they were compared with. */
  readonly inverseRows: number
  readonly inverseRest: number
  /** Categorical: mean chi-squared statistic beyond its degrees of freedom, divided by n·m/(n+m). */
  readonly excess: number
  /** Of the share of missing values. */
  readonly nulls: { readonly variance: number; readonly share: number; readonly inverseRows: number }
  /** Rank of the windows' order in their values, −1 … 1: beyond ±0.9 the feature runs in one direction. */
  readonly trend: number
  /** Correlation of windows that lie side by side, where they vary most. */
  readonly neighbours: number
}

/** Fewer windows that lie side by side promise nothing. */
export const fewestWindows = 4

const known = new WeakMap<Calibration, Map<string, PastWindows>>()

/** The windows of a calibrated reference; computed once for each length. */
export function windowsOf(calibration: Calibration, windowMs: number): PastWindows | undefined {
  if (calibration.cells === null) return undefined
  const byLength = known.get(calibration) ?? new Map<string, PastWindows>()
  known.set(calibration, byLength)
  const length = String(Math.max(1, Math.round(windowMs)))
  let windows = byLength.get(length)
  if (windows === undefined) {
    windows = pastWindows(calibration.cells, Number(length))
    if (byLength.size >= 32) byLength.clear()
    byLength.set(length, windows)
  }
  return windows
}

const kept = new WeakMap<FeatureCalibration, Map<PastWindows, readonly Spread[]>>()

/** The spread of a feature by season, computed once for each length of windows; a season in which fewer than two windows can be compared is left out. */
export function spreads(feature: FeatureCalibration, past: PastWindows): readonly Spread[] {
  const byWindows = kept.get(feature) ?? new Map<PastWindows, readonly Spread[]>()
  kept.set(feature, byWindows)
  let found = byWindows.get(past)
  if (found === undefined) {
    found = measure(feature, past)
    if (byWindows.size >= 32) byWindows.clear()
    byWindows.set(past, found)
  }
  return found
}

function measure(feature: FeatureCalibration, past: PastWindows): readonly Spread[] {
  const sums = past.windows.map(({ begin }) => cellSums(feature, begin, begin + past.cells))
  const rows = sums.map((counts) => total(counts))
  const usual = rows.toSorted((a, b) => a - b)[rows.length >> 1] ?? 0
  const enough = rows.map((count) => count > 0 && count >= 0.3 * usual)
  const trend = trendOf(
    feature,
    sums.filter((_, place) => enough[place] === true),
  )
  return past.seasons.flatMap((season) => {
    const seen = past.windows.map((window, place) => {
      if (enough[place] !== true) return undefined
      const rest = new Float64Array(feature.bins)
      for (const cell of window.rest.get(season) ?? []) addCell(feature, rest, cell)
      return difference(feature, sums[place] ?? rest, rest)
    })
    const spread = summarize(seen, season, past, trend)
    return spread === undefined ? [] : [spread]
  })
}

function cellSums(feature: FeatureCalibration, begin: number, end: number): Float64Array {
  const sums = new Float64Array(feature.bins)
  for (let cell = begin; cell < end; cell++) addCell(feature, sums, cell)
  return sums
}

function addCell({ bins, counts }: FeatureCalibration, sums: Float64Array, cell: number): void {
  const place = cell * bins
  for (let bin = 0; bin < bins; bin++) sums[bin] = (sums[bin] ?? 0) + (counts[place + bin] ?? 0)
}

function total(counts: Float64Array): number {
  let sum = 0
  for (const count of counts) sum += count
  return sum
}

interface Difference {
  readonly points: Float64Array
  readonly shares: Float64Array
  readonly inverseRows: number
  readonly inverseRest: number
  readonly excess: number
  readonly nullDifference: number
  readonly nullShare: number
  readonly inverseAll: number
}

/** One window beside the rest; undefined when one of them has no values. */
function difference(feature: FeatureCalibration, window: Float64Array, rest: Float64Array): Difference | undefined {
  const numeric = feature.kind === 'numeric'
  const last = feature.bins - 1
  const [all, allRest] = [total(window), total(rest)]
  const [m, n] = numeric ? [all - (window[last] ?? 0), allRest - (rest[last] ?? 0)] : [all, allRest]
  if (m === 0 || n === 0) return undefined
  // Numeric: the distribution functions at each inner edge. Categorical: each share, missing values included.
  const count = numeric ? last - 1 : feature.bins
  const [points, shares] = [new Float64Array(count), new Float64Array(count)]
  let [below, belowRest, excess, filled] = [0, 0, 0, 0]
  for (let bin = 0; bin < count; bin++) {
    const [a, b] = [window[bin] ?? 0, rest[bin] ?? 0]
    below = numeric ? below + a : a
    belowRest = numeric ? belowRest + b : b
    points[bin] = below / m - belowRest / n
    shares[bin] = (below + belowRest) / (m + n)
    if (numeric || a + b === 0) continue
    filled++
    excess += (points[bin] ?? 0) ** 2 / ((a + b) / (m + n))
  }
  return {
    points,
    shares,
    inverseRows: 1 / m,
    inverseRest: 1 / n,
    excess: excess - Math.max(0, filled - 1) * (1 / m + 1 / n),
    nullDifference: (window[last] ?? 0) / all - (rest[last] ?? 0) / allRest,
    nullShare: ((window[last] ?? 0) + (rest[last] ?? 0)) / (all + allRest),
    inverseAll: 1 / all,
  }
}

function summarize(
  seen: readonly (Difference | undefined)[],
  season: Season,
  past: PastWindows,
  trend: number,
): Spread | undefined {
  const used = seen.filter((each) => each !== undefined)
  const [first] = used
  if (first === undefined || used.length < 2) return undefined
  const mean = (of: (each: Difference) => number): number => used.reduce((sum, each) => sum + of(each), 0) / used.length
  const variances = Array.from(first.points, (_, place) => past.scale * mean(({ points }) => (points[place] ?? 0) ** 2))
  const widest = variances.indexOf(Math.max(...variances))
  const yearly = season === 'year' || season === 'year+week'
  const share = used.length / past.windows.length
  const apart = past.apart * share * (yearly ? (past.years - 1) / past.years : 1)
  const suprema = mean(({ points }) => supremum(points) ** 2)
  const neighbours = correlation(seen, Math.max(0, widest), past.stride)
  // Windows that resemble the one before tell less.
  const resembling = Math.min(0.9, Math.max(0, neighbours))
  return {
    season,
    freedom: Math.max(1, (apart * (1 - resembling)) / (1 + resembling)),
    neighbours,
    windows: past.apart * share,
    variances,
    suprema: past.scale * suprema,
    unevenness: suprema === 0 ? 0 : Math.max(0, mean(({ points }) => supremum(points) ** 4) / suprema ** 2 - 1),
    farthest: used.reduce((farthest, { points }) => Math.max(farthest, supremum(points)), 0),
    shares: Array.from(first.shares, (_, place) => mean(({ shares }) => shares[place] ?? 0)),
    inverseRows: mean((each) => each.inverseRows) * past.scale,
    inverseRest: mean((each) => each.inverseRest),
    excess:
      past.scale *
      Math.max(
        0,
        mean((each) => each.excess),
      ),
    nulls: {
      variance: past.scale * mean((each) => each.nullDifference ** 2),
      share: mean((each) => each.nullShare),
      inverseRows: mean((each) => each.inverseAll) * past.scale,
    },
    trend,
  }
}

function supremum(points: Float64Array): number {
  let largest = 0
  for (const point of points) largest = Math.max(largest, Math.abs(point))
  return largest
}

function correlation(seen: readonly (Difference | undefined)[], place: number, stride: number): number {
  let [product, squares] = [0, 0]
  for (let index = 0; index < seen.length; index++) {
    const here = seen[index]?.points[place] ?? 0
    squares += here * here
    product += here * (seen[index + stride]?.points[place] ?? 0)
  }
  return squares === 0 ? 0 : product / squares
}

/** Correlation of the windows' order with their mean place in the distribution. */
function trendOf(feature: FeatureCalibration, sums: readonly Float64Array[]): number {
  if (feature.kind !== 'numeric' || sums.length < 5) return 0
  const scores = sums.map((counts) => {
    let [weighted, all] = [0, 0]
    for (let bin = 0; bin < feature.bins - 1; bin++) {
      weighted += bin * (counts[bin] ?? 0)
      all += counts[bin] ?? 0
    }
    return all === 0 ? 0 : weighted / all
  })
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  const middle = (scores.length - 1) / 2
  let [both, ofScores, ofPlaces] = [0, 0, 0]
  scores.forEach((score, place) => {
    both += (score - mean) * (place - middle)
    ofScores += (score - mean) ** 2
    ofPlaces += (place - middle) ** 2
  })
  return ofScores === 0 ? 0 : both / Math.sqrt(ofScores * ofPlaces)
}
