import type { Timer } from '@modelyard/platform'
import type { Platform, SecretBox } from '../platform/index.ts'
import type { Mail } from './alert-messages.ts'
import type { Attempt } from './http-delivery.ts'
import { mailReceiver, type Notices } from './notices.ts'
import * as store from './webhook-store.ts'
import type { DeliveryTable } from './webhook-tables.ts'
import { nextDelay, signatureHeaders } from './webhook.ts'

const atOnce = 16
const longestWaitMs = 60_000
const dayMs = 86_400_000
const keptForMs = { delivered: 7 * dayMs, dead: 30 * dayMs }

/** Where a webhook's secret is sealed to. */
export const secretName = (workspace: string, name: string): string => `webhook/${workspace}/${name}`

export interface DeliveryDeps {
  readonly notices: Notices
  readonly secrets: SecretBox
  readonly http: { send(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<Attempt> }
  readonly mail: { send(id: string, mail: Mail): Promise<Attempt> }
}

/** Makes deliveries: what is due goes out, in order for each subject of each receiver, and is tried again until it is dead. */
export function createDeliveryLoop(platform: Platform, deps: DeliveryDeps) {
  const { store: database, clock, logger } = platform
  const inFlight = new Map<string, Promise<void>>()
  let looking: Promise<void> | undefined
  let again = false
  const stop = new AbortController()
  let waiting: Timer | undefined

  async function look(): Promise<void> {
    let now = clock.now()
    do {
      again = false
      now = clock.now()
      await deps.notices.sendDue(now)
      const free = atOnce - inFlight.size
      if (free > 0) {
        const due = await store.listDueDeliveries(database.read, clock.now(), atOnce + free)
        for (const row of due.filter(({ id }) => !inFlight.has(id)).slice(0, free)) begin(row)
      }
    } while (again && !stop.signal.aborted)
    await plan(now)
  }

  function begin(row: DeliveryTable): void {
    const work = attempt(row)
      .catch((error: unknown) => logger.error({ err: error, delivery: row.id }, 'a delivery could not be made'))
      .finally(() => {
        inFlight.delete(row.id)
        wake()
      })
    inFlight.set(row.id, work)
  }

  async function attempt(row: DeliveryTable): Promise<void> {
    const outcome = row.webhook === mailReceiver ? await sendMail(row) : await sendToWebhook(row)
    if (outcome !== undefined && !stop.signal.aborted) await note(row, outcome)
  }

  const sendMail = (row: DeliveryTable): Promise<Attempt> => deps.mail.send(row.id, JSON.parse(row.body) as Mail)

  /** Undefined: the webhook is gone, and its deliveries with it. */
  async function sendToWebhook(row: DeliveryTable): Promise<Attempt | undefined> {
    const webhook = await store.findWebhook(database.read, row.workspace, row.webhook)
    if (webhook === undefined) return undefined
    if (webhook.enabled === 0) return { delivered: false, status: null, error: 'The webhook is disabled.', final: true }
    const secret = deps.secrets.open(webhook.secret, secretName(webhook.workspace, webhook.name))
    const type = webhook.format === 'standard' ? 'application/cloudevents+json; charset=utf-8' : 'application/json'
    const headers = { 'content-type': type, ...signatureHeaders(secret, row.id, clock.now(), row.body) }
    return deps.http.send(webhook.url, headers, row.body)
  }

  async function note(row: DeliveryTable, outcome: Attempt): Promise<void> {
    const now = clock.now()
    const attempts = row.attempts + 1
    const delay =
      outcome.delivered || outcome.final === true
        ? undefined
        : nextDelay(attempts, platform.randomness.fraction(), outcome.retryAfterMs)
    const status = outcome.delivered ? 'delivered' : delay === undefined ? 'dead' : 'retrying'
    await database.write(async (tx) => {
      const noted = await store.changeDelivery(tx, row.id, row.attempts, {
        status,
        attempts,
        last_status: outcome.status,
        last_error: outcome.error,
        next_attempt_at: delay === undefined ? null : now + delay,
        delivered_at: outcome.delivered ? now : null,
      })
      if (!noted) return
      await store.changeWebhook(tx, row.workspace, row.webhook, {
        last_at: now,
        last_status: outcome.gone === true ? 'disabled: the receiver answered 410' : status,
        ...(outcome.gone === true ? { enabled: 0 } : {}),
      })
    })
    platform.events.publishTransient({
      name: 'delivery.changed',
      subject: row.id,
      workspace: row.workspace,
      actor: 'system',
      at: now,
      data: { deliveryId: row.id, webhook: row.webhook, status, attempts },
    })
  }

  /** What became due since `now` is looked at again; an attempt that ends wakes the loop by itself. */
  async function plan(now: number): Promise<void> {
    const times = await Promise.all([
      store.findNextAttempt(database.read, now),
      store.findNextNotice(database.read, now),
    ])
    const next = Math.min(...times.map((time) => time ?? Infinity))
    waiting?.cancel()
    waiting = undefined
    if (Number.isFinite(next) && !stop.signal.aborted)
      waiting = clock.after(Math.min(longestWaitMs, Math.max(5, next - clock.now())), wake)
  }

  function wake(): void {
    if (stop.signal.aborted) return
    if (looking !== undefined) {
      again = true
      return
    }
    looking = look()
      .catch((error: unknown) => {
        logger.error({ err: error }, 'deliveries could not be looked at; they are looked at again')
        waiting = clock.after(1000, wake)
      })
      .finally(() => {
        looking = undefined
        if (again) wake()
      })
  }

  const sweep = clock.every(3_600_000, () => {
    const now = clock.now()
    void database
      .write((tx) => store.forgetDeliveries(tx, { delivered: now - keptForMs.delivered, dead: now - keptForMs.dead }))
      .catch((error: unknown) => logger.warn({ err: error }, 'old deliveries could not be forgotten'))
  })

  return {
    wake,
    async stop() {
      stop.abort()
      waiting?.cancel()
      sweep.cancel()
      await looking
    },
  }
}
