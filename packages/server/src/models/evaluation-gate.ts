import type { GateEvidence } from '@modelyard/contract'
import { pairedComparison } from '@modelyard/statistics'

/** One held-out row: what happened, and what both models said. Classes are given as numbers, the same for the same class. */
export interface GateRows {
  readonly label: Float64Array
  readonly champion: Float64Array | null
  readonly challenger: Float64Array
}

export interface GateSettings {
  readonly metric: string
  readonly goal: 'minimize' | 'maximize'
  readonly minImprovement: number
  readonly minRows: number
}

/** What was found, before it is known which job and which version it belongs to. */
export type Verdict = Pick<
  GateEvidence,
  'rows' | 'difference' | 'interval' | 'pValue' | 'method' | 'decision' | 'reason' | 'sample' | 'firstSample'
> & { readonly championValue: number | null; readonly challengerValue: number }

interface Metric {
  readonly goal: 'minimize' | 'maximize'
  /** What one row adds to the mean that the metric is made of. */
  row(label: number, prediction: number): number
  /** The metric out of that mean. */
  value(mean: number): number
  /** Slope of `value` at the mean: a difference of metrics is, to first order, the mean of the rows' differences of slope × row. */
  slope(mean: number): number
}

const meanOf = (goal: Metric['goal'], row: Metric['row']): Metric => ({
  goal,
  row,
  value: (mean) => mean,
  slope: () => 1,
})

/** Metrics that are (functions of) a mean over rows, and so can be compared pair by pair. */
export const gateMetrics: Readonly<Record<string, Metric>> = {
  mae: meanOf('minimize', (label, prediction) => Math.abs(prediction - label)),
  mse: meanOf('minimize', (label, prediction) => (prediction - label) ** 2),
  rmse: {
    goal: 'minimize',
    row: (label, prediction) => (prediction - label) ** 2,
    value: Math.sqrt,
    slope: (mean) => (mean > 0 ? 0.5 / Math.sqrt(mean) : 0),
  },
  mape: meanOf('minimize', (label, prediction) => Math.abs((prediction - label) / label)),
  accuracy: meanOf('maximize', (label, prediction) => (label === prediction ? 1 : 0)),
  error_rate: meanOf('minimize', (label, prediction) => (label === prediction ? 0 : 1)),
  log_loss: meanOf(
    'minimize',
    (label, prediction) => -Math.log(Math.min(1 - 1e-15, Math.max(1e-15, label === 1 ? prediction : 1 - prediction))),
  ),
}

const sampleSize = 500

/**
 * Judges a challenger against the champion on the same rows. Passed: the whole 95 % interval of the improvement lies beyond `minImprovement`.
 * The interval is that of {@link pairedComparison}, in the order of the rows; for a metric that is a function of a mean (rmse) by the delta
 * method. A row whose predictions or label are not finite is an error of the caller, found when the rows are read.
 */
export function judgeRows(rows: GateRows, settings: GateSettings): Verdict {
  const metric = gateMetrics[settings.metric]
  if (metric === undefined) throw new RangeError(`the metric ${settings.metric} cannot be compared row by row`)
  const count = rows.label.length
  const challengerMean = meanOver(rows.label, rows.challenger, metric)
  const challengerValue = metric.value(challengerMean)
  const sample = sampleOf(rows)
  const base = {
    rows: count,
    method: 'paired difference on the same rows, autocorrelation-consistent 95 % interval',
    sample,
    firstSample: firstSampleOf(rows),
    challengerValue,
  }
  if (rows.champion === null) {
    return {
      ...base,
      championValue: null,
      difference: null,
      interval: null,
      pValue: null,
      decision: 'first',
      reason: `There is no champion yet; the challenger becomes it (${settings.metric} ${format(challengerValue)} on ${count} rows).`,
    }
  }
  const championMean = meanOver(rows.label, rows.champion, metric)
  const championValue = metric.value(championMean)
  if (count < Math.max(2, settings.minRows)) {
    return {
      ...base,
      championValue,
      difference: challengerValue - championValue,
      interval: null,
      pValue: null,
      decision: 'insufficient',
      reason: `${count} rows are too few; ${settings.minRows} are asked for.`,
    }
  }
  const slopes = { champion: metric.slope(championMean), challenger: metric.slope(challengerMean) }
  const differences = new Float64Array(count)
  for (let index = 0; index < count; index++) {
    const label = rows.label[index] ?? 0
    differences[index] =
      slopes.challenger * metric.row(label, rows.challenger[index] ?? 0) -
      slopes.champion * metric.row(label, rows.champion[index] ?? 0)
  }
  const paired = pairedComparison(differences)
  const difference = challengerValue - championValue
  const reach = (paired.interval[1] - paired.interval[0]) / 2
  const interval: [number, number] = [difference - reach, difference + reach]
  const pValue = paired.pValue
  return {
    ...base,
    championValue,
    difference,
    interval,
    pValue,
    ...decide(settings, { championValue, challengerValue, difference, interval, count }),
  }
}

function decide(
  settings: GateSettings,
  found: {
    championValue: number
    challengerValue: number
    difference: number
    interval: readonly [number, number]
    count: number
  },
): Pick<Verdict, 'decision' | 'reason'> {
  // Improvement counts upwards whichever way the metric goes.
  const worst = settings.goal === 'minimize' ? -found.interval[1] : found.interval[0]
  const improvement = settings.goal === 'minimize' ? -found.difference : found.difference
  const numbers = `${settings.metric} ${format(found.challengerValue)} against ${format(found.championValue)} on the same ${found.count} rows; the difference is ${format(found.difference)}, 95 % interval ${format(found.interval[0])} to ${format(found.interval[1])}`
  if (worst > settings.minImprovement) return { decision: 'passed', reason: `The challenger is better: ${numbers}.` }
  if (improvement <= 0) return { decision: 'refused', reason: `The challenger is not better: ${numbers}.` }
  const bound =
    settings.minImprovement === 0
      ? 'no difference at all cannot be ruled out'
      : `an improvement of more than ${format(settings.minImprovement)} is not certain`
  return { decision: 'refused', reason: `The challenger looks better, but ${bound}: ${numbers}.` }
}

/** Without rows: a metric that a step logged against the value kept with the champion. There is no interval, and it says so. */
export function judgeValues(challengerValue: number, championValue: number | null, settings: GateSettings): Verdict {
  const base = {
    rows: null,
    interval: null,
    pValue: null,
    sample: [],
    firstSample: [],
    method: 'two logged values, no rows: no interval',
    challengerValue,
    championValue,
  }
  if (championValue === null)
    return {
      ...base,
      difference: null,
      decision: 'first',
      reason: `There is no champion with a ${settings.metric} yet; the challenger becomes it (${format(challengerValue)}).`,
    }
  const difference = challengerValue - championValue
  const improvement = settings.goal === 'minimize' ? -difference : difference
  const passed = improvement > settings.minImprovement
  return {
    ...base,
    difference,
    decision: passed ? 'passed' : 'refused',
    reason: `${settings.metric} ${format(challengerValue)} against ${format(championValue)}, an improvement of ${format(improvement)} where more than ${format(settings.minImprovement)} is asked for; the values were measured apart, so chance is not accounted for.`,
  }
}

function meanOver(label: Float64Array, prediction: Float64Array, metric: Metric): number {
  let sum = 0
  for (let index = 0; index < label.length; index++) sum += metric.row(label[index] ?? 0, prediction[index] ?? 0)
  return label.length === 0 ? Number.NaN : sum / label.length
}

/** Evenly spread rows for a picture. */
function sampleOf(rows: GateRows): Verdict['sample'] {
  const { champion } = rows
  if (champion === null) return []
  const step = Math.max(1, Math.ceil(rows.label.length / sampleSize))
  const sample: Verdict['sample'] = []
  for (let index = 0; index < rows.label.length; index += step)
    sample.push({
      label: rows.label[index] ?? 0,
      champion: champion[index] ?? 0,
      challenger: rows.challenger[index] ?? 0,
    })
  return sample
}

/** Evenly spread rows of a challenger without a champion: monitors take its error on them for what is to be expected. */
function firstSampleOf(rows: GateRows): Verdict['firstSample'] {
  if (rows.champion !== null) return []
  const step = Math.max(1, Math.ceil(rows.label.length / sampleSize))
  const sample: Verdict['firstSample'] = []
  for (let index = 0; index < rows.label.length; index += step)
    sample.push({ label: rows.label[index] ?? 0, prediction: rows.challenger[index] ?? 0 })
  return sample
}

function format(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value)
}
