import { performanceMetrics, regressionMetricNames, type LabelledRows, type MetricName } from '@modelyard/statistics'
import type { Column } from '@modelyard/statistics/tables'

/** Labels and predictions side by side, in row order; only rows that have both. */
export interface LabelledPairs {
  readonly labels: readonly (number | string)[]
  readonly predictions: readonly (number | string)[]
  /** Probabilities by class, where that is what the model answers. */
  readonly probabilities?: Readonly<Record<string, readonly number[]>>
}

const regression: ReadonlySet<string> = new Set(regressionMetricNames)

/** A value of a column, undefined where it is missing. */
export function valueAt(column: Column, row: number): number | string | undefined {
  if (column.kind === 'number') {
    const value = column.values[row] ?? Number.NaN
    return Number.isNaN(value) ? undefined : value
  }
  return column.dictionary[column.codes[row] ?? -1]
}

/** The metrics of some rows; null where one has no value on them. */
export function metricsOf(pairs: LabelledPairs, metrics: readonly string[]): Record<string, number | null> {
  const values: Record<string, number | null> = {}
  for (const task of ['regression', 'classification'] as const) {
    const asked = metrics.filter((metric) => regression.has(metric) === (task === 'regression'))
    if (asked.length === 0) continue
    const found = performanceMetrics(rowsFor(pairs, task))
    for (const metric of asked) values[metric] = found[metric as MetricName] ?? null
  }
  return values
}

/** Rows as the metric's task has them. */
export function rowsOfMetric(pairs: LabelledPairs, metric: string): LabelledRows {
  return rowsFor(pairs, regression.has(metric) ? 'regression' : 'classification')
}

function rowsFor(pairs: LabelledPairs, task: 'regression' | 'classification'): LabelledRows {
  const { labels, predictions } = pairs
  if (task === 'regression')
    return {
      task,
      labels: Float64Array.from(labels, toNumber),
      predictions: Float64Array.from(predictions, toNumber),
    }
  if (pairs.probabilities !== undefined) {
    const classes = Object.keys(pairs.probabilities)
    return { task, labels, classes, probabilities: classes.map((name) => pairs.probabilities?.[name] ?? []) }
  }
  const names = [...new Set(labels.map(String))]
  if (names.length <= 2 && isScore(predictions)) {
    const classes = names.every((name) => name === '0' || name === '1') ? ['0', '1'] : names.toSorted()
    return { task, labels, classes, probabilities: Float64Array.from(predictions, toNumber) }
  }
  return { task, labels, predictions }
}

/** Numbers between 0 and 1 that are not all whole: the probability of one of two classes. */
export function isScore(predictions: readonly (number | string)[]): boolean {
  return (
    predictions.every((value) => typeof value === 'number' && value >= 0 && value <= 1) &&
    predictions.some((value) => !Number.isInteger(value))
  )
}

const words: Readonly<Record<string, number>> = { true: 1, false: 0 }

function toNumber(value: number | string): number {
  if (typeof value === 'number') return value
  return words[value] ?? (value.trim() === '' ? Number.NaN : Number(value))
}

/** At most `most` pairs, evenly spread. */
export function thinned(pairs: LabelledPairs, most: number): LabelledPairs {
  const step = Math.max(1, Math.ceil(pairs.labels.length / most))
  const keep = <Value>(list: readonly Value[]): Value[] => list.filter((_, index) => index % step === 0)
  return { labels: keep(pairs.labels), predictions: keep(pairs.predictions) }
}
