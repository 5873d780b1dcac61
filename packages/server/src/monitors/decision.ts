import type { SignalResult, SignalType } from '@modelyard/contract'
import { worseWhen } from '@modelyard/statistics'
import type { WindowVerdict } from './alert.ts'
import { performanceMetricNames } from './monitor-document.ts'

/** The result that decides about one feature (or, with null, about a signal as a whole) in one window: what heat map and alerts are made of. */
export interface Decision {
  readonly signal: string
  readonly type: SignalType
  readonly feature: string | null
  readonly statistic: string
  readonly value: number | null
  readonly pValue: number | null
  readonly threshold: number | null
  readonly fired: boolean
}

/** The deciding results of a window. */
export function decisionsOf(results: readonly SignalResult[], types: ReadonlyMap<string, SignalType>): Decision[] {
  return results
    .filter((result) => result.decides)
    .map(({ signal, feature, statistic, value, pValue, threshold, fired }) => ({
      signal,
      type: types.get(signal) ?? 'data_drift',
      feature,
      statistic,
      value,
      pValue,
      threshold,
      fired,
    }))
}

/** How far a value is beyond its threshold, as a multiple: above 1 it fires. For accuracy and the like smaller values are worse. */
export function strengthOf({
  statistic,
  value,
  threshold,
}: Pick<Decision, 'statistic' | 'value' | 'threshold'>): number {
  if (value === null || threshold === null) return 0
  // Rows are missing as well as too many; of a bias the size counts.
  const lower = isBetterGreater(statistic) || (statistic === 'row_count' && value < threshold)
  const [over, under] = lower ? [threshold, value] : [statistic === 'bias' ? Math.abs(value) : value, threshold]
  if (under > 0) return over / under
  return over > under ? Number.MAX_VALUE : 1
}

/** Whether a greater value of a performance metric is better. */
export function isBetterGreater(statistic: string): boolean {
  const metric = performanceMetricNames.find((name) => name === statistic)
  return metric !== undefined && worseWhen(metric) === 'lower'
}

/** What a window says of one signal, out of its decisions. */
export function verdictOf(
  decisions: readonly Decision[],
  signal: string,
  window: { start_ms: number; end_ms: number; complete: number },
): WindowVerdict {
  const mine = decisions.filter((decision) => decision.signal === signal)
  const state = mine.some((decision) => decision.fired)
    ? 'fired'
    : mine.some((decision) => decision.value !== null && decision.threshold !== null)
      ? 'quiet'
      : 'undecided'
  return { start: window.start_ms, end: window.end_ms, state, complete: window.complete === 1 }
}

/** One place of evidence in an alert. */
export interface Evidence {
  readonly feature: string | null
  readonly statistic: string
  readonly value: number
  readonly threshold: number
  readonly pValue: number | null
  readonly importance: number | null
}

const mostEvidence = 200

/** The strongest fired decision of each feature (of data quality: of each of its rates) over some windows, strongest first. */
export function gatherEvidence(
  decisions: readonly Decision[],
  importance: Readonly<Record<string, number>>,
): Evidence[] {
  const strongest = new Map<string, Decision>()
  for (const decision of decisions) {
    if (!decision.fired || decision.value === null || decision.threshold === null) continue
    // Of a signal without features each metric is a matter of its own, and missing values are not what is out of range.
    const isOwn = decision.feature === null || decision.type === 'data_quality'
    const key = `${decision.feature ?? ''}\n${isOwn ? decision.statistic : ''}`
    const known = strongest.get(key)
    if (known === undefined || strengthOf(known) < strengthOf(decision)) strongest.set(key, decision)
  }
  return [...strongest.values()]
    .toSorted((a, b) => strengthOf(b) - strengthOf(a) || (a.feature ?? '').localeCompare(b.feature ?? ''))
    .slice(0, mostEvidence)
    .map(({ feature, statistic, value, threshold, pValue }) => ({
      feature,
      statistic,
      value: value ?? 0,
      threshold: threshold ?? 0,
      pValue,
      importance: feature === null ? null : (importance[feature] ?? null),
    }))
}
