import type { Answer } from '@modelyard/client'
import type { Style } from '../output/style.ts'
import { harmless, renderFields, renderTable } from '../output/table.ts'
import { ago, figure } from '../output/words.ts'

type Alert = Answer<'getAlert'>

/** `2006-04-01`, or with the time where it is not midnight. */
export function day(timestamp: string): string {
  return timestamp.endsWith('T00:00:00.000Z') ? timestamp.slice(0, 10) : timestamp.slice(0, 16).replace('T', ' ')
}

export function paintAlert(style: Style, status: string): string {
  if (status === 'firing') return style.red(status)
  if (status === 'resolved') return style.green(status)
  return style.yellow(status)
}

/** Alerts that are open, as sentences. */
export function renderAlertLines(alerts: readonly Alert[], style: Style): string {
  const open = alerts.filter((alert) => alert.status !== 'resolved')
  if (open.length === 0) return alerts.length === 0 ? '' : `\n${style.green('No alert is open.')}\n`
  return `\n${open.map((alert) => `${paintAlert(style, alert.status)} ${style.dim(alert.id)} ${harmless(alert.summary)}\n`).join('')}`
}

/** One alert with its evidence. */
export function renderAlert(alert: Alert, style: Style, now: number): string {
  const fields = renderFields(
    {
      alert: `${style.bold(alert.id)} ${paintAlert(style, alert.status)}`,
      monitor: `${harmless(alert.monitor)}, signal ${harmless(alert.signal)} (${alert.type})`,
      endpoint: alert.endpoint,
      since: `${day(alert.since)}, ${alert.windows} ${alert.windows === 1 ? 'window' : 'windows'}`,
      cost:
        alert.cost === null
          ? undefined
          : `${alert.cost.metric} ${figure(alert.cost.value)} where ${figure(alert.cost.baseline)} was expected`,
      trigger: alert.trigger ?? undefined,
      acknowledged: alert.acknowledgedBy === null ? undefined : `by ${harmless(alert.acknowledgedBy)}`,
      note: alert.note === null ? undefined : harmless(alert.note),
      resolved: alert.resolvedAt === null ? undefined : ago(alert.resolvedAt, now),
      page: alert.url,
    },
    style,
  )
  const evidence = renderTable(
    alert.evidence,
    [
      { heading: 'feature', cell: (item) => harmless(item.feature ?? '') },
      { heading: 'statistic', cell: (item) => item.statistic },
      { heading: 'value', align: 'right', cell: (item) => figure(item.value) },
      { heading: 'threshold', align: 'right', cell: (item) => figure(item.threshold) },
    ],
    style,
  )
  return `${harmless(alert.summary)}\n\n${fields}${alert.evidence.length === 0 ? '' : `\n${evidence}`}`
}
