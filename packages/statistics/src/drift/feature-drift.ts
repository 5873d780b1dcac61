import { chiSquaredContingency } from '../chi-squared.ts'
import { countCategories, featureKind, numbersOf, type Column, type FeatureKind } from './columns.ts'
import { divergences, withNulls } from './divergence-results.ts'
import { exactPValue, kolmogorovTail } from './kolmogorov-smirnov.ts'
import { measurePair, type NumericPair } from './numeric-pair.ts'
import { deciding, shown, type DriftResult } from './result.ts'
import { chiSquaredThreshold, distanceThreshold, fewestRows, type Decision, type Threshold } from './thresholds.ts'

/** How the values of a feature lie on both sides. */
export interface Distribution {
  readonly feature: string
  readonly kind: FeatureKind
  /** Ends of the bins, one more than counts; of a numeric feature. */
  readonly edges?: readonly number[]
  readonly categories?: readonly string[]
  readonly reference: readonly number[]
  readonly current: readonly number[]
  readonly nulls: { readonly reference: number; readonly current: number }
  /** Where the season decides: the counts of the reference's rows of the same season, over the same bins. */
  readonly season?: readonly number[]
}

/** What is said of one feature. */
export interface FeatureDrift {
  readonly results: readonly DriftResult[]
  readonly distribution: Distribution
}

/**
 * Every drift statistic of one feature. A numeric feature is decided by its Kolmogorov–Smirnov distance, a categorical one by the chi-squared
 * statistic of its table; the reference's rows say which it is, unless the caller knows. Missing values are a bin of the distribution where there are any (the dialect then ends in `+null`).
 */
export function featureDrift(
  feature: string,
  reference: Column,
  current: Column,
  decision: Decision,
  kind: FeatureKind = featureKind(reference),
): FeatureDrift {
  return kind === 'numeric'
    ? numericDrift(feature, reference, current, decision)
    : categoricalDrift(feature, reference, current, decision)
}

function numericDrift(feature: string, reference: Column, current: Column, decision: Decision): FeatureDrift {
  const [first, second] = [numbersOf(reference), numbersOf(current)]
  const pair = measurePair(first.values, second.values)
  const nulls = { reference: first.nulls, current: second.nulls }
  const bound = (value: number | undefined): { bound?: number } => (value === undefined ? {} : { bound: value })
  const distance = shown(
    feature,
    'ks',
    pair.steps === undefined ? 'two-sided/asymptotic' : 'two-sided/exact',
    pair.distance,
    { pValue: distancePValue(pair), ...bound(pair.distanceBound) },
  )
  const [n, m] = [pair.referenceCount, pair.currentCount]
  return {
    results: [
      decided(distance, n, m, () => distanceThreshold(n, m, decision)),
      shown(feature, 'wasserstein', 'raw', pair.wasserstein, bound(pair.wassersteinBound)),
      ...divergences(feature, pair.reference, pair.current, nulls),
    ],
    distribution: {
      feature,
      kind: 'numeric',
      edges: pair.edges,
      reference: Array.from(pair.reference),
      current: Array.from(pair.current),
      nulls,
    },
  }
}

function distancePValue(pair: NumericPair): number {
  const [n, m] = [pair.referenceCount, pair.currentCount]
  if (n === 0 || m === 0) return Number.NaN
  return pair.steps === undefined
    ? kolmogorovTail(pair.distance * Math.sqrt((n * m) / (n + m)))
    : exactPValue(n, m, pair.steps)
}

function categoricalDrift(feature: string, reference: Column, current: Column, decision: Decision): FeatureDrift {
  const [first, second] = [countCategories(reference), countCategories(current)]
  const nulls = { reference: first.nulls, current: second.nulls }
  const categories = [...new Set([...first.counts.keys(), ...second.counts.keys()])].toSorted(
    (a, b) => (first.counts.get(b) ?? 0) - (first.counts.get(a) ?? 0) || (a < b ? -1 : 1),
  )
  const counts = {
    reference: categories.map((category) => first.counts.get(category) ?? 0),
    current: categories.map((category) => second.counts.get(category) ?? 0),
  }
  const [p, q, suffix] = withNulls(counts.reference, counts.current, nulls)
  const { statistic, pValue } = chiSquaredContingency(p, q)
  const [n, m] = [total(p), total(q)]
  // One category on both sides is no change; the statistic has no value then.
  const same = Number.isNaN(statistic) && n > 0 && m > 0
  const result = shown(feature, 'chi2', `contingency${suffix}`, same ? 0 : statistic, { pValue })
  return {
    results: [
      decided(result, n, m, () => chiSquaredThreshold(p, q, decision)),
      ...divergences(feature, counts.reference, counts.current, nulls),
    ],
    distribution: { feature, kind: 'categorical', categories, ...counts, nulls },
  }
}

/** The statistic that decides; with too few values on a side it has no value, only the reason why. */
function decided(result: DriftResult, reference: number, current: number, limit: () => Threshold): DriftResult {
  const fewest = Math.min(reference, current)
  if (fewest < fewestRows) {
    const reason = `insufficient_data: ${fewest} of at least ${fewestRows} values on the side that has fewer`
    return deciding({ ...result, value: null, pValue: null }, null, reason)
  }
  const { threshold, reason } = limit()
  return deciding(result, threshold, result.reason ?? reason)
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}
