import { hellinger, jensenShannonDistance, largestDifference, psiLaplace, totalVariation } from './divergences.ts'
import { shown, type DriftResult } from './result.ts'

/** Missing values of both sides. */
export interface NullCounts {
  readonly reference: number
  readonly current: number
}

/** The statistics of two rows of counts. Missing values are a bin where there are any; the dialect then ends in `+null`. */
export function divergences(
  feature: string,
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  nulls: NullCounts,
): DriftResult[] {
  const [p, q, suffix] = withNulls(reference, current, nulls)
  return [
    shown(feature, 'psi', `laplace1${suffix}`, psiLaplace(p, q)),
    shown(feature, 'js', `distance/base2${suffix}`, jensenShannonDistance(p, q)),
    shown(feature, 'hellinger', `raw${suffix}`, hellinger(p, q)),
    shown(feature, 'tvd', `raw${suffix}`, totalVariation(p, q)),
    shown(feature, 'linf', `raw${suffix}`, largestDifference(p, q)),
  ]
}

/** Both sides with the bin of missing values, where there are any, and how a dialect says so. */
export function withNulls(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  nulls: NullCounts,
): [number[], number[], '' | '+null'] {
  const [p, q] = [Array.from(reference), Array.from(current)]
  if (nulls.reference + nulls.current === 0) return [p, q, '']
  return [[...p, nulls.reference], [...q, nulls.current], '+null']
}
