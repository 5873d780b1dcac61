import type { KnownAlertTable } from './automation-tables.ts'

/** What an alert's event says, as far as it is understood; every part is optional to whoever writes it. */
export interface AlertFacts {
  readonly alertId: string
  readonly monitor: string
  readonly endpoint: string
  readonly signal: string
  readonly type: string
  readonly features: readonly string[]
  readonly since: string | null
  readonly trigger: string | null
  readonly summary: string
  readonly emails: readonly string[]
  readonly webhooks: readonly string[]
  readonly url: string | null
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string').slice(0, 1000) : []

/** Reads the data of an `alert.*` event; undefined when it names no alert. */
export function readAlert(data: Readonly<Record<string, unknown>>): AlertFacts | undefined {
  const alertId = text(data['alertId'])
  if (alertId === null) return undefined
  return {
    alertId,
    monitor: text(data['monitor']) ?? '',
    endpoint: text(data['endpoint']) ?? '',
    signal: text(data['signal']) ?? '',
    type: text(data['type']) ?? '',
    features: texts(data['features']),
    since: text(data['since']),
    trigger: text(data['trigger']),
    summary: text(data['summary']) ?? '',
    emails: texts(data['emails']),
    webhooks: texts(data['webhooks']),
    url: text(data['url']),
  }
}

/** What may be told on: not whom else it is told. */
export function withoutReceivers<Data extends object>(data: Data): Omit<Data, 'emails' | 'webhooks'> {
  const { emails: _emails, webhooks: _webhooks, ...rest } = data as Data & { emails?: unknown; webhooks?: unknown }
  return rest
}

/** The facts of an alert that is known. */
export function factsOf(row: KnownAlertTable): AlertFacts {
  const facts = readAlert(JSON.parse(row.data) as Record<string, unknown>)
  if (facts === undefined) throw new Error(`the alert ${row.id} has no facts`)
  return facts
}

/** One line that says what an alert is about. */
export function alertLine(facts: AlertFacts): string {
  const head = facts.summary === '' ? `${facts.signal} of ${facts.monitor} is beyond its limit` : facts.summary
  return facts.since === null || head.includes(facts.since.slice(0, 10))
    ? head
    : `${head} (since ${facts.since.slice(0, 10)})`
}
