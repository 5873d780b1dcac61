import type { Estimate, EstimatedErrorMetric } from './estimate.ts'
import { quantileEdges } from '../drift/histograms.ts'

const fewestReferenceRows = 100
const fewestWindowRows = 20
const mostBins = 20
const rowsPerBin = 20
const largestShareOutside = 0.05

/**
 * Errors of a regression before labels come: what rows with such a prediction were off by on the reference, which the model did not learn from,
 * averaged over the window's predictions (direct loss estimation with bins of the prediction as its only feature). It sees that the window has more
 * of the predictions that are usually far off; it does not see that the world has changed, nor predictions that the reference has none like.
 *
 * @returns by metric; `value` is null with a `reason` where that is not sound.
 */
export function estimateErrors(
  predictions: ArrayLike<number>,
  reference: { readonly labels: ArrayLike<number>; readonly predictions: ArrayLike<number> },
  metrics: readonly EstimatedErrorMetric[],
): Readonly<Partial<Record<EstimatedErrorMetric, Estimate>>> {
  const now = Float64Array.from(predictions).filter((value) => Number.isFinite(value))
  const pairs = Array.from(
    reference.predictions,
    (prediction, row) => [prediction, reference.labels[row] ?? Number.NaN] as const,
  )
    .filter(([prediction, label]) => Number.isFinite(prediction) && Number.isFinite(label))
    .toSorted(([a], [b]) => a - b)
  const reason = unsound(now, pairs)
  if (reason !== undefined) {
    const none = { value: null, standardError: null, reason }
    return Object.fromEntries(metrics.map((metric) => [metric, none]))
  }
  const sorted = Float64Array.from(pairs, ([prediction]) => prediction)
  const edges = quantileEdges(sorted, Math.min(mostBins, Math.floor(pairs.length / rowsPerBin)))
  const bins = Array.from({ length: edges.length + 1 }, () => ({ rows: 0, sum: 0, squares: 0, fourth: 0, now: 0 }))
  const binOf = (value: number): (typeof bins)[number] | undefined => {
    let bin = 0
    while (bin < edges.length && (edges[bin] ?? 0) <= value) bin++
    return bins[bin]
  }
  for (const [prediction, label] of pairs) {
    const bin = binOf(prediction)
    const square = (prediction - label) ** 2
    if (bin === undefined) continue
    bin.rows++
    bin.sum += Math.sqrt(square)
    bin.squares += square
    bin.fourth += square * square
  }
  for (const value of now) {
    const bin = binOf(value)
    if (bin !== undefined) bin.now++
  }
  return Object.fromEntries(metrics.map((metric) => [metric, estimate(metric, bins, now.length)]))
}

function unsound(now: Float64Array, pairs: readonly (readonly [number, number])[]): string | undefined {
  if (now.length < fewestWindowRows)
    return `insufficient_data: ${now.length} of at least ${fewestWindowRows} predictions`
  if (pairs.length < fewestReferenceRows)
    return `insufficient_data: ${pairs.length} of at least ${fewestReferenceRows} labelled rows of reference`
  const [low, high] = [pairs[0]?.[0] ?? 0, pairs.at(-1)?.[0] ?? 0]
  const outside = now.filter((value) => value < low || value > high).length / now.length
  if (outside <= largestShareOutside) return undefined
  return `not_sound: ${(100 * outside).toFixed(0)} % of the predictions are beyond all of the reference`
}

interface Bin {
  readonly rows: number
  readonly sum: number
  readonly squares: number
  readonly fourth: number
  readonly now: number
}

function estimate(metric: EstimatedErrorMetric, bins: readonly Bin[], rows: number): Estimate {
  let [value, variance] = [0, 0]
  for (const { rows: known, sum, squares, fourth, now } of bins) {
    if (now === 0 || known === 0) continue
    const share = now / rows
    const [mean, square] = metric === 'mae' ? [sum / known, squares / known] : [squares / known, fourth / known]
    value += share * mean
    // Chance in the window's rows, and in the reference's of the bin.
    variance += share ** 2 * Math.max(0, square - mean ** 2) * (1 / now + 1 / known)
  }
  const standardError = Math.sqrt(variance)
  if (metric !== 'rmse') return { value, standardError }
  const root = Math.sqrt(value)
  return { value: root, standardError: root === 0 ? 0 : standardError / (2 * root) }
}
