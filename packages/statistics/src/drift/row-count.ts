import { normalQuantile, tailFactor } from '../calibration/normal.ts'
import type { DriftResult } from './result.ts'

const fewestEarlier = 8
/** A window with half or twice the usual rows is the least that is worth an alarm. */
const smallestFactor = 2

/**
 * Rows of a window beside those of earlier windows of the same length. Counts are compared by their logarithms; the spread is the median absolute
 * deviation, so that one outage does not hide the next. It fires beyond the limit on either side; `threshold` is the limit on the side where the
 * value lies.
 *
 * @param earlier rows of earlier windows, any order; at least 8.
 */
export function rowCountQuality(rows: number, earlier: readonly number[], alpha: number): DriftResult {
  const result = { feature: null, statistic: 'row_count', dialect: 'rows', value: rows, pValue: null } as const
  if (earlier.length < fewestEarlier) {
    const reason = `insufficient_data: ${earlier.length} of at least ${fewestEarlier} earlier windows`
    return { ...result, threshold: null, fired: false, decides: true, reason }
  }
  const logs = earlier.map((count) => Math.log(count + 1))
  const usual = median(logs)
  // 1.4826: the normal's standard deviation over its median absolute deviation; never less than chance alone makes it.
  const deviation = Math.max(1.4826 * median(logs.map((log) => Math.abs(log - usual))), Math.exp(-usual / 2))
  const reach = Math.max(
    Math.log(smallestFactor),
    normalQuantile(alpha) * tailFactor(alpha, logs.length - 1) * deviation,
  )
  const below = rows < Math.expm1(usual)
  const threshold = Math.max(0, Math.expm1(below ? usual - reach : usual + reach))
  return { ...result, threshold, fired: below ? rows < threshold : rows > threshold, decides: true }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  return ((sorted[Math.ceil(half) - 1] ?? 0) + (sorted[Math.floor(half)] ?? 0)) / 2
}
