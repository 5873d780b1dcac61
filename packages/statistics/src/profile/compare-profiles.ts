import { chiSquaredContingency } from '../chi-squared.ts'
import { divergences, withNulls } from '../drift/divergence-results.ts'
import { shown, withoutColumn, type DriftResult } from '../drift/result.ts'
import type { ColumnProfile, NumericProfile, Profile } from './profile.ts'

/**
 * The drift statistics of two profiles, the second counted on the edges and categories of the first. PSI, Jensen–Shannon, Hellinger, total variation,
 * L∞ and chi-squared are the same as from the rows; Kolmogorov–Smirnov is off by at most its `bound`, the largest share of a bin. Nothing decides:
 * thresholds need the reference's rows. Categories that the first does not have are one category, all others.
 */
export function compareProfiles(reference: Profile, current: Profile): readonly DriftResult[] {
  return Object.entries(reference.columns).flatMap(([feature, first]) => {
    const second = current.columns[feature]
    const results = compareColumns(feature, first, second ?? first)
    return second === undefined ? results.map((result) => withoutColumn(result)) : results
  })
}

function compareColumns(feature: string, first: ColumnProfile, second: ColumnProfile): DriftResult[] {
  const nulls = { reference: first.nulls, current: second.nulls }
  if (first.kind === 'numeric' && second.kind === 'numeric') {
    const [p, q] = [betweenDeciles(first, first.counts), betweenDeciles(first, second.counts)]
    return [distance(feature, first.counts, second.counts), ...divergences(feature, p, q, nulls)]
  }
  if (first.kind !== 'categorical' || second.kind !== 'categorical') return []
  const others = first.other + second.other > 0
  const counts = {
    reference: others ? [...first.counts, first.other] : [...first.counts],
    current: others ? [...second.counts, second.other] : [...second.counts],
  }
  const [p, q, suffix] = withNulls(counts.reference, counts.current, nulls)
  const { statistic, pValue } = chiSquaredContingency(p, q)
  return [
    shown(feature, 'chi2', `contingency${suffix}`, statistic, { pValue }),
    ...divergences(feature, counts.reference, counts.current, nulls),
  ]
}

function betweenDeciles({ deciles }: NumericProfile, counts: readonly number[]): number[] {
  const merged = Array.from({ length: deciles.length + 1 }, () => 0)
  let part = 0
  counts.forEach((count, bin) => {
    merged[part] = (merged[part] ?? 0) + count
    if (bin === deciles[part]) part++
  })
  return merged
}

function distance(feature: string, reference: readonly number[], current: readonly number[]): DriftResult {
  const [n, m] = [total(reference), total(current)]
  let [below, belowCurrent, largest, heaviest] = [0, 0, 0, 0]
  reference.forEach((count, bin) => {
    below += count
    belowCurrent += current[bin] ?? 0
    largest = Math.max(largest, Math.abs(below / n - belowCurrent / m))
    heaviest = Math.max(heaviest, count / n, (current[bin] ?? 0) / m)
  })
  return shown(feature, 'ks', 'two-sided/binned', n * m === 0 ? Number.NaN : largest, { bound: heaviest })
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}
