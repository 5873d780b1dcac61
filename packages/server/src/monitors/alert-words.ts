import { toTimestamp } from '@modelyard/platform'
import type { Evidence } from './decision.ts'
import { isBetterGreater } from './decision.ts'

/** What an alert is about, for a sentence that a person reads in a mail. */
export interface AlertStory {
  readonly type: string
  readonly endpoint: string
  readonly since: number
  readonly windows: number
  readonly evidence: readonly Evidence[]
  readonly cost: { readonly metric: string; readonly baseline: number; readonly value: number } | null
  readonly resolved: boolean
}

const named = 3
const subjects: Readonly<Record<string, string>> = {
  data_drift: 'the inputs have drifted',
  prediction_drift: 'the predictions have drifted',
  data_quality: 'the quality of the inputs has fallen',
  model_performance: 'the model is past its limit',
  performance_estimate: 'the model is expected to be past its limit',
  service: 'the service is past its limit',
}
const statisticWords: Readonly<Record<string, string>> = {
  ks: 'KS distance',
  chi2: 'chi-squared',
  psi: 'PSI',
  js: 'Jensen–Shannon distance',
  wasserstein: 'Wasserstein distance',
  hellinger: 'Hellinger distance',
  tvd: 'total variation',
  linf: 'largest difference',
  null_rate: 'missing values',
  new_category_rate: 'unknown categories',
  type_error_rate: 'values of the wrong type',
  out_of_range_rate: 'values out of range',
  row_count: 'rows',
}

/** Since when, which features, how much, and what it cost in accuracy. */
export function wordsOfAlert(story: AlertStory): string {
  const subject = subjects[story.type] ?? 'a signal fires'
  const since = toTimestamp(story.since)
    .replace('T00:00:00.000Z', '')
    .replace(/(?::00)?\.000Z$/, 'Z')
    .replace('T', ' ')
  const windows = story.type === 'service' ? '' : `, in ${story.windows} ${story.windows === 1 ? 'window' : 'windows'}`
  const start = story.resolved
    ? `Over again: ${story.endpoint}, ${subject} since ${since}${windows}`
    : `${story.endpoint}: ${subject} since ${since}${windows}`
  return `${start}${wordsOfEvidence(story.evidence)}.${wordsOfCost(story.cost)}`
}

function wordsOfEvidence(evidence: readonly Evidence[]): string {
  if (evidence.length === 0) return ''
  const parts = evidence.slice(0, named).map(({ feature, statistic, value, threshold }) => {
    const what = `${statisticWords[statistic] ?? statistic} ${figure(value)}, limit ${figure(threshold)}`
    return feature === null ? what : `${feature} (${what})`
  })
  const more = evidence.length > named ? ` and ${evidence.length - named} more` : ''
  return `: ${parts.join('; ')}${more}`
}

function wordsOfCost(cost: AlertStory['cost']): string {
  if (cost === null) return ''
  const { metric, baseline, value } = cost
  const change = baseline === 0 ? '' : ` (${signed(((value - baseline) / Math.abs(baseline)) * 100)} %)`
  const worse = isBetterGreater(metric) ? value < baseline : value > baseline
  return ` Over the same time ${metric} was ${figure(value)} where ${figure(baseline)} was expected${change}${worse ? '' : ', so it has cost nothing yet'}.`
}

function signed(percent: number): string {
  return `${percent > 0 ? '+' : ''}${figure(Math.round(percent * 10) / 10)}`
}

function figure(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value)
}
