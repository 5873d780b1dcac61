import { studentQuantile, studentTwoSided } from './student-t.ts'

/** The mean of a series of paired differences, with what it can be trusted. */
export interface PairedResult {
  readonly rows: number
  readonly mean: number
  /** Standard error that allows for neighbouring rows being alike. */
  readonly standardError: number
  /** 95 % interval of the mean. */
  readonly interval: readonly [number, number]
  /** Two-sided, of the hypothesis that the mean is 0. */
  readonly pValue: number
  /** How many neighbours on each side the standard error takes into account. */
  readonly lag: number
}

/**
 * Mean of paired differences in time order with a heteroscedasticity and autocorrelation consistent standard error: Bartlett weights over
 * L = floor(4 (n/100)^(2/9)) lags (W. Newey and K. West, Econometrica 1987 and 1994), the small-sample factor n/(n−1), and Student's t with n−1
 * degrees of freedom. This is the comparison of F. Diebold and R. Mariano (1995) for forecasts. When the lags make the variance negative or
 * smaller than that of independent rows, the latter is used: a comparison never becomes surer by looking at neighbours.
 *
 * @param differences challenger minus champion, one finite number a row; at least 2.
 * @throws RangeError for fewer than 2 rows or a number that is not finite.
 */
export function pairedComparison(differences: Float64Array): PairedResult {
  const rows = differences.length
  if (rows < 2) throw new RangeError('a paired comparison needs at least 2 rows')
  let sum = 0
  for (const difference of differences) sum += difference
  const mean = sum / rows
  if (!Number.isFinite(mean)) throw new RangeError('a difference is not a finite number')
  const lag = Math.min(rows - 1, Math.floor(4 * (rows / 100) ** (2 / 9)))
  const independent = autocovariance(differences, mean, 0)
  let longRun = independent
  for (let k = 1; k <= lag; k++) longRun += 2 * (1 - k / (lag + 1)) * autocovariance(differences, mean, k)
  const standardError = Math.sqrt((Math.max(longRun, independent) * rows) / (rows - 1) / rows)
  if (standardError === 0) return { rows, mean, standardError, interval: [mean, mean], pValue: mean === 0 ? 1 : 0, lag }
  const reach = studentQuantile(0.95, rows - 1) * standardError
  return {
    rows,
    mean,
    standardError,
    interval: [mean - reach, mean + reach],
    pValue: studentTwoSided(mean / standardError, rows - 1),
    lag,
  }
}

function autocovariance(values: Float64Array, mean: number, lag: number): number {
  let sum = 0
  for (let index = lag; index < values.length; index++)
    sum += ((values[index] ?? 0) - mean) * ((values[index - lag] ?? 0) - mean)
  return sum / values.length
}
