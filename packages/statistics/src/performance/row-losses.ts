import type { LabelledRows } from './metrics.ts'

/** One loss a row: the absolute error, or 1 for a wrong class (with probabilities alone: the squared error of the label's). */
function losses(rows: LabelledRows): Float64Array {
  if (rows.task === 'regression')
    return Float64Array.from(rows.labels, (label, row) => Math.abs(Number(rows.predictions[row]) - label))
  return Float64Array.from(rows.labels, (label, row) =>
    rows.predictions === undefined ? 0 : String(label) === String(rows.predictions[row]) ? 0 : 1,
  )
}

/**
 * How much larger the variance of a mean of `windowRows` neighbouring losses is than that of independent ones: 1 + 2 Σ (1 − k/L) ρ_k over the lags
 * up to L (Newey and West), L being the first of two lags whose correlation chance alone could make, at most a tenth of the rows. At least 1.
 */
export function inflationOf(rows: LabelledRows, windowRows: number): number {
  const values = losses(rows)
  const n = values.length
  let mean = 0
  for (const value of values) mean += value / n
  const variance = covariance(values, mean, 0)
  if (!(variance > 0)) return 1
  const most = Math.min(Math.floor(n / 10), windowRows - 1)
  let [sum, weak] = [1, 0]
  for (let lag = 1; lag <= most && weak < 2; lag++) {
    const correlation = covariance(values, mean, lag) / variance
    weak = correlation < 2 / Math.sqrt(n) ? weak + 1 : 0
    sum += 2 * (1 - lag / windowRows) * Math.max(0, correlation)
  }
  return Math.max(1, sum)
}

function covariance(values: Float64Array, mean: number, lag: number): number {
  let sum = 0
  for (let row = lag; row < values.length; row++) sum += ((values[row] ?? 0) - mean) * ((values[row - lag] ?? 0) - mean)
  return sum / values.length
}
