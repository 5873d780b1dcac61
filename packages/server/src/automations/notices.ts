import type { Platform, StoredEvent, Transaction } from '../platform/index.ts'
import { alertMail, alertmanagerBody, isFiring, slackAlerts, type AlertGroup } from './alert-messages.ts'
import { listAlertsOfMonitor } from './alert-store.ts'
import type { KnownAlertTable } from './automation-tables.ts'
import { factsOf, type AlertFacts } from './known-alert.ts'
import * as store from './webhook-store.ts'
import type { AlertNoticeTable, DeliveryTable, WebhookTable } from './webhook-tables.ts'

/** The name under which mail is listed among the deliveries. */
export const mailReceiver = 'mail'

export interface NoticeSettings {
  /** How long a notice waits for more alerts of the same monitor. */
  readonly groupWaitMs: number
  /** After which an alert that nobody acknowledged is told of again. */
  readonly repeatMs: number
}

/** Whether a webhook takes events of this name; `*` is all that is no mere noise. */
export function takes(webhook: WebhookTable, name: string, isNoise: boolean): boolean {
  const events = JSON.parse(webhook.events) as string[]
  return events.includes(name) || (!isNoise && events.includes('*'))
}

/** Grouped messages about alerts: for mail, chats, and receivers that speak Alertmanager. */
export function createNotices(platform: Platform, settings: NoticeSettings) {
  const { clock, newId } = platform
  const { store: database } = platform

  /** An alert changed: the receivers that it concerns get a notice soon, together with what else happens at the monitor. */
  async function announce(
    tx: Transaction,
    event: StoredEvent,
    facts: AlertFacts,
    webhooks: readonly WebhookTable[],
  ): Promise<void> {
    const workspace = event.workspace ?? ''
    const receivers = webhooks
      .filter((webhook) => webhook.workspace === workspace && webhook.format !== 'standard')
      .filter((webhook) => isReceiverOf(webhook, facts))
      .map((webhook) => webhook.name)
    if (facts.emails.length > 0) receivers.push(mailReceiver)
    for (const receiver of receivers) {
      const known = await store.findNotice(tx, workspace, facts.monitor, receiver)
      const dueAt = clock.now() + settings.groupWaitMs
      const row: AlertNoticeTable = known ?? {
        workspace,
        monitor: facts.monitor,
        receiver,
        due_at: null,
        last_sent_at: null,
        told: '[]',
      }
      if (row.due_at === null || row.due_at > dueAt) await store.putNotice(tx, { ...row, due_at: dueAt })
    }
  }

  /** Somebody looks after an alert: those who were told hear no more of it, but for receivers that keep incidents. */
  async function silence(tx: Transaction, workspace: string, facts: AlertFacts): Promise<void> {
    for (const notice of await store.listNoticesOfMonitor(tx, workspace, facts.monitor)) {
      const webhook = await store.findWebhook(tx, workspace, notice.receiver)
      const told = (JSON.parse(notice.told) as string[]).filter((id) => id !== facts.alertId)
      if (webhook?.format !== 'alertmanager') await store.putNotice(tx, { ...notice, told: JSON.stringify(told) })
    }
  }

  /** Writes the deliveries of the notices whose time has come. */
  async function sendDue(now: number): Promise<void> {
    for (const notice of await store.listDueNotices(database.read, now)) await database.write((tx) => send(tx, notice))
  }

  async function send(tx: Transaction, stale: AlertNoticeTable): Promise<void> {
    const notice = await store.findNotice(tx, stale.workspace, stale.monitor, stale.receiver)
    const now = clock.now()
    if (notice?.due_at === null || notice === undefined || notice.due_at > now) return
    const { workspace, monitor, receiver } = notice
    const told = new Set(JSON.parse(notice.told) as string[])
    const webhook = receiver === mailReceiver ? undefined : await store.findWebhook(tx, workspace, receiver)
    const all = (await listAlertsOfMonitor(tx, workspace, monitor)).filter((alert) => concerns(alert, webhook))
    const firing = all.filter((alert) => alert.status === 'firing')
    const resolved = all.filter((alert) => alert.status === 'resolved' && told.has(alert.id))
    const isNews = resolved.length > 0 || firing.some((alert) => !told.has(alert.id))
    const isRepeat = notice.last_sent_at !== null && notice.last_sent_at + settings.repeatMs <= now
    const sends = isNews || (isRepeat && firing.length > 0)
    if (sends && (webhook !== undefined ? webhook.enabled === 1 : receiver === mailReceiver)) {
      const group = { workspace, monitor, receiver, serverUrl: platform.serverUrl(), alerts: [...firing, ...resolved] }
      await store.insertDelivery(tx, toDelivery(group, webhook, now, await store.findLastSeq(tx)))
    }
    // One that was acknowledged stays known to receivers that keep incidents: they hear when it is over.
    const still = all.filter((alert) => told.has(alert.id) && alert.status === 'acknowledged')
    const sentAt = sends ? now : notice.last_sent_at
    await store.putNotice(tx, {
      ...notice,
      due_at: firing.length > 0 ? (sentAt ?? now) + settings.repeatMs : null,
      last_sent_at: sentAt,
      told: JSON.stringify([...firing, ...still].map((alert) => alert.id)),
    })
  }

  function toDelivery(group: AlertGroup, webhook: WebhookTable | undefined, now: number, seq: number): DeliveryTable {
    const body =
      webhook === undefined
        ? JSON.stringify(alertMail(group))
        : webhook.format === 'slack'
          ? slackAlerts(group)
          : alertmanagerBody(group)
    return newDelivery({
      id: newId('msg'),
      seq,
      workspace: group.workspace,
      webhook: group.receiver,
      event: isFiring(group) ? 'alert.firing' : 'alert.resolved',
      subject: group.monitor,
      body,
      now,
    })
  }

  return { announce, silence, sendDue }
}

export type Notices = ReturnType<typeof createNotices>

/** A receiver of groups hears of an alert when the monitor names it or it asked for alerts; then it hears both of its beginning and of its end. */
const isReceiverOf = (webhook: WebhookTable, facts: AlertFacts): boolean =>
  facts.webhooks.includes(webhook.name) ||
  takes(webhook, 'alert.firing', false) ||
  takes(webhook, 'alert.resolved', false)

const concerns = (alert: KnownAlertTable, webhook: WebhookTable | undefined): boolean =>
  webhook === undefined ? factsOf(alert).emails.length > 0 : isReceiverOf(webhook, factsOf(alert))

/** A delivery that is due at once. */
export function newDelivery(of: {
  id: string
  seq: number
  workspace: string
  webhook: string
  event: string
  subject: string
  body: string
  now: number
}): DeliveryTable {
  const { now, ...rest } = of
  return {
    ...rest,
    status: 'due',
    attempts: 0,
    last_status: null,
    last_error: null,
    created_at: now,
    next_attempt_at: now,
    delivered_at: null,
  }
}
