import { toTimestamp } from '@modelyard/platform'
import type { KnownAlertTable } from './automation-tables.ts'
import { alertLine, factsOf } from './known-alert.ts'
import { slackText } from './webhook.ts'

/** The alerts of one monitor that a notice tells of. */
export interface AlertGroup {
  readonly workspace: string
  readonly monitor: string
  readonly receiver: string
  readonly serverUrl: string
  /** Firing ones and those that were resolved since the receiver was told. */
  readonly alerts: readonly KnownAlertTable[]
}

const never = '0001-01-01T00:00:00Z'

const linkOf = (group: AlertGroup, alert: KnownAlertTable): string =>
  factsOf(alert).url ?? `${group.serverUrl}/w/${group.workspace}/alerts/${encodeURIComponent(alert.id)}`

export const isFiring = (group: AlertGroup): boolean => group.alerts.some((alert) => alert.status === 'firing')

/** The body that Alertmanager's webhook receivers take, version 4. */
export function alertmanagerBody(group: AlertGroup): string {
  const alerts = group.alerts.map((alert) => {
    const facts = factsOf(alert)
    const resolved = alert.status === 'resolved'
    return {
      status: resolved ? 'resolved' : 'firing',
      labels: {
        alertname: facts.signal,
        monitor: alert.monitor,
        endpoint: alert.endpoint,
        type: alert.type,
        workspace: group.workspace,
      },
      annotations: {
        summary: alertLine(facts),
        features: facts.features.join(', '),
        ...(facts.since === null ? {} : { since: facts.since }),
      },
      startsAt: toTimestamp(alert.fired_at),
      endsAt: resolved ? toTimestamp(alert.updated_at) : never,
      generatorURL: linkOf(group, alert),
      fingerprint: alert.id,
    }
  })
  const common = <Key extends 'labels' | 'annotations'>(key: Key): Record<string, string> => {
    const [first, ...rest] = alerts.map((alert) => Object.entries(alert[key]))
    return Object.fromEntries(
      (first ?? []).filter(([name, value]) =>
        rest.every((entries) => entries.some(([other, text]) => other === name && text === value)),
      ),
    )
  }
  return JSON.stringify({
    version: '4',
    groupKey: `{}:{monitor="${group.monitor}", workspace="${group.workspace}"}`,
    truncatedAlerts: 0,
    status: isFiring(group) ? 'firing' : 'resolved',
    receiver: group.receiver,
    groupLabels: { monitor: group.monitor, workspace: group.workspace },
    commonLabels: common('labels'),
    commonAnnotations: common('annotations'),
    externalURL: group.serverUrl,
    alerts,
  })
}

/** One message for a chat. */
export function slackAlerts(group: AlertGroup): string {
  const lines = group.alerts.map((alert) => {
    const mark = alert.status === 'resolved' ? 'resolved' : 'firing'
    return `• [${mark}] <${linkOf(group, alert)}|${slackText(alertLine(factsOf(alert)))}>`
  })
  return JSON.stringify({ text: `*${slackText(headline(group))}*\n${lines.join('\n')}` })
}

/** The parts of a mail; kept as the body of its delivery. */
export interface Mail {
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
}

export function alertMail(group: AlertGroup): Mail {
  const to = [...new Set(group.alerts.flatMap((alert) => factsOf(alert).emails))]
  const parts = group.alerts.map((alert) => {
    const facts = factsOf(alert)
    return [
      `${alert.status === 'resolved' ? 'Resolved' : 'Firing'}: ${alertLine(facts)}`,
      ...(facts.features.length === 0 ? [] : [`  features: ${facts.features.slice(0, 20).join(', ')}`]),
      ...(facts.since === null ? [] : [`  since: ${facts.since}`]),
      `  ${linkOf(group, alert)}`,
    ].join('\n')
  })
  return { to, subject: headline(group).slice(0, 200), text: `${parts.join('\n\n')}\n` }
}

function headline(group: AlertGroup): string {
  const firing = group.alerts.filter((alert) => alert.status === 'firing').length
  const resolved = group.alerts.length - firing
  const counts = [firing > 0 ? `${firing} firing` : '', resolved > 0 ? `${resolved} resolved` : ''].filter(
    (part) => part !== '',
  )
  return `Monitor ${group.monitor}: ${counts.join(', ')} (${group.workspace})`
}
