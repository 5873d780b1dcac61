import { transientEvents } from '@modelyard/contract'
import type { Timer } from '@modelyard/platform'
import {
  findCursor,
  listEventsAfter,
  moveCursor,
  type Platform,
  type StoredEvent,
  type Transaction,
} from '../platform/index.ts'
import * as alerts from './alert-store.ts'
import { readAlert } from './known-alert.ts'
import { forgetWorkspace } from './loop-store.ts'
import { newDelivery, takes, type Notices } from './notices.ts'
import { disableTriggersOf } from './trigger-store.ts'
import { cloudEvent, slackMessage } from './webhook.ts'
import { disableWebhooksOf, insertDelivery, listEnabledWebhooks } from './webhook-store.ts'
import type { WebhookTable } from './webhook-tables.ts'

const consumer = 'automations'
const batchSize = 500
/** A burst of events is taken in by one commit. */
const gatherMs = 15
/** An event that concerns nobody moves the cursor only now and then: reading it again does no harm. */
const keepEvery = 5000

const followed = new Set([
  'labels.added',
  'trigger.created',
  'pipeline.enabled',
  'pipeline.published',
  'principal.deleted',
  'workspace.deleted',
])

/** Takes in events from the outbox with a cursor of its own: alerts to act on, deliveries to make. Nothing is missed or taken twice. */
export function createIntake(platform: Platform, deps: { notices: Notices; arrived(): void }) {
  const { store, clock, newId } = platform
  let running: Promise<void> | undefined
  let again = false
  let waiting: Timer | undefined
  let position: number | undefined
  let kept = 0
  let stopListening: (() => void) | undefined

  async function drain(): Promise<void> {
    do {
      again = false
      while ((await takeBatch()) === batchSize);
    } while (again)
  }

  async function takeBatch(): Promise<number> {
    position ??= kept = await findCursor(store.read, consumer)
    const events = await listEventsAfter(store.read, position, batchSize)
    const last = events.at(-1)
    if (last === undefined) return 0
    const webhooks = await listEnabledWebhooks(store.read)
    const concerned = events.filter((event) => concerns(event, webhooks))
    if (concerned.length > 0 || last.seq - kept > keepEvery) {
      await store.write(async (tx) => {
        for (const event of concerned) await take(tx, event, webhooks)
        await moveCursor(tx, consumer, last.seq)
      })
      kept = last.seq
    }
    position = last.seq
    if (concerned.length > 0) deps.arrived()
    return events.length
  }

  function concerns(event: StoredEvent, webhooks: readonly WebhookTable[]): boolean {
    return (
      event.name.startsWith('alert.') || followed.has(event.name) || webhooks.some((webhook) => wants(webhook, event))
    )
  }

  /** A webhook gets events of its workspace from its creation on. */
  function wants(webhook: WebhookTable, event: StoredEvent): boolean {
    if (webhook.workspace !== event.workspace || event.at < webhook.created_at) return false
    const isAlert = event.name.startsWith('alert.')
    // Chats and Alertmanager's receivers are told of alerts in groups.
    if (isAlert && webhook.format !== 'standard') return false
    if (webhook.format === 'alertmanager') return false
    if (takes(webhook, event.name, transientEvents.has(event.name))) return true
    const named = isAlert ? readAlert(event.data ?? {})?.webhooks : undefined
    return named?.includes(webhook.name) === true && event.name !== 'alert.pending'
  }

  async function take(tx: Transaction, event: StoredEvent, webhooks: readonly WebhookTable[]): Promise<void> {
    for (const webhook of webhooks) {
      if (!wants(webhook, event)) continue
      const body =
        webhook.format === 'slack' ? slackMessage(event, platform.serverUrl()) : cloudEvent(event, platform.serverUrl())
      await insertDelivery(
        tx,
        newDelivery({
          id: newId('msg'),
          seq: event.seq,
          workspace: webhook.workspace,
          webhook: webhook.name,
          event: event.name,
          subject: event.subject,
          body,
          now: clock.now(),
        }),
      )
    }
    if (event.name.startsWith('alert.')) await takeAlert(tx, event, webhooks)
    else await follow(tx, event)
  }

  async function takeAlert(tx: Transaction, event: StoredEvent, webhooks: readonly WebhookTable[]): Promise<void> {
    const told = readAlert(event.data ?? {})
    const workspace = event.workspace ?? ''
    if (told === undefined || event.name === 'alert.pending') return
    const known = await alerts.findAlert(tx, workspace, told.alertId)
    // A later event may say less than the first: what it leaves out is still so.
    const before = known === undefined ? {} : (JSON.parse(known.data) as Record<string, unknown>)
    // Who was told of its beginning is told of its end, whatever the monitor's file says by now.
    const receivers = event.name === 'alert.firing' ? {} : { emails: before['emails'], webhooks: before['webhooks'] }
    const data = { ...before, ...event.data, ...(known === undefined ? {} : receivers) }
    const facts = readAlert(data) ?? told
    const status =
      event.name === 'alert.firing' ? 'firing' : event.name === 'alert.acknowledged' ? 'acknowledged' : 'resolved'
    const isAnew = known === undefined || (known.status === 'resolved' && status === 'firing')
    await alerts.putAlert(tx, {
      workspace,
      id: facts.alertId,
      monitor: facts.monitor,
      endpoint: facts.endpoint,
      signal: facts.signal,
      type: facts.type,
      status,
      trigger: facts.trigger,
      data: JSON.stringify(data),
      fired_at: event.at,
      updated_at: event.at,
      loop_id: null,
      skip_rule: null,
      look_at: null,
    })
    if (isAnew && status === 'firing')
      await alerts.changeAlert(tx, workspace, facts.alertId, {
        look_at: facts.trigger === null ? null : clock.now(),
        loop_id: null,
        skip_rule: null,
        fired_at: event.at,
      })
    if (status === 'acknowledged') await deps.notices.silence(tx, workspace, facts)
    else await deps.notices.announce(tx, event, facts, webhooks)
    if (status === 'resolved' && facts.type === 'data_quality')
      await alerts.lookAgain(tx, { workspace, rules: ['data_quality'] }, clock.now())
  }

  async function follow(tx: Transaction, event: StoredEvent): Promise<void> {
    const workspace = event.workspace ?? ''
    const now = clock.now()
    if (event.name === 'labels.added') {
      const endpoint = typeof event.data?.['endpoint'] === 'string' ? event.data['endpoint'] : event.subject
      await alerts.lookAgain(tx, { workspace, endpoint, exceptRule: 'answered' }, now)
    } else if (event.name === 'trigger.created') await alerts.lookAgain(tx, { workspace, trigger: event.subject }, now)
    else if (event.name === 'pipeline.enabled' || event.name === 'pipeline.published')
      await alerts.lookAgain(tx, { workspace, rules: ['pipeline_disabled', 'pipeline_missing'] }, now)
    else if (event.name === 'principal.deleted') {
      await disableTriggersOf(tx, event.subject)
      await disableWebhooksOf(tx, event.subject)
    } else if (event.name === 'workspace.deleted') await forgetWorkspace(tx, event.subject)
  }

  function wake(): Promise<void> {
    if (running === undefined) {
      running = drain()
        .catch((error: unknown) => platform.logger.error({ err: error }, 'events could not be taken in'))
        .finally(() => {
          running = undefined
        })
    } else again = true
    return running
  }

  return {
    wake,
    async start() {
      stopListening = platform.events.listen((event) => {
        if (event.seq === undefined || waiting !== undefined) return
        waiting = clock.after(gatherMs, () => {
          waiting = undefined
          void wake()
        })
      })
      await wake()
    },
    async stop() {
      stopListening?.()
      waiting?.cancel()
      await wake()
    },
  }
}
