import { exactPValue, kolmogorovSmirnov, kolmogorovTail } from '../kolmogorov-smirnov.ts'
import { exactRows } from '../numeric-pair.ts'
import { shown, type DriftResult } from '../result.ts'

/** A peer's rule on the value itself: fires when it reaches the threshold. */
export function byValue(result: DriftResult, threshold: number, decides: boolean): DriftResult {
  if (!decides) return result
  return { ...result, decides, threshold, fired: result.value !== null && result.value >= threshold }
}

/** A peer's rule on the p-value: the threshold is one of probability. `inclusive`: equal fires, too. */
export function byPValue(result: DriftResult, threshold: number, decides: boolean, inclusive = false): DriftResult {
  if (!decides) return result
  const { pValue } = result
  return {
    ...result,
    decides,
    threshold,
    fired: pValue !== null && (inclusive ? pValue <= threshold : pValue < threshold),
  }
}

/** Kolmogorov–Smirnov of two sorted samples; its p-value is exact up to 10,000 rows a side. */
export function kolmogorovResult(feature: string, reference: Float64Array, current: Float64Array): DriftResult {
  const { distance, steps } = kolmogorovSmirnov(reference, current)
  const [n, m] = [reference.length, current.length]
  if (Math.max(n, m) <= exactRows)
    return shown(feature, 'ks', 'two-sided/exact', distance, { pValue: n * m === 0 ? 1 : exactPValue(n, m, steps) })
  const pValue = kolmogorovTail(distance * Math.sqrt((n * m) / (n + m)))
  return shown(feature, 'ks', 'two-sided/asymptotic', distance, { pValue })
}
