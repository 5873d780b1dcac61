import type { Distribution, SignalResult } from '@modelyard/contract'
import { compareTables, type CompareOptions, type Comparison } from '@modelyard/statistics'
import type { Table } from '@modelyard/statistics/tables'
import type { SignalPlan } from '../monitor-document.ts'
import { betweenWindows, predictionReference } from './prediction-reference.ts'
import { isPrediction, type OpenReference } from './reference-table.ts'
import type { VersionInput, WindowInput } from './request.ts'

/** One window's rows, as far as drift and quality look at them. */
export interface WindowRows {
  readonly rows: number
  readonly inputs: Table
  readonly predictions: Table
  readonly eventTimes: Float64Array
}

export interface DriftInput {
  readonly signals: readonly SignalPlan[]
  readonly window: Pick<WindowInput, 'startMs' | 'endMs' | 'rowHistory'>
  readonly rows: WindowRows
  readonly version: VersionInput
  readonly reference: OpenReference | null
  /** Why there is no reference. */
  readonly reason: string
  readonly alpha: number
  readonly importance: ReadonlyMap<string, number>
  /** Columns that rows of this endpoint have or had. */
  readonly seenColumns: ReadonlySet<string>
}

export interface DriftOutput {
  readonly results: SignalResult[]
  readonly distributions: Distribution[]
}

/** Where alarms are off nothing fires by a calibrated threshold; the statistics still need a probability. */
const tiniestAlpha = 1e-9

/**
 * Drift of inputs and predictions and the quality of inputs. The allowed false alarms are shared by all features of all drift signals together, as
 * if each feature were looked at once.
 */
export async function driftResults(input: DriftInput): Promise<DriftOutput> {
  const drift = input.signals.filter((signal) => signal.type === 'data_drift')
  const quality = input.signals.filter((signal) => signal.type === 'data_quality')
  const predicted = input.signals.filter((signal) => signal.type === 'prediction_drift')
  const known = featuresOf(input)
  const predictions = predictionColumns(input, predicted)
  const driftFeatures = new Set(drift.flatMap((signal) => chosen(signal, known)))
  const tests = Math.max(1, driftFeatures.size + predictions.length)
  const results: SignalResult[] = []
  const distributions = new Map<string, Distribution>()
  const { reference } = input
  if (reference === null || known.length === 0) {
    const reason =
      reference === null
        ? input.reason
        : `no_common_columns: rows have ${list(input.rows.inputs.names)}; the reference has ${list(reference.features)}`
    for (const signal of [...drift, ...quality]) results.push(nothing(signal, null, reason))
  } else {
    for (const group of grouped(drift, quality)) {
      const features = [...new Set(group.signals.flatMap((signal) => chosen(signal, known)))]
      const compared = await compare(input, reference, features, group.thresholds, tests)
      for (const distribution of compared.distributions) distributions.set(distribution.feature, plain(distribution))
      for (const signal of group.signals) {
        results.push(...ofSignal(signal, compared, chosen(signal, known), input.alpha))
        for (const name of unknownOf(signal, known))
          results.push(nothing(signal, name, 'no_column: the reference has no such feature'))
      }
    }
  }
  for (const signal of predicted) {
    const named = chosen(signal, predictions)
    if (named.length > 0 || signal.features === null)
      results.push(...(await predictionResults(input, signal, named, tests, distributions)))
    for (const name of unknownOf(signal, predictions))
      results.push(nothing(signal, name, 'no_column: the answers have no such column'))
  }
  return { results, distributions: [...distributions.values()] }
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'no columns' : names.slice(0, 10).join(', ') + (names.length > 10 ? ', …' : '')
}

/** Features that reference and endpoint both know: what the model's signature or any row so far names. */
function featuresOf({ reference, seenColumns, version, signals }: DriftInput): string[] {
  const keys = new Set(signals.flatMap((signal) => signal.key))
  const named = new Set(signals.flatMap((signal) => signal.features ?? []))
  const inputs = new Set([...seenColumns, ...(version.inputs ?? [])])
  return (reference?.features ?? []).filter((name) => named.has(name) || (inputs.has(name) && !keys.has(name)))
}

function chosen(signal: SignalPlan, known: readonly string[]): string[] {
  if (signal.features !== null) return known.filter((name) => signal.features?.includes(name))
  return known.filter((name) => !signal.exclude.includes(name))
}

/** Features that the monitor's file names and nobody has: a slip of the pen must not look like quiet. */
function unknownOf({ features }: SignalPlan, known: readonly string[]): string[] {
  return (features ?? []).filter((name) => !known.includes(name))
}

/** Signals that can share one comparison: those of drift by their thresholds, each with the quality signal of the same place. */
function grouped(drift: readonly SignalPlan[], quality: readonly SignalPlan[]) {
  const groups: { signals: SignalPlan[]; thresholds: Record<string, number>; drift: string; quality: string }[] = []
  const add = (signal: SignalPlan, side: 'drift' | 'quality'): void => {
    const key = JSON.stringify(signal.thresholds)
    const group = groups.find((candidate) => candidate[side] === key || candidate[side] === '')
    if (group === undefined)
      groups.push({ signals: [signal], thresholds: { ...signal.thresholds }, drift: '', quality: '', [side]: key })
    else {
      group.signals.push(signal)
      group[side] = key
      Object.assign(group.thresholds, signal.thresholds)
    }
  }
  for (const signal of drift) add(signal, 'drift')
  for (const signal of quality) add(signal, 'quality')
  return groups
}

function compare(
  { rows, window, alpha, importance }: DriftInput,
  reference: OpenReference,
  features: readonly string[],
  thresholds: Readonly<Record<string, number>>,
  tests: number,
): Promise<Comparison> {
  return compareTables(reference.table, rows.inputs, {
    alpha: Math.max(tiniestAlpha, (alpha * features.length) / tests),
    features,
    calibration: reference.calibration,
    window: { startMs: window.startMs, endMs: window.endMs },
    referenceTimes: reference.times,
    eventTimes: rows.eventTimes,
    importance,
    thresholds,
    ...(window.rowHistory === null ? {} : { rowHistory: window.rowHistory }),
  })
}

function ofSignal(
  signal: SignalPlan,
  compared: Comparison,
  features: readonly string[],
  alpha: number,
): SignalResult[] {
  const mine = new Set(features)
  const results = signal.type === 'data_quality' ? compared.quality : compared.drift
  return results
    .filter(({ feature }) => (feature === null ? signal.type === 'data_quality' : mine.has(feature)))
    .map((result) => finished(signal, result, alpha))
}

/** The result as it is stored; with alarms off only the user's own thresholds fire. */
function finished(signal: SignalPlan, result: Comparison['drift'][number], alpha: number): SignalResult {
  const { referenceRate: _rate, ...rest } = result as typeof result & { referenceRate?: number }
  const own = Object.hasOwn(signal.thresholds, result.statistic)
  const off = alpha === 0 && !own && result.decides
  return {
    signal: signal.name,
    type: signal.type,
    ...rest,
    ...(off ? { threshold: null, fired: false, reason: result.reason ?? 'alarms_off: `false_alarms` is off' } : {}),
  }
}

function predictionColumns({ rows, version }: DriftInput, signals: readonly SignalPlan[]): string[] {
  if (signals.length === 0) return []
  const names = rows.predictions.names.filter((name) => isPrediction(name))
  const known = version.predictions === null ? [] : Object.keys(version.predictions)
  return [...new Set([...names, ...known])]
}

async function predictionResults(
  input: DriftInput,
  signal: SignalPlan,
  columns: readonly string[],
  tests: number,
  distributions: Map<string, Distribution>,
): Promise<SignalResult[]> {
  const side = predictionReference(input, columns)
  if (side === undefined)
    return [nothing(signal, columns[0] ?? 'prediction', `no_reference: ${input.version.predictionSource}`)]
  const { rows, window } = input
  const options: CompareOptions = {
    alpha: Math.max(tiniestAlpha, (input.alpha * columns.length) / tests),
    features: columns,
    window: { startMs: window.startMs, endMs: window.endMs },
    eventTimes: rows.eventTimes,
    importance: input.importance,
    thresholds: signal.thresholds,
    referenceTimes: side.times,
    ...(side.calibration === undefined ? {} : { calibration: side.calibration }),
  }
  const compared = await compareTables(side.table, rows.predictions, options)
  for (const distribution of compared.distributions) distributions.set(distribution.feature, plain(distribution))
  const ofWindow = input.version.predictionsOfWindow === true && side.calibration !== undefined && !side.isReference
  return compared.drift.map((result) =>
    finished(
      signal,
      ofWindow && !Object.hasOwn(signal.thresholds, result.statistic) ? betweenWindows(result) : result,
      input.alpha,
    ),
  )
}

function nothing(signal: SignalPlan, feature: string | null, reason: string): SignalResult {
  return {
    signal: signal.name,
    type: signal.type,
    feature,
    statistic: 'ks',
    dialect: 'none',
    value: null,
    pValue: null,
    threshold: null,
    fired: false,
    decides: true,
    reason,
  }
}

function plain(distribution: Comparison['distributions'][number]): Distribution {
  const { feature, kind, edges, categories, reference, current, nulls } = distribution
  return {
    feature,
    kind,
    // Beyond every number there is no JSON for an edge.
    ...(edges === undefined ? {} : { edges: edges.map((edge) => Math.max(-1e308, Math.min(1e308, edge))) }),
    ...(categories === undefined ? {} : { categories: [...categories] }),
    reference: [...reference],
    current: [...current],
    nulls: { ...nulls },
  }
}
