import { divideAlpha } from '../calibration/alpha.ts'
import { calibrateReference } from '../calibration/calibrate.ts'
import type { Calibration, WindowTimes } from '../calibration/calibration.ts'
import type { Season } from '../calibration/season.ts'
import { rowColumns, type Table } from '../tables/table.ts'
import { featureKind, rowsOf as rowsOfColumn, type Column } from './columns.ts'
import { featureQuality } from './data-quality.ts'
import { judgeFeature, seasonRows, type Judged } from './decide.ts'
import { azuremlDrift } from './dialects/azureml.ts'
import { evidentlyDrift } from './dialects/evidently.ts'
import { nannymlDrift } from './dialects/nannyml.ts'
import { wholeRows } from './dialects/whole-rows.ts'
import { featureDrift, type Distribution } from './feature-drift.ts'
import { withoutColumn, withoutPromise, withUserThresholds, type DriftResult, type Statistic } from './result.ts'
import { rowCountQuality } from './row-count.ts'
import { missingColumn, pickRows } from './rows.ts'
import { withSeason } from './seasonal.ts'
import { fewestRows } from './thresholds.ts'

/** Whose definitions and thresholds are used; without one ours, whose thresholds keep a promised rate of false alarms. */
export type Dialect = 'evidently' | 'nannyml' | 'azureml'

export interface CompareOptions {
  /** Probability that anything at all fires although nothing changed: four fifths for drift, one fifth for data quality. */
  readonly alpha: number
  /** Columns to compare; all of the reference that do not name or time a row when not given. */
  readonly features?: readonly string[]
  readonly dialect?: Dialect
  /** What the reference says about its own windows; computed from `referenceTimes` when not given. */
  readonly calibration?: Calibration
  /** The time that the current rows are from; their first and last event time when not given. */
  readonly window?: WindowTimes | null
  /** Unix ms of the reference's rows. With them a feature is compared with rows of the same season where the reference has one. */
  readonly referenceTimes?: Float64Array | null
  /** Unix ms of the current rows. */
  readonly eventTimes?: Float64Array | null
  /** Any non-negative scale. A feature that matters more gets more of alpha. */
  readonly importance?: ReadonlyMap<string, number>
  /** The user's own thresholds by statistic. Those of drift decide instead of ours; those of rates are allowed on top of the reference's rate. */
  readonly thresholds?: Readonly<Partial<Record<Statistic, number>>>
  /** Rows of earlier windows of the same length: with them `row_count` is judged. */
  readonly rowHistory?: readonly number[]
}

export interface Comparison {
  readonly drift: readonly DriftResult[]
  readonly quality: readonly DriftResult[]
  readonly distributions: readonly Distribution[]
  /** Sentences about what was not compared. */
  readonly notes: readonly string[]
}

/** The part of the allowed false alarms that drift may use up; the rest is for data quality. */
export const driftShare = 0.8
const qualityTestsPerFeature = 3

/**
 * Compares each column of the reference with the current one of its name, one after the other: memory holds two columns. Nothing about the rows makes
 * it throw: what cannot be said has a `reason`.
 *
 * @throws TableError when a column cannot be read.
 */
export async function compareTables(reference: Table, current: Table, options: CompareOptions): Promise<Comparison> {
  const names = new Set(reference.names)
  const features = (options.features ?? reference.names.filter((name) => !rowColumns.has(name))).filter((name) =>
    names.has(name),
  )
  const known = new Set(current.names)
  const [first, second] =
    options.dialect === 'azureml'
      ? [
          await wholeRows(reference, features),
          await wholeRows(
            current,
            features.filter((name) => known.has(name)),
          ),
        ]
      : [reference, current]
  const context = await prepare(reference, current, features, options)
  const parts: { drift: readonly DriftResult[]; quality: readonly DriftResult[]; distribution: Distribution }[] = []
  for (const feature of features) {
    const column = await first.read(feature)
    const missing = !known.has(feature)
    const other = missing ? missingColumn(column, second.rows) : await second.read(feature)
    parts.push(compareFeature(feature, column, other, { ...context, missing }))
  }
  const rowAlpha = options.alpha * (1 - driftShare) * 0.1
  const rows = options.rowHistory === undefined ? [] : [rowCountQuality(current.rows, options.rowHistory, rowAlpha)]
  return {
    drift: parts.flatMap((part) => part.drift),
    quality: [...parts.flatMap((part) => part.quality), ...rows],
    distributions: parts.map((part) => part.distribution),
    notes: notesOf(reference, current, features, options),
  }
}

interface Context {
  readonly options: CompareOptions
  readonly calibration: Calibration | undefined
  readonly windowMs: number | undefined
  readonly alphas: ReadonlyMap<string, number>
  readonly qualityAlpha: number
  readonly typeErrors: readonly (ReadonlyMap<string, number> | undefined)[]
  /** Places of the reference's rows of a season; undefined where the times do not tell. */
  readonly rowsOf: ((season: Season) => Int32Array) | undefined
}

async function prepare(
  reference: Table,
  current: Table,
  features: readonly string[],
  options: CompareOptions,
): Promise<Context> {
  const window = options.window ?? spanOf(options.eventTimes)
  const times = options.referenceTimes ?? null
  const given = window === undefined ? undefined : window.endMs - window.startMs
  const calibration =
    options.calibration ??
    (times === null || options.dialect !== undefined
      ? undefined
      : await calibrateReference(reference, {
          eventTimes: times,
          features,
          ...(given === undefined ? {} : { windowMs: given }),
        }))
  const cells = calibration?.cells ?? null
  const windowMs =
    given ??
    (cells === null ? undefined : (cells.rows.length * cells.cellMs * current.rows) / Math.max(1, reference.rows))
  const bySeason = new Map<Season, Int32Array>()
  // Azure's dialect drops rows: places would not fit.
  const seasonal = times !== null && window !== undefined && options.dialect === undefined
  return {
    options,
    calibration,
    windowMs: windowMs === undefined ? undefined : Math.max(1, windowMs),
    alphas: divideAlpha(options.alpha * driftShare, features, options.importance),
    qualityAlpha: (options.alpha * (1 - driftShare) * 0.9) / (Math.max(1, features.length) * qualityTestsPerFeature),
    typeErrors: [reference.typeErrors, current.typeErrors],
    rowsOf: !seasonal
      ? undefined
      : (season) => {
          const rows = bySeason.get(season) ?? seasonRows(times, season, window.startMs, window.endMs)
          bySeason.set(season, rows)
          return rows
        },
  }
}

function spanOf(times: Float64Array | null | undefined): WindowTimes | undefined {
  let [startMs, last, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]
  for (const time of times ?? []) {
    if (Number.isNaN(time)) continue
    count++
    if (time < startMs) startMs = time
    if (time > last) last = time
  }
  // Rows stand for the time until the next one: seven days of one row each are seven days, not six.
  return count < 2 || startMs === last
    ? undefined
    : { startMs, endMs: startMs + ((last - startMs) * count) / (count - 1) }
}

function compareFeature(
  feature: string,
  column: Column,
  other: Column,
  context: Context & { readonly missing: boolean },
): { drift: readonly DriftResult[]; quality: readonly DriftResult[]; distribution: Distribution } {
  const { options, alphas, qualityAlpha, rowsOf } = context
  const alpha = alphas.get(feature) ?? 0
  const judged = judgeFeature(context.calibration, feature, context.windowMs, alpha, rowsOf !== undefined)
  const { spread } = judged
  const decision = { alpha, ...(spread === undefined ? {} : { spread }) }
  const kind = featureKind(column)
  const whole = featureDrift(feature, column, other, decision, kind)
  const native =
    spread === undefined || spread.season === 'none' || rowsOf === undefined || context.missing
      ? whole
      : withSeason(
          whole,
          featureDrift(feature, pickRows(column, rowsOf(spread.season)), other, decision, kind),
          spread.season,
        )
  const counted = context.typeErrors.map((errors) => errors?.get(feature) ?? 0)
  const quality = featureQuality(feature, column, other, {
    alpha: qualityAlpha,
    ...(spread === undefined ? {} : { spread }),
    ...(context.typeErrors.every((errors) => errors === undefined)
      ? {}
      : { typeErrors: { reference: counted[0] ?? 0, current: counted[1] ?? 0 } }),
  })
  return {
    drift: driftOf(feature, column, other, native.results, judged, context),
    // One of three rows is a third of them: with a handful, what chance would make of the reference's rate decides all the same.
    quality: rowsOfColumn(other) < fewestRows ? quality : withUserThresholds(quality, options.thresholds ?? {}),
    distribution: native.distribution,
  }
}

function driftOf(
  feature: string,
  column: Column,
  other: Column,
  native: readonly DriftResult[],
  judged: Judged,
  { options, missing }: { readonly options: CompareOptions; readonly missing: boolean },
): readonly DriftResult[] {
  if (missing) return native.map((result) => withoutColumn(result))
  const results =
    options.dialect === undefined
      ? judged.reason === undefined
        ? native
        : native.map((result) => withoutPromise(result, judged.reason ?? ''))
      : peers[options.dialect](feature, column, other)
  // The statistic that decides has no value where there are too few rows; no threshold makes more of them.
  const isTooFew = options.dialect === undefined && native.some((result) => result.decides && result.value === null)
  return isTooFew ? results : withUserThresholds(results, options.thresholds ?? {})
}

const peers: Readonly<Record<Dialect, (feature: string, reference: Column, current: Column) => DriftResult[]>> = {
  evidently: evidentlyDrift,
  nannyml: nannymlDrift,
  azureml: azuremlDrift,
}

function notesOf(
  reference: Table,
  current: Table,
  features: readonly string[],
  options: CompareOptions,
): readonly string[] {
  const known = new Set(current.names)
  const before = new Set(reference.names)
  const gone = features.filter((name) => !known.has(name))
  const added = current.names.filter((name) => !before.has(name) && !rowColumns.has(name))
  const unknown = (options.features ?? []).filter((name) => !before.has(name))
  const list = (names: readonly string[]): string =>
    names.slice(0, 20).join(', ') + (names.length > 20 ? ` and ${names.length - 20} more` : '')
  return [
    ...(gone.length === 0 ? [] : [`The current rows lack: ${list(gone)}.`]),
    ...(added.length === 0 || options.features !== undefined
      ? []
      : [`The reference has no such columns, they were not compared: ${list(added)}.`]),
    ...(unknown.length === 0 ? [] : [`The reference has no such features: ${list(unknown)}.`]),
    ...(reference.rows === 0 ? ['The reference has no rows.'] : []),
    ...(current.rows === 0 ? ['The current side has no rows.'] : []),
  ]
}
