import type { Calibration, FeatureCalibration } from '../calibration/calibration.ts'
import { tailFactor } from '../calibration/normal.ts'
import { residualSpread } from '../calibration/residual-spread.ts'
import { inSeason, type Season } from '../calibration/season.ts'
import { fewestWindows, spreads, windowsOf, type Spread } from '../calibration/spread.ts'
import type { PastWindows } from '../calibration/windows.ts'
import type { FeatureKind } from './columns.ts'
import { widestVariance } from './thresholds.ts'

/** A season is kept apart only where that makes windows of the reference clearly more alike. */
const worthASeason = 0.64

/** What a timed reference says about one feature and windows of one length. */
export interface Judged {
  readonly spread?: Spread
  /** Why nothing can be promised. */
  readonly reason?: string
}

/** The spread that decides about a feature. Without event times there is none: rows count as independent. */
export function judgeFeature(
  calibration: Calibration | undefined,
  feature: string,
  windowMs: number | undefined,
  alpha: number,
  seasonal: boolean,
): Judged {
  const own = calibration?.features[feature]
  if (calibration === undefined || calibration.cells === null || own === undefined || windowMs === undefined) return {}
  const past = windowsOf(calibration, windowMs)
  if (past === undefined || past.apart < fewestWindows)
    return {
      reason: `insufficient_data: the reference is ${past?.apart ?? 0} windows long, at least ${fewestWindows} are needed to know how much windows differ`,
    }
  const all = spreads(own, past)
  const seen = all.find(({ season }) => season === 'none')
  const plain = seen && fromShorterWindows(own, calibration, past, seen)
  if (plain === undefined)
    return { reason: 'insufficient_data: too few windows of the reference have values of this feature' }
  const width = (spread: Spread): number => largestVariance(spread, own.kind) * tailFactor(alpha, spread.freedom) ** 2
  let best = plain
  if (seasonal)
    for (const spread of all)
      if (width(spread) < worthASeason * width(plain) && width(spread) < width(best)) best = spread
  const residual = seasonal ? residualSpread(own, calibration.cells, past, plain) : undefined
  if (residual !== undefined && width(residual) < width(best)) return { spread: residual }
  return { spread: { ...best, unevenness: sharedUnevenness(calibration, past, best) } }
}

const runsInOneDirection = 0.9

/** The feature whose windows differ the most without any change, those left out that run in one direction; undefined where nothing is known. */
export function leastSteadyFeature(
  calibration: Calibration,
  features: readonly string[],
  windowMs: number,
): string | undefined {
  const past = windowsOf(calibration, Math.max(1, windowMs))
  if (past === undefined) return undefined
  let [most, found]: [number, string | undefined] = [-1, undefined]
  for (const name of features) {
    const own = calibration.features[name]
    const spread = own && spreads(own, past).find(({ season }) => season === 'none')
    if (own === undefined || spread === undefined || Math.abs(spread.trend) >= runsInOneDirection) continue
    const variance = own.kind === 'numeric' ? widestVariance(spread) : Math.max(...spread.variances, 0)
    if (variance > most) [most, found] = [variance, name]
  }
  return found
}

/** As many windows' worth of the other features goes into what a feature's own windows say. */
const othersWeight = 10
const mostOthers = 100

/** A handful of windows says little about the shape of a tail: features of one table are taken together. */
function sharedUnevenness(calibration: Calibration, past: PastWindows, own: Spread): number {
  let [sum, count] = [0, 0]
  for (const feature of Object.values(calibration.features).slice(0, mostOthers)) {
    const other = spreads(feature, past).find(({ season }) => season === own.season)
    if (feature.kind !== 'numeric' || other === undefined || other.suprema === 0) continue
    sum += other.unevenness
    count++
  }
  const shared = count === 0 ? own.unevenness : sum / count
  return (past.apart * own.unevenness + othersWeight * shared) / (past.apart + othersWeight)
}

/** Categories of a season, too, are seen by how far a window is from the rest in all of them together. */
function largestVariance(spread: Spread, kind: FeatureKind): number {
  return kind === 'numeric' ? widestVariance(spread) : Math.max(...spread.variances, 0, spread.suprema)
}

/** Below that many independent windows shorter ones are looked at, too. */
const manyWindows = 30
const mostShortWindows = 200
/** Shorter windows speak for longer ones when neither is clearly more variable than the other makes probable. */
const largestRatio = (windows: number): number => 1 + 3 / Math.sqrt(windows)
const largestCorrelation = 1.3

/**
 * A short reference holds few windows. Where shorter windows that follow each other are not correlated, they tell the same of longer ones, and there
 * are more of them: the variance of a mean falls with its length. Otherwise the few are all there is.
 */
function fromShorterWindows(
  own: FeatureCalibration,
  calibration: Calibration,
  past: PastWindows,
  seen: Spread,
): Spread {
  const cells = calibration.cells
  if (cells === null || seen.freedom >= manyWindows) return seen
  const length = Math.max(1, Math.ceil((2 * cells.rows.length) / mostShortWindows))
  if (length * 3 > past.cells) return seen
  const shorter = windowsOf(calibration, length * cells.cellMs)
  const fine = shorter && spreads(own, shorter).find(({ season }) => season === 'none')
  if (fine === undefined || fine.neighbours > largestCorrelation / Math.sqrt(shorter?.apart ?? 1)) return seen
  const scale = length / past.cells
  const [few, many] = [Math.max(...seen.variances, 0), Math.max(...fine.variances, 0) * scale]
  if (few > largestRatio(past.apart) * many) return seen
  const mix = (a: number, b: number): number => (a * scale + b) / 2
  // Where the few say more than the many the truth is taken to lie in the middle, by ratio; where they say less, chance made them.
  const between = (a: number, b: number): number => Math.max(a * scale, Math.sqrt(a * scale * b))
  return {
    ...seen,
    freedom: fine.freedom,
    suprema: between(fine.suprema, seen.suprema),
    variances: seen.variances.map((variance, place) => between(fine.variances[place] ?? 0, variance)),
    inverseRows: mix(fine.inverseRows, seen.inverseRows),
    excess: mix(fine.excess, seen.excess),
    nulls: {
      ...seen.nulls,
      variance: mix(fine.nulls.variance, seen.nulls.variance),
      inverseRows: mix(fine.nulls.inverseRows, seen.nulls.inverseRows),
    },
  }
}

/** Rows of the reference of a window's season. */
export function seasonRows(times: Float64Array, season: Season, startMs: number, endMs: number): Int32Array {
  const rows: number[] = []
  for (let row = 0; row < times.length; row++) {
    const time = times[row] ?? Number.NaN
    if (!Number.isNaN(time) && inSeason(season, time, startMs, endMs)) rows.push(row)
  }
  return Int32Array.from(rows)
}
