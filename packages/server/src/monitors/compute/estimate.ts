import type { SignalResult } from '@modelyard/contract'
import {
  estimateClassification,
  estimateErrors,
  performanceLimit,
  worseWhen,
  type Estimate,
  type EstimatedClassMetric,
  type EstimatedErrorMetric,
  type MetricName,
} from '@modelyard/statistics'
import type { SignalPlan } from '../monitor-document.ts'
import { isScore, rowsOfMetric, valueAt } from './labelled-rows.ts'
import type { Predicted } from './performance.ts'
import type { VersionInput } from './request.ts'

const errorMetrics: ReadonlySet<string> = new Set(['mae', 'mse', 'rmse'])
const classMetrics: ReadonlySet<string> = new Set(['accuracy', 'precision', 'recall', 'f1', 'auc', 'brier', 'log_loss'])
/** An estimate must be beyond the limit by that many of its own standard errors. */
const certain = 2

/**
 * What the model's performance should be, before labels come: from its predictions and from its errors on rows that it did not learn from. Where that
 * is not sound the result says why.
 */
export function estimateMetrics(
  signal: SignalPlan,
  version: VersionInput,
  predicted: Predicted,
  rows: readonly number[],
  alpha: number,
): SignalResult[] {
  const sample = version.baseline?.sample ?? null
  const { column } = predicted
  if (sample === null || column === undefined)
    return [
      result(signal, signal.metrics[0] ?? 'mae', {
        value: null,
        standardError: null,
        reason:
          column === undefined
            ? predicted.reason || 'not_available: the model answers several columns'
            : 'no_baseline: predictions of this version on rows it did not learn from are not known',
      }),
    ]
  const predictions = rows.map((row) => valueAt(column, row)).filter((value) => value !== undefined)
  const scores = isScore(sample.predictions)
  const metrics = signal.metrics.length > 0 ? signal.metrics : [scores ? 'accuracy' : 'mae']
  return metrics.map((metric) => {
    const found = estimateOf(metric, predictions, sample, scores)
    const limit = limitOf(metric, version, predictions.length, alpha, signal.thresholds[metric])
    return result(signal, metric, found, limit)
  })
}

function estimateOf(
  metric: string,
  predictions: readonly (number | string)[],
  sample: { readonly labels: readonly (number | string)[]; readonly predictions: readonly (number | string)[] },
  scores: boolean,
): Estimate {
  const numbers = (values: readonly (number | string)[]): Float64Array => Float64Array.from(values, Number)
  if (errorMetrics.has(metric) && !scores) {
    const reference = { labels: numbers(sample.labels), predictions: numbers(sample.predictions) }
    return (
      estimateErrors(numbers(predictions), reference, [metric as EstimatedErrorMetric])[
        metric as EstimatedErrorMetric
      ] ?? nothing(metric)
    )
  }
  if (!classMetrics.has(metric) || !scores) return nothing(metric)
  const positive = sample.labels.map(String).toSorted().at(-1)
  const reference = {
    probabilities: numbers(sample.predictions),
    labels: Float64Array.from(sample.labels, (label) => Number(String(label) === positive)),
  }
  const name = metric as EstimatedClassMetric
  return estimateClassification(numbers(predictions), reference, [name])[name] ?? nothing(metric)
}

function nothing(metric: string): Estimate {
  return {
    value: null,
    standardError: null,
    reason: `not_available: ${metric} cannot be estimated from such predictions`,
  }
}

function limitOf(
  metric: string,
  version: VersionInput,
  windowRows: number,
  alpha: number,
  own: number | undefined,
): number | null {
  const { baseline } = version
  if (own !== undefined) return own
  if (alpha === 0 || baseline?.sample == null) return null
  const value = baseline.values[metric]
  return performanceLimit({
    metric: metric as MetricName,
    baseline: rowsOfMetric(baseline.sample, metric),
    ...(value === undefined ? {} : { value }),
    ...(baseline.rows === null ? {} : { baselineRows: baseline.rows }),
    windowRows,
    alpha: Math.max(1e-6, alpha),
    timeOrdered: true,
  }).limit
}

function result(signal: SignalPlan, metric: string, found: Estimate, limit: number | null = null): SignalResult {
  const lower = worseWhen(metric as MetricName) === 'lower'
  const reach = certain * (found.standardError ?? 0)
  const threshold = limit === null ? null : lower ? limit - reach : limit + reach
  const fired =
    found.value !== null && threshold !== null && (lower ? found.value < threshold : found.value > threshold)
  return {
    signal: signal.name,
    type: signal.type,
    feature: null,
    statistic: metric,
    dialect: 'estimate',
    value: found.value,
    pValue: null,
    threshold,
    fired,
    decides: true,
    ...(found.reason === undefined ? {} : { reason: found.reason }),
  }
}
