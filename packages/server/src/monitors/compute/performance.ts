import type { SignalResult, VersionPerformance } from '@modelyard/contract'
import {
  fewestLabels,
  performanceLimit,
  worseWhen,
  type MetricName,
  type PerformanceLimit,
} from '@modelyard/statistics'
import type { Column, Table } from '@modelyard/statistics/tables'
import type { CollectedRows } from '../collection/doors.ts'
import type { SignalPlan } from '../monitor-document.ts'
import { metricsOf, rowsOfMetric, thinned, valueAt, type LabelledPairs } from './labelled-rows.ts'
import { isPrediction } from './reference-table.ts'
import type { BaselineInput, DeploymentInput, VersionInput } from './request.ts'

/** Rows of one window that one model version of one deployment answered. */
export interface VersionRows {
  readonly key: string
  readonly model: string | null
  readonly version: string | null
  readonly deployment: string
  readonly serving: boolean
  readonly rows: readonly number[]
}

/** Labels of a window's rows. */
export interface WindowLabels {
  readonly label: Column
  readonly arrivedAtMs: Float64Array
  readonly labelled: number
}

const dialect = 'scikit-learn'
const keptSample = 1000
/** A first window becomes the baseline only with that many labels, and labels for half of its rows. */
const fewestBaselineLabels = 30

/** What the model answered: one column, or the probabilities of classes. */
export interface Predicted {
  readonly column: Column | undefined
  readonly byClass: Readonly<Record<string, Column>> | undefined
  readonly reason: string
}

/** Finds the answers among the prediction columns. */
export async function readPredicted(predictions: Table): Promise<Predicted> {
  const names = predictions.names.filter((name) => isPrediction(name))
  const [first] = names
  if (first === undefined) return { column: undefined, byClass: undefined, reason: 'no_predictions: none were kept' }
  const single = names.includes('prediction') ? 'prediction' : names.length === 1 ? first : undefined
  if (single !== undefined) return { column: await predictions.read(single), byClass: undefined, reason: '' }
  const byClass: Record<string, Column> = {}
  for (const name of names) byClass[name.slice('prediction_'.length)] = await predictions.read(name)
  return { column: undefined, byClass, reason: '' }
}

/** Labels and answers of some rows, in their order. */
export function pairsOf(labels: WindowLabels, predicted: Predicted, rows: readonly number[]): LabelledPairs {
  const pairs = { labels: [] as (number | string)[], predictions: [] as (number | string)[] }
  const classes = Object.entries(predicted.byClass ?? {})
  const probabilities = Object.fromEntries(classes.map(([name]) => [name, [] as number[]]))
  for (const row of rows) {
    const label = valueAt(labels.label, row)
    if (label === undefined) continue
    if (predicted.column !== undefined) {
      const prediction = valueAt(predicted.column, row)
      if (prediction === undefined) continue
      pairs.predictions.push(prediction)
    } else {
      const values = classes.map(([, column]) => valueAt(column, row))
      if (!values.every((value) => typeof value === 'number')) continue
      classes.forEach(([name], index) => probabilities[name]?.push(values[index] ?? 0))
    }
    pairs.labels.push(label)
  }
  return classes.length === 0 ? pairs : { ...pairs, probabilities }
}

/** Rows by the version that answered them, in the order of the most rows. */
export function groupRows(
  rows: Pick<CollectedRows, 'rows' | 'deployments' | 'modelVersions'>,
  deployments: readonly DeploymentInput[],
  keyOf: (model: string | null, version: string | null, deployment: string) => string,
): VersionRows[] {
  const known = new Map(deployments.map((deployment) => [deployment.name, deployment]))
  const models = new Set(deployments.flatMap(({ model }) => (model === null ? [] : [model])))
  const only = models.size === 1 ? ([...models][0] ?? null) : null
  const groups = new Map<string, VersionRows & { rows: number[] }>()
  for (let row = 0; row < rows.rows; row++) {
    const place = `${rows.deployments.codes[row] ?? -1}/${rows.modelVersions.codes[row] ?? -1}`
    let group = groups.get(place)
    if (group === undefined) {
      const deployment = rows.deployments.names[rows.deployments.codes[row] ?? -1] ?? ''
      const text = rows.modelVersions.names[rows.modelVersions.codes[row] ?? -1] ?? ''
      const version = text === '' ? null : (text.split(':').at(-1) ?? null)
      const model = version === null ? null : (known.get(deployment)?.model ?? only)
      group = {
        key: keyOf(model, version, deployment),
        model,
        version,
        deployment,
        serving: known.get(deployment)?.serving ?? true,
        rows: [],
      }
      groups.set(place, group)
    }
    group.rows.push(row)
  }
  return [...groups.values()].toSorted((a, b) => b.rows.length - a.rows.length)
}

/** How well each version did, over the rows whose label has come. */
export function performanceOf(
  groups: readonly VersionRows[],
  labels: WindowLabels,
  predicted: Predicted,
  metrics: readonly string[],
): VersionPerformance[] {
  if (metrics.length === 0) return []
  return groups.map(({ model, version, deployment, serving, rows }) => {
    const pairs = pairsOf(labels, predicted, rows)
    return {
      model,
      version,
      deployment,
      serving,
      rows: rows.length,
      labels: pairs.labels.length,
      metrics: pairs.labels.length === 0 ? emptyMetrics(metrics) : metricsOf(pairs, metrics),
    }
  })
}

function emptyMetrics(metrics: readonly string[]): Record<string, null> {
  return Object.fromEntries(metrics.map((metric) => [metric, null]))
}

/** One metric of one window beside its limit. */
export interface JudgedMetrics {
  readonly results: SignalResult[]
  /** By metric. */
  readonly limits: Record<string, number | null>
  readonly baseline: Record<string, number>
}

/**
 * The metrics of what callers got, beside the limit that a model as good as on its baseline passes with probability `alpha` in a window of as many
 * labels.
 */
export function judgeMetrics(
  signal: SignalPlan,
  pairs: LabelledPairs,
  version: VersionInput | undefined,
  predicted: Predicted,
  alpha: number,
): JudgedMetrics {
  const limits: Record<string, number | null> = {}
  const baseline: Record<string, number> = {}
  const count = pairs.labels.length
  const values = count === 0 ? {} : metricsOf(pairs, signal.metrics)
  const results = signal.metrics.map((metric): SignalResult => {
    const own = signal.thresholds[metric]
    const found = limitOf(metric, version?.baseline ?? null, count, alpha)
    if (found.value !== null) baseline[metric] = found.value
    const threshold = own ?? found.limit
    limits[metric] = threshold
    const few = count < fewestLabels
    const value = few ? null : (values[metric] ?? null)
    const reason = few
      ? predicted.reason || `insufficient_data: ${count} of at least ${fewestLabels} labels`
      : value === null
        ? 'not_defined: the metric has no value on these rows'
        : threshold === null
          ? found.reason
          : undefined
    return {
      signal: signal.name,
      type: signal.type,
      feature: null,
      statistic: metric,
      dialect,
      value,
      pValue: null,
      threshold,
      fired: value !== null && threshold !== null && isPast(metric, value, threshold),
      decides: true,
      ...(reason === undefined ? {} : { reason }),
    }
  })
  return { results, limits, baseline }
}

function limitOf(
  metric: string,
  baseline: BaselineInput | null,
  windowRows: number,
  alpha: number,
): { limit: number | null; value: number | null; reason: string } {
  if (baseline === null)
    return { limit: null, value: null, reason: 'no_baseline: the first complete window with enough labels becomes it' }
  const { limit, value: known, reason } = cachedLimit(metric, baseline, windowRows, alpha)
  if (alpha === 0) return { limit: null, value: known, reason: 'alarms_off: `false_alarms` is off' }
  return { limit, value: known, reason: reason ?? '' }
}

const limits = new WeakMap<BaselineInput, Map<string, PerformanceLimit>>()

/** Windows with as many labels have the same limit; drawing it takes a while. */
function cachedLimit(metric: string, baseline: BaselineInput, windowRows: number, alpha: number): PerformanceLimit {
  const known = limits.get(baseline) ?? new Map<string, PerformanceLimit>()
  limits.set(baseline, known)
  const key = `${metric}/${windowRows}/${alpha}`
  const found = known.get(key)
  if (found !== undefined) return found
  const { sample, values, rows } = baseline
  const value = values[metric]
  const limit = performanceLimit({
    metric: metric as MetricName,
    baseline: sample === null ? null : rowsOfMetric(sample, metric),
    ...(value === undefined ? {} : { value }),
    ...(rows === null ? {} : { baselineRows: rows }),
    windowRows,
    alpha: Math.max(1e-6, alpha),
    timeOrdered: true,
  })
  known.set(key, limit)
  return limit
}

function isPast(metric: string, value: number, limit: number): boolean {
  const worse = worseWhen(metric as MetricName)
  if (worse === 'both') return Math.abs(value) > limit
  return worse === 'higher' ? value > limit : value < limit
}

/** What a first complete window gives to a version that has no rows of its own to compare with; undefined while it has too few labels. */
export function learnBaseline(
  version: VersionInput,
  pairs: LabelledPairs,
  rows: number,
  metrics: readonly string[],
  startMs: number,
): BaselineInput | undefined {
  const count = pairs.labels.length
  if (version.baseline?.sample != null || pairs.probabilities !== undefined) return undefined
  if (count < Math.max(fewestBaselineLabels, rows / 2)) return undefined
  const stored = version.baseline
  const measured = Object.fromEntries(
    Object.entries(metricsOf(pairs, metrics)).filter((entry): entry is [string, number] => entry[1] !== null),
  )
  const from = `the first window with enough labels (${new Date(startMs).toISOString().slice(0, 10)}, ${count} labels)`
  return {
    sample: thinned(pairs, keptSample),
    values: { ...measured, ...stored?.values },
    rows: count,
    source: stored === null ? from : `${stored.source}; how much they vary from ${from}`,
  }
}

/** Time from event to label, of rows that have one. */
export function labelDelay(eventTimes: Float64Array, arrivedAtMs: Float64Array): { p50: number; p95: number } | null {
  const delays: number[] = []
  for (let row = 0; row < eventTimes.length; row++) {
    const arrived = arrivedAtMs[row] ?? Number.NaN
    if (!Number.isNaN(arrived)) delays.push(Math.max(0, arrived - (eventTimes[row] ?? arrived)))
  }
  if (delays.length === 0) return null
  const sorted = Float64Array.from(delays).toSorted()
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  return { p50: at(0.5), p95: at(0.95) }
}
