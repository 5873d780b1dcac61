import { areaUnderCurve } from './classification.ts'
import { applyIsotonic, fitIsotonic, type Isotonic } from './isotonic.ts'

/** An estimate of a metric without labels. `standardError` is that of the labels' chance alone, not of the assumption. */
export interface Estimate {
  readonly value: number | null
  readonly standardError: number | null
  /** Why there is none. */
  readonly reason?: string
}

export type EstimatedClassMetric = 'accuracy' | 'precision' | 'recall' | 'f1' | 'auc' | 'brier' | 'log_loss'
export type EstimatedErrorMetric = 'mae' | 'mse' | 'rmse'

const fewestReferenceRows = 200
const fewestWindowRows = 20
const largestCalibrationError = 0.05
const almostPerfect = 0.999

/** Scores of a binary classifier with what happened: what its probabilities are worth. */
export interface ScoredLabels {
  /** Probability of the positive class. */
  readonly probabilities: ArrayLike<number>
  /** 1 for the positive class, else 0. */
  readonly labels: ArrayLike<number>
}

/**
 * Metrics of a binary classifier before labels come, from its probabilities alone (confidence-based performance estimation): a row that is given the
 * probability p is right with probability p or 1 − p. Sound while the probabilities are calibrated and only the inputs drift, not what they mean.
 * Scores are made calibrated by isotonic regression on the reference where that lowers the calibration error on the other half of its rows.
 *
 * @returns by metric; `value` is null with a `reason` where the reference is too small or its probabilities cannot be trusted.
 */
export function estimateClassification(
  probabilities: ArrayLike<number>,
  reference: ScoredLabels,
  metrics: readonly EstimatedClassMetric[],
  threshold = 0.5,
): Readonly<Partial<Record<EstimatedClassMetric, Estimate>>> {
  const scores = finiteOnly(probabilities)
  const [fit, reason] = calibration(reference)
  const why =
    scores.length < fewestWindowRows
      ? `insufficient_data: ${scores.length} of at least ${fewestWindowRows} rows with a probability`
      : reason
  const calibrated = scores.map((score) => (fit === undefined ? score : applyIsotonic(fit, score)))
  return Object.fromEntries(
    metrics.map((metric) => [
      metric,
      why === undefined ? classEstimate(metric, scores, calibrated, threshold) : none(why),
    ]),
  )
}

function none(reason: string): Estimate {
  return { value: null, standardError: null, reason }
}

function finiteOnly(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).filter((value) => Number.isFinite(value))
}

/** A calibrating function where it helps, or why the probabilities mean nothing. */
function calibration({ probabilities, labels }: ScoredLabels): [Isotonic | undefined, string | undefined] {
  const rows = probabilities.length
  if (rows < fewestReferenceRows)
    return [undefined, `insufficient_data: ${rows} of at least ${fewestReferenceRows} labelled rows of reference`]
  const half = (part: 0 | 1): ScoredLabels => ({
    probabilities: Float64Array.from(probabilities).filter((_, row) => row % 2 === part),
    labels: Float64Array.from(labels).filter((_, row) => row % 2 === part),
  })
  const [fitting, judging] = [half(0), half(1)]
  const area = areaUnderCurve(
    judging.probabilities,
    Array.from(judging.labels, (label) => label === 1),
  )
  if (area === null) return [undefined, 'not_defined: the reference has one class only']
  const plain = calibrationError(judging, undefined)
  // Where the classes are apart there is nothing to calibrate, and a fit would only lose digits.
  const fit = area > almostPerfect ? undefined : fitIsotonic(fitting.probabilities, fitting.labels)
  const better = fit !== undefined && calibrationError(judging, fit) < plain
  const left = better ? calibrationError(judging, fit) : plain
  // With few rows chance alone makes shares differ: by about 0.4 / √rows in each of ten bins.
  if (left > largestCalibrationError + 1.2 / Math.sqrt(rows))
    return [undefined, `not_calibrated: probabilities are off by ${left.toFixed(3)} on the reference`]
  return [better ? fitIsotonic(probabilities, labels) : undefined, undefined]
}

/** Expected calibration error over ten bins of equal width. */
function calibrationError({ probabilities, labels }: ScoredLabels, fit: Isotonic | undefined): number {
  const bins = Array.from({ length: 10 }, () => [0, 0, 0] as [number, number, number])
  for (let row = 0; row < probabilities.length; row++) {
    const score = probabilities[row] ?? 0
    const value = fit === undefined ? score : applyIsotonic(fit, score)
    const bin = bins[Math.min(9, Math.max(0, Math.floor(value * 10)))]
    if (bin === undefined) continue
    bin[0]++
    bin[1] += value
    bin[2] += labels[row] ?? 0
  }
  return bins.reduce((sum, [, predicted, real]) => sum + Math.abs(predicted - real), 0) / probabilities.length
}

function classEstimate(
  metric: EstimatedClassMetric,
  scores: Float64Array,
  calibrated: Float64Array,
  threshold: number,
): Estimate {
  const rows = scores.length
  let [hit, falseAlarm, miss, right, variance, squares, loss] = [0, 0, 0, 0, 0, 0, 0]
  calibrated.forEach((p, row) => {
    const predicted = (scores[row] ?? 0) >= threshold
    if (predicted) {
      hit += p
      falseAlarm += 1 - p
    } else miss += p
    right += predicted ? p : 1 - p
    variance += p * (1 - p)
    const said = scores[row] ?? 0
    squares += p * (1 - said) ** 2 + (1 - p) * said ** 2
    const safe = Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, said))
    loss -= p * Math.log(safe) + (1 - p) * Math.log(1 - safe)
  })
  const standardError = Math.sqrt(variance) / rows
  const ratio = (a: number, b: number): Estimate =>
    b === 0
      ? none('not_defined: no row is or is predicted to be of the class')
      : { value: a / b, standardError: Math.sqrt(variance) / b }
  const estimates: Readonly<Record<EstimatedClassMetric, () => Estimate>> = {
    accuracy: () => ({ value: right / rows, standardError }),
    precision: () => ratio(hit, hit + falseAlarm),
    recall: () => ratio(hit, hit + miss),
    f1: () => ratio(2 * hit, 2 * hit + falseAlarm + miss),
    auc: () => expectedArea(scores, calibrated),
    brier: () => ({ value: squares / rows, standardError }),
    log_loss: () => ({ value: loss / rows, standardError: null }),
  }
  return estimates[metric]()
}

/** Area under the curve when each row is of the class with its own probability. */
function expectedArea(scores: Float64Array, calibrated: Float64Array): Estimate {
  const order = Array.from(scores.keys()).toSorted((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0))
  let [below, area, positives] = [0, 0, 0]
  for (let begin = 0; begin < order.length;) {
    let [end, inside, outside] = [begin, 0, 0]
    const score = scores[order[begin] ?? 0]
    for (; end < order.length && scores[order[end] ?? 0] === score; end++) {
      inside += calibrated[order[end] ?? 0] ?? 0
      outside += 1 - (calibrated[order[end] ?? 0] ?? 0)
    }
    area += inside * (below + outside / 2)
    below += outside
    positives += inside
    begin = end
  }
  if (positives === 0 || below === 0) return none('not_defined: one class only is expected')
  const value = area / (positives * below)
  // J. Hanley and B. McNeil (1982).
  const [q1, q2] = [value / (2 - value), (2 * value ** 2) / (1 + value)]
  const spread = value * (1 - value) + (positives - 1) * (q1 - value ** 2) + (below - 1) * (q2 - value ** 2)
  return { value, standardError: Math.sqrt(Math.max(0, spread) / (positives * below)) }
}

/** Accuracy of a classifier of several classes: the mean probability of the class that it names. */
export function estimateAccuracy(largestProbabilities: ArrayLike<number>, reference: ScoredLabels): Estimate {
  const [fit, reason] = calibration(reference)
  const scores = finiteOnly(largestProbabilities)
  if (scores.length < fewestWindowRows)
    return none(`insufficient_data: ${scores.length} of at least ${fewestWindowRows} rows with a probability`)
  if (reason !== undefined) return none(reason)
  const right = scores.map((score) => (fit === undefined ? score : applyIsotonic(fit, score)))
  const sum = right.reduce((all, p) => all + p, 0)
  const variance = right.reduce((all, p) => all + p * (1 - p), 0)
  return { value: sum / scores.length, standardError: Math.sqrt(variance) / scores.length }
}
