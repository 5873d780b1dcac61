import { leastSteadyFeature, type Calibration, type DriftResult } from '@modelyard/statistics'
import { tableOf, type Column, type Table } from '@modelyard/statistics/tables'
import type { OpenReference } from './reference-table.ts'
import type { VersionInput, WindowInput } from './request.ts'

interface PredictionSides {
  readonly reference: OpenReference | null
  readonly version: VersionInput
  readonly window: Pick<WindowInput, 'startMs' | 'endMs'>
}

/**
 * What predictions are compared with: the reference's own column of that name, else the version's predictions. Those have no times; how much they
 * differ from window to window without any change is read off the label of the reference, which they follow, or else off its least steady feature.
 */
export function predictionReference(
  { reference, version, window }: PredictionSides,
  columns: readonly string[],
):
  | { table: Table; times: Float64Array | null; calibration: Calibration | undefined; isReference: boolean }
  | undefined {
  if (reference !== null && columns.length > 0 && columns.every((name) => reference.table.names.includes(name)))
    return { table: reference.table, times: reference.times, calibration: reference.calibration, isReference: true }
  if (version.predictions === null || columns.length === 0) return undefined
  const table = tableOf(new Map(Object.entries(version.predictions).map(([name, values]) => [name, columnOf(values)])))
  const side = { table, times: null, calibration: undefined, isReference: false }
  if (reference === null || reference.times === null) return side
  const { calibration, features } = reference
  const label = version.reference?.label ?? ''
  const follows =
    calibration.features[label] ??
    calibration.features[leastSteadyFeature(calibration, features, window.endMs - window.startMs) ?? '']
  if (follows === undefined) return side
  return { ...side, calibration: calibrationLike(calibration, follows, columns) }
}

const likes = new WeakMap<Calibration, { calibration: Calibration; follows: object; names: string }>()

/** The calibration with these columns instead of its own; the same one for every window, since what is read off it is kept with it. */
function calibrationLike(
  calibration: Calibration,
  follows: Calibration['features'][string],
  columns: readonly string[],
): Calibration {
  const names = columns.join('\n')
  const known = likes.get(calibration)
  if (known?.follows === follows && known.names === names) return known.calibration
  const made = { ...calibration, features: Object.fromEntries(columns.map((name) => [name, follows])) }
  likes.set(calibration, { calibration: made, follows, names })
  return made
}

const largestDistance = 0.95

/**
 * A threshold that is for a window beside a whole reference, for a window beside another: either may be unusual, so the variance of what lies between
 * them is twice as large.
 */
export function betweenWindows(result: DriftResult): DriftResult {
  if (!result.decides || result.threshold === null) return result
  const threshold = result.threshold * (result.statistic === 'chi2' ? 2 : Math.SQRT2)
  if (result.statistic === 'ks' && threshold >= largestDistance)
    return {
      ...result,
      threshold: null,
      fired: false,
      reason: 'insufficient_data: the predictions of one window say too little; register the model with predictions',
    }
  return { ...result, threshold, fired: result.value !== null && result.value > threshold }
}

/** A column out of kept values: numbers, or words. */
export function columnOf(values: readonly (number | string)[]): Column {
  if (values.every((value) => typeof value === 'number'))
    return {
      kind: 'number',
      values: Float64Array.from(values),
      whole: values.every((value) => Number.isInteger(value)),
    }
  const dictionary = [...new Set(values.map(String))]
  const places = new Map(dictionary.map((word, place) => [word, place]))
  return { kind: 'text', dictionary, codes: Int32Array.from(values, (value) => places.get(String(value)) ?? -1) }
}
