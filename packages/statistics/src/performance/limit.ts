import { normalQuantile, tailFactor } from '../calibration/normal.ts'
import { performanceMetrics, worseWhen, type LabelledRows, type MetricName } from './metrics.ts'
import { inflationOf } from './row-losses.ts'
import { drawRows, seeded } from './resampling.ts'

/** Fewer labels in a window say nothing about its performance. */
export const fewestLabels = 20
const fewestBaselineRows = 30
const draws = 400
const mostRows = 4000
const empiricalTail = 0.05

export interface LimitInput {
  readonly metric: MetricName
  /** Rows that the model did not learn from, in time order where they have one. */
  readonly baseline: LabelledRows | null
  /** The model's value on its baseline; computed from `baseline` when not given. Enough for `accuracy` together with `baselineRows`. */
  readonly value?: number
  /** How many rows `value` was measured on, where `baseline` is only a part of them or is not there. */
  readonly baselineRows?: number
  /** Rows with labels in the window. */
  readonly windowRows: number
  /** Probability that the window's value is beyond the limit although the model is as good as on its baseline. */
  readonly alpha: number
  /** The baseline is in time order: neighbouring rows may have alike errors. */
  readonly timeOrdered?: boolean
  /** Ratio of the variance of the mean error to that of independent rows, ≥ 1, where it is known. */
  readonly inflation?: number
}

export interface PerformanceLimit {
  readonly limit: number | null
  readonly value: number | null
  /** Beyond the limit is `higher` or `lower`; of the bias the absolute value is compared. */
  readonly worse: 'higher' | 'lower'
  readonly reason?: string
}

/**
 * The limit that a window's metric passes with probability `alpha` when the model is as good as on its baseline. Windows of the same number of rows
 * and baselines are drawn from the baseline in blocks (H. Künsch, 1989) as long as neighbouring errors are alike; the limit is a quantile of the
 * difference of the two, so that it allows for a short baseline, too. Below a tail of 5 % that quantile is extended as a normal one is. Draws have a
 * fixed seed: the same input has the same limit.
 */
export function performanceLimit(input: LimitInput): PerformanceLimit {
  const { metric, baseline, windowRows, alpha } = input
  const direction = worseWhen(metric)
  const worse = direction === 'both' ? 'higher' : direction
  const own = baseline === null ? undefined : performanceMetrics(baseline)[metric]
  const value = input.value ?? own ?? null
  const none = (reason: string): PerformanceLimit => ({ limit: null, value, worse, reason })
  if (value === null) return none('not_defined: the metric has no value on the baseline')
  if (windowRows < fewestLabels) return none(`insufficient_data: ${windowRows} of at least ${fewestLabels} labels`)
  const rows = baseline?.labels.length ?? 0
  if (baseline === null || rows < fewestBaselineRows) {
    if (metric === 'accuracy' && input.baselineRows !== undefined && input.baselineRows >= fewestBaselineRows)
      return { limit: shareLimit(value, input), value, worse }
    return none(`insufficient_data: ${rows} of at least ${fewestBaselineRows} rows of the baseline`)
  }
  const inflation = Math.max(1, input.inflation ?? (input.timeOrdered === true ? inflationOf(baseline, windowRows) : 1))
  const block = Math.min(Math.ceil(inflation), Math.floor(rows / 5))
  const spread = differences(input, baseline, block, direction === 'both' ? 'higher' : direction)
  if (spread === undefined) return none('not_defined: most windows of the baseline have no value')
  const reach = quantile(spread, alpha, Math.max(2, rows / block - 1))
  if (direction === 'both') return { limit: Math.abs(value) + reach, value, worse }
  return { limit: direction === 'higher' ? value + reach : value - reach, value, worse }
}

/** Of a share that is known with its number of rows. */
function shareLimit(value: number, { baselineRows = 1, windowRows, alpha, inflation = 1 }: LimitInput): number {
  // Agresti and Coull (1998): never sure of 0 or 1.
  const share = (value * baselineRows + 2) / (baselineRows + 4)
  const variance = share * (1 - share) * inflation * (1 / windowRows + 1 / baselineRows)
  return value - normalQuantile(Math.min(1, 2 * alpha)) * Math.sqrt(variance)
}

/** Of windows less baselines, larger is worse; undefined when fewer than half have a value. */
function differences(
  input: LimitInput,
  baseline: LabelledRows,
  block: number,
  worse: 'higher' | 'lower',
): Float64Array | undefined {
  const { metric, windowRows } = input
  const rows = baseline.labels.length
  const random = seeded(rows * 31 + windowRows)
  const [m, n] = [Math.min(mostRows, windowRows), Math.min(mostRows, rows)]
  const found: number[] = []
  for (let draw = 0; draw < draws; draw++) {
    const [window, whole] = [drawRows(baseline, m, block, random), drawRows(baseline, n, block, random)]
    const [a, b] = [performanceMetrics(window)[metric] ?? null, performanceMetrics(whole)[metric] ?? null]
    if (a !== null && b !== null) found.push(worse === 'higher' ? a - b : b - a)
  }
  if (found.length < draws / 2) return undefined
  // Fewer rows were drawn than there are: the difference scales as the root of both.
  const known = input.baselineRows ?? rows
  const scale = Math.sqrt((1 / windowRows + 1 / Math.max(rows, known)) / (1 / m + 1 / n))
  return Float64Array.from(found, (difference) => difference * scale).toSorted()
}

function quantile(sorted: Float64Array, alpha: number, freedom: number): number {
  const tail = Math.max(alpha, empiricalTail)
  const at = sorted[Math.min(sorted.length - 1, Math.floor((1 - tail) * sorted.length))] ?? 0
  const two = Math.min(1, 2 * alpha)
  const factor = tailFactor(two, freedom)
  if (alpha >= empiricalTail) return Math.max(0, at * factor)
  const mean = sorted.reduce((sum, each) => sum + each, 0) / sorted.length
  const deviation = Math.sqrt(sorted.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (sorted.length - 1))
  const unit = Math.max(deviation, at / normalQuantile(2 * empiricalTail))
  return Math.max(0, unit * normalQuantile(two) * factor)
}
