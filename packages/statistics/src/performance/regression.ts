/** Errors of a regression, by the definitions of scikit-learn; null where one has no value. */
export interface RegressionMetrics {
  readonly mae: number | null
  readonly mse: number | null
  readonly rmse: number | null
  /** Mean of |label − prediction| / |label|, not in percent. */
  readonly mape: number | null
  readonly median_ae: number | null
  readonly r2: number | null
  /** Mean of prediction − label. */
  readonly bias: number | null
}

/** Labels and predictions of the same rows; rows in which one is not finite are left out. */
export interface RegressionRows {
  readonly labels: ArrayLike<number>
  readonly predictions: ArrayLike<number>
}

const smallestLabel = Number.EPSILON

/**
 * Errors of predicted numbers.
 *
 * @throws RangeError when the two have different lengths.
 */
export function regressionMetrics({ labels, predictions }: RegressionRows): RegressionMetrics {
  if (labels.length !== predictions.length)
    throw new RangeError(`${labels.length} labels for ${predictions.length} predictions`)
  const errors = new Float64Array(labels.length)
  let [count, sum, squares, relative, signed] = [0, 0, 0, 0, 0]
  const kept: number[] = []
  for (let row = 0; row < labels.length; row++) {
    const [label, prediction] = [Number(labels[row]), Number(predictions[row])]
    if (!Number.isFinite(label) || !Number.isFinite(prediction)) continue
    const error = prediction - label
    errors[count++] = Math.abs(error)
    kept.push(label)
    sum += Math.abs(error)
    squares += error * error
    signed += error
    relative += Math.abs(error) / Math.max(Math.abs(label), smallestLabel)
  }
  if (count === 0) return { mae: null, mse: null, rmse: null, mape: null, median_ae: null, r2: null, bias: null }
  return {
    mae: sum / count,
    mse: squares / count,
    rmse: Math.sqrt(squares / count),
    mape: relative / count,
    median_ae: median(errors.subarray(0, count)),
    r2: determination(kept, squares),
    bias: signed / count,
  }
}

function median(values: Float64Array): number {
  const sorted = values.toSorted()
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[half] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2
}

/** 1 − residuals / total; of constant labels 1 when every prediction is right, else 0. */
function determination(labels: readonly number[], squares: number): number | null {
  if (labels.length < 2) return null
  const mean = labels.reduce((sum, label) => sum + label, 0) / labels.length
  const total = labels.reduce((sum, label) => sum + (label - mean) ** 2, 0)
  if (total > 0) return 1 - squares / total
  return squares === 0 ? 1 : 0
}
