import { tailFactor, normalQuantile } from '../calibration/normal.ts'
import type { Spread } from '../calibration/spread.ts'
import { countCategories, featureKind, numbersOf, rowsOf, type Column } from './columns.ts'
import { hypergeometricTail, smallestCount } from './rare-events.ts'
import type { DriftResult, Statistic } from './result.ts'

/** A rate that rose by less is no alarm however surely it is seen. */
const smallestRise = 0.01
const steadyTrend = 0.9

/** How quality is judged. */
export interface QualityDecision {
  /** Probability of a false alarm of each test of this feature. */
  readonly alpha: number
  readonly spread?: Spread
  /** Values that the reader could not read as the column's type and made missing. */
  readonly typeErrors?: { readonly reference: number; readonly current: number }
}

/**
 * Missing values, words among numbers, values outside of the reference's range, and categories that the reference does not have, each as a share of
 * the rows. Each fires when the reference's own rate makes the count that was seen less probable than `alpha`, and the rate rose by a point or
 * more. Where rows of a timed reference resemble their neighbours, such rows come in clusters and the limits are that much wider.
 */
export function featureQuality(
  feature: string,
  reference: Column,
  current: Column,
  decision: QualityDecision,
): DriftResult[] {
  const numeric = featureKind(reference) === 'numeric'
  const [n, m] = [rowsOf(reference), rowsOf(current)]
  const extra = decision.typeErrors ?? { reference: 0, current: 0 }
  const judge = (statistic: Statistic, before: number, now: number, cluster: number): DriftResult =>
    rate(feature, statistic, [before, n], [now, m], { ...decision, cluster })
  if (!numeric) {
    const [first, second] = [countCategories(reference), countCategories(current)]
    let [unseen, once] = [0, 0]
    for (const [category, count] of second.counts) if (!first.counts.has(category)) unseen += count
    // What has occurred once tells how much of the next rows will be new (I. Good, 1953).
    for (const count of first.counts.values()) if (count === 1) once++
    return [
      nullRate(feature, [first.nulls - extra.reference, n], [second.nulls - extra.current, m], decision),
      ...(decision.typeErrors === undefined ? [] : [judge('type_error_rate', extra.reference, extra.current, 1)]),
      judge('new_category_rate', once, unseen, clustering(decision.spread)),
    ]
  }
  const [first, second] = [numbersOf(reference), numbersOf(current)]
  return [
    nullRate(feature, [first.nulls - extra.reference, n], [second.nulls - extra.current, m], decision),
    judge('type_error_rate', first.typeErrors + extra.reference, second.typeErrors + extra.current, 1),
    outOfRange(feature, first.values, second.values, m, decision),
  ]
}

type Share = readonly [count: number, of: number]

function nullRate(feature: string, reference: Share, current: Share, decision: QualityDecision): DriftResult {
  const plain = rate(feature, 'null_rate', reference, current, { ...decision, cluster: 1 })
  const { spread, alpha } = decision
  if (spread === undefined || plain.threshold === null || spread.nulls.share === 0) return plain
  const { variance, share, inverseRows } = spread.nulls
  const seen = Math.max(0, variance + share * (1 - share) * (1 / current[1] - inverseRows))
  // Twice alpha: both quantiles are two-sided, a rate alarms on one side.
  const two = Math.min(1, 2 * alpha)
  const reach = normalQuantile(two) * tailFactor(two, spread.freedom) * Math.sqrt(seen)
  const threshold = Math.max(plain.threshold, reference[0] / reference[1] + reach)
  return { ...plain, threshold, fired: plain.value !== null && plain.value > threshold }
}

function rate(
  feature: string,
  statistic: Statistic,
  reference: Share,
  current: Share,
  { alpha, cluster }: { alpha: number; cluster: number },
): DriftResult {
  const [before, n] = reference
  const [now, m] = current
  if (n === 0 || m === 0) return undecided(feature, statistic, 'insufficient_data: one side has no rows')
  const count = smallestCount(m, (k) => hypergeometricTail(before, n, k, m) <= alpha)
  const expected = (before / n) * m
  const threshold = Math.max(before / n + smallestRise, (expected + (count - 0.5 - expected) * cluster) / m)
  const result = decided(feature, statistic, now / m, hypergeometricTail(before, n, now, m), threshold)
  // What occurred once is an estimate of the categories to come; the reference itself has no new ones.
  return { ...result, referenceRate: statistic === 'new_category_rate' ? 0 : before / n }
}

/** Beyond the smallest and largest of `n` values: without change the count on each side is geometric with m / (n + m), whatever the distribution. */
function outOfRange(
  feature: string,
  reference: Float64Array,
  current: Float64Array,
  m: number,
  { alpha, spread }: QualityDecision,
): DriftResult {
  const n = reference.length
  if (n === 0 || m === 0) return undecided(feature, 'out_of_range_rate', 'insufficient_data: one side has no values')
  const [low, high] = range(reference)
  let outside = 0
  for (let row = 0; row < m && row < current.length; row++) {
    const value = current[row] ?? 0
    if (value < low || value > high) outside++
  }
  if (spread !== undefined && Math.abs(spread.trend) >= steadyTrend) {
    const reason = 'trend: it runs in one direction through the whole reference, so that later values leave its range'
    return { ...undecided(feature, 'out_of_range_rate', reason), value: outside / m }
  }
  const share = m / (n + m)
  const tail = (k: number): number => share ** k * (1 + k * (1 - share))
  const count = smallestCount(m, (k) => tail(k) <= alpha)
  const threshold = Math.max(smallestRise, ((count - 0.5) * clustering(spread)) / m)
  return { ...decided(feature, 'out_of_range_rate', outside / m, tail(outside), threshold), referenceRate: 0 }
}

function range(values: Float64Array): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? 0
    if (value < low) low = value
    if (value > high) high = value
  }
  return [low, high]
}

/** How many rows come together where one would alone: the variance at the outermost places over that of independent rows. */
function clustering(spread: Spread | undefined): number {
  if (spread === undefined) return 1
  const last = spread.variances.length - 1
  const ratios = [0, Math.max(0, last)].map((place) => {
    const share = spread.shares[place] ?? 0
    const independent = share * (1 - share) * (spread.inverseRows + spread.inverseRest)
    return independent > 0 ? (spread.variances[place] ?? 0) / independent : 1
  })
  return Math.max(1, ...ratios)
}

function decided(feature: string, statistic: Statistic, value: number, pValue: number, threshold: number): DriftResult {
  const fired = value > threshold
  return { feature, statistic, dialect: 'share', value, pValue: Math.min(1, pValue), threshold, fired, decides: true }
}

function undecided(feature: string, statistic: Statistic, reason: string): DriftResult {
  const nothing = { value: null, pValue: null, threshold: null, fired: false }
  return { feature, statistic, dialect: 'share', ...nothing, decides: true, reason }
}
