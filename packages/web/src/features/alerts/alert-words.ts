import type { ItemOf } from '@modelyard/client'
import { shortText } from '../../components/format.ts'
import type { StateKind } from '../../components/state.tsx'

export type Alert = ItemOf<'listAlerts'>

export const alertKind: Readonly<Record<Alert['status'], StateKind>> = {
  pending: 'queued',
  firing: 'attention',
  acknowledged: 'queued',
  resolved: 'succeeded',
}
export const isOpen = (alert: Alert): boolean => alert.status === 'firing' || alert.status === 'acknowledged'

/** The few features that matter, and how many more there are. */
export function featuresText(features: readonly string[], most = 3): string {
  if (features.length <= most) return features.join(', ')
  return `${features.slice(0, most).join(', ')} and ${features.length - most} more`
}

const titles: Readonly<Record<string, string>> = {
  data_drift: 'Inputs drifted',
  prediction_drift: 'Predictions drifted',
  data_quality: 'Quality of the inputs fell',
  model_performance: 'The model is past its limit',
  performance_estimate: 'The model is expected past its limit',
  service: 'The service is past its limit',
}

/** What an alert is in a line: `mae over 1.7`, `Inputs drifted`; the whole sentence is its summary. */
export function alertTitle(alert: Alert): string {
  const [first] = alert.evidence
  const aboutAll = first !== undefined && first.feature === null
  if (!aboutAll) return titles[alert.type] ?? alert.signal
  const statistic = first.statistic.replaceAll('_', ' ')
  return `${statistic} ${shortText(first.value)}, limit ${shortText(first.threshold)}`
}
