import type { SignalResult } from '@modelyard/contract'
import type { Table } from '@modelyard/statistics/tables'
import type { NamedRows } from '../collection/doors.ts'
import { driftResults } from './drift.ts'
import { estimateMetrics } from './estimate.ts'
import { valueAt } from './labelled-rows.ts'
import {
  groupRows,
  judgeMetrics,
  labelDelay,
  learnBaseline,
  pairsOf,
  performanceOf,
  readPredicted,
  type VersionRows,
  type WindowLabels,
} from './performance.ts'
import type { References } from './references.ts'
import { isPrediction } from './reference-table.ts'
import {
  keyOfVersion,
  type BaselineInput,
  type ComputedWindow,
  type ComputeInput,
  type ComputeOutput,
  type ReferenceFacts,
  type VersionInput,
  type WindowInput,
} from './request.ts'
import { sliceTable } from './row-slice.ts'

/** The rows of one window. */
export interface WindowData {
  readonly rows: number
  readonly inputs: Table
  readonly predictions: Table
  readonly typeErrors: ReadonlyMap<string, number> | undefined
  readonly eventTimes: Float64Array
  readonly deployments: NamedRows
  readonly modelVersions: NamedRows
  readonly labels: WindowLabels
}

const keptPredictions = 2000
const fewestPredictions = 30

/** Judges windows in the order of time; what a first window teaches about a version holds for the next ones. */
export function createWindowJudge(input: ComputeInput, references: References) {
  const versions = new Map(input.versions.map((version) => [version.key, version]))
  const learned = new Map<
    string,
    { baseline?: BaselineInput; predictions?: VersionInput['predictions']; source: string }
  >()
  const measured = new Map<string, Pick<ReferenceFacts, 'baseline' | 'limits'>>()
  const seen = new Set(input.seenColumns)
  const performance = input.signals.filter((signal) => signal.type === 'model_performance')
  const metrics = [...new Set(performance.flatMap((signal) => signal.metrics))]

  async function judge(window: WindowInput, data: WindowData, alpha: number, skip: number): Promise<ComputedWindow> {
    const groups = groupRows(data, input.deployments, keyOfVersion)
    const serving = groups.filter((group) => group.serving)
    const main = mainVersion(serving.length > 0 ? serving : groups)
    const reference = await references.of(main)
    const drift = await driftResults({
      signals: input.signals,
      window,
      rows: {
        rows: data.rows,
        inputs: sliceTable(data.inputs, 0, data.rows, data.typeErrors),
        predictions: data.predictions,
        eventTimes: data.eventTimes,
      },
      version: main,
      reference: reference.open,
      reason: reference.reason,
      alpha,
      importance: reference.importance,
      seenColumns: seen,
    })
    const predicted = await readPredicted(data.predictions)
    const results: SignalResult[] = [...drift.results]
    const served = (serving.length > 0 ? serving : groups).flatMap((group) => group.rows).toSorted((a, b) => a - b)
    const pairs = pairsOf(data.labels, predicted, served)
    for (const signal of performance) {
      const judged = judgeMetrics(signal, pairs, main, predicted, alpha / Math.max(1, signal.metrics.length))
      results.push(...judged.results)
      const known = measured.get(main.key) ?? { baseline: {}, limits: {} }
      measured.set(main.key, {
        baseline: { ...known.baseline, ...judged.baseline },
        limits: { ...known.limits, ...judged.limits },
      })
    }
    for (const signal of input.signals.filter(({ type }) => type === 'performance_estimate'))
      results.push(...estimateMetrics(signal, main, predicted, served, alpha / Math.max(1, signal.metrics.length)))
    if (window.complete) await learn(window, data, main, pairs, serving)
    return {
      startMs: window.startMs,
      endMs: window.endMs,
      place: window.place,
      complete: window.complete,
      rows: data.rows,
      labels: data.labels.labelled,
      labelDelayMs: labelDelay(data.eventTimes, data.labels.arrivedAtMs),
      results,
      performance: performanceOf(groups, data.labels, predicted, metrics),
      distributions: drift.distributions,
      skip,
    }
  }

  /** The version that answered the most rows. */
  function mainVersion(groups: readonly VersionRows[]): VersionInput {
    const counts = new Map<string, number>()
    for (const group of groups) counts.set(group.key, (counts.get(group.key) ?? 0) + group.rows.length)
    const [key] = [...counts].toSorted(([, a], [, b]) => b - a)[0] ?? ['']
    return (
      versions.get(key) ??
      // Of a version that is gone: the reference that the monitor names still holds.
      unknownVersion(
        key,
        input.versions.find((version) => version.reference !== null),
      )
    )
  }

  async function learn(
    window: WindowInput,
    data: WindowData,
    main: VersionInput,
    pairs: ReturnType<typeof pairsOf>,
    serving: readonly VersionRows[],
  ): Promise<void> {
    const mine = new Set(serving.filter((group) => group.key === main.key).flatMap((group) => group.rows))
    const baseline =
      performance.length === 0 ? undefined : learnBaseline(main, pairs, data.rows, metrics, window.startMs)
    const predictions = main.predictions === null ? await firstPredictions(data.predictions, mine) : undefined
    if (baseline === undefined && predictions === undefined) return
    const source = `the predictions of the first complete window (${new Date(window.startMs).toISOString().slice(0, 10)})`
    const before = learned.get(main.key)
    learned.set(main.key, {
      ...before,
      ...(baseline === undefined ? {} : { baseline }),
      ...(predictions === undefined ? {} : { predictions }),
      source: predictions === undefined ? (before?.source ?? main.predictionSource) : source,
    })
    versions.set(main.key, {
      ...main,
      baseline: baseline ?? main.baseline,
      predictions: predictions ?? main.predictions,
      predictionsOfWindow: main.predictionsOfWindow === true || predictions !== undefined,
    })
  }

  function found(): Omit<ComputeOutput, 'windows'> {
    const facts = [...references.facts()].map(([key, known]): ReferenceFacts => {
      const { baseline = {}, limits = {} } = measured.get(key) ?? {}
      return { key, ...known, baseline, limits }
    })
    return {
      references: facts,
      learned: [...learned].map(([key, known]) => ({ key, ...known })),
      seenColumns: [...seen],
    }
  }

  return { judge, found }
}

function unknownVersion(key: string, like: VersionInput | undefined): VersionInput {
  return {
    key,
    model: null,
    version: null,
    reference: like?.reference ?? null,
    inputs: null,
    baseline: null,
    predictions: null,
    predictionSource: 'nothing is known of this version; its first complete window becomes the reference',
  }
}

async function firstPredictions(
  predictions: Table,
  rows: ReadonlySet<number>,
): Promise<VersionInput['predictions'] | undefined> {
  if (rows.size < fewestPredictions) return undefined
  const step = Math.max(1, Math.ceil(rows.size / keptPredictions))
  const kept = [...rows].toSorted((a, b) => a - b).filter((_, index) => index % step === 0)
  const columns: Record<string, (number | string)[]> = {}
  for (const name of predictions.names.filter((column) => isPrediction(column))) {
    const column = await predictions.read(name)
    const values = kept.map((row) => valueAt(column, row)).filter((value) => value !== undefined)
    if (values.length >= fewestPredictions) columns[name] = values
  }
  return Object.keys(columns).length === 0 ? undefined : columns
}
