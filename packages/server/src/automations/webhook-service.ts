import { ModelyardError, type Delivery, type Webhook } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import { appendEvent, type Database, type Platform, type SecretBox } from '../platform/index.ts'
import { secretName } from './delivery-loop.ts'
import { mailReceiver } from './notices.ts'
import type { By } from './ports.ts'
import { refusalOfUrl, type AddressRule } from './webhook-address.ts'
import * as store from './webhook-store.ts'
import type { DeliveryTable, WebhookTable } from './webhook-tables.ts'

export function toWebhook(row: WebhookTable): Webhook {
  return {
    name: row.name,
    url: row.url,
    events: JSON.parse(row.events) as string[],
    format: row.format,
    enabled: row.enabled === 1,
    createdAt: toTimestamp(row.created_at),
    createdBy: row.created_by,
    lastDelivery: row.last_at === null ? null : { at: toTimestamp(row.last_at), status: row.last_status ?? '' },
  }
}

export function toDelivery(row: DeliveryTable): Delivery {
  const time = (at: number | null): string | null => (at === null ? null : toTimestamp(at))
  return {
    id: row.id,
    webhook: row.webhook,
    event: row.event,
    subject: row.subject,
    status: row.status,
    attempts: row.attempts,
    lastStatus: row.last_status,
    lastError: row.last_error,
    createdAt: toTimestamp(row.created_at),
    nextAttemptAt: time(row.next_attempt_at),
    deliveredAt: time(row.delivered_at),
  }
}

/** Webhooks: where events go. */
export function createWebhookService(
  platform: Platform,
  deps: { secrets: SecretBox; rule: AddressRule; wake(): void },
) {
  const { store: database, clock, randomness } = platform

  async function create(
    workspace: string,
    input: { name: string; url: string; events: readonly string[]; format: Webhook['format'] },
    by: By,
  ): Promise<Webhook> {
    const { name, url, format } = input
    const refusal = refusalOfUrl(url, deps.rule)
    if (refusal !== undefined)
      throw new ModelyardError(
        'webhook_address_refused',
        `The address '${url.slice(0, 200)}' is not called: ${refusal}.`,
      )
    if (name === mailReceiver)
      throw new ModelyardError(
        'already_exists',
        `'${mailReceiver}' is the name of the mail deliveries; take another one.`,
      )
    const secret = `whsec_${Buffer.from(randomness.bytes(32)).toString('base64')}`
    const at = clock.now()
    const row: WebhookTable = {
      workspace,
      name,
      url,
      events: JSON.stringify([...new Set(input.events)]),
      format,
      enabled: 1,
      secret: deps.secrets.seal(secret, secretName(workspace, name)),
      created_at: at,
      created_by: by.actor,
      last_at: null,
      last_status: null,
    }
    await database.write(async (tx) => {
      if (!(await store.insertWebhook(tx, row)))
        throw new ModelyardError(
          'already_exists',
          `There is already a webhook '${name}' in the workspace '${workspace}'.`,
        )
      await appendEvent(tx, {
        name: 'webhook.created',
        subject: name,
        workspace,
        at,
        ...by,
        data: { webhook: name },
        // The path and query of an address often are a secret of their own.
        after: { name, origin: new URL(url).origin, events: input.events, format },
      })
    })
    return { ...toWebhook(row), secret }
  }

  async function require(db: Database, workspace: string, name: string): Promise<WebhookTable> {
    const row = await store.findWebhook(db, workspace, name)
    if (row === undefined)
      throw new ModelyardError('webhook_not_found', `There is no webhook '${name}' in the workspace '${workspace}'.`)
    return row
  }

  async function remove(workspace: string, name: string, by: By): Promise<void> {
    await database.write(async (tx) => {
      await require(tx, workspace, name)
      await store.deleteWebhook(tx, workspace, name)
      await appendEvent(tx, {
        name: 'webhook.deleted',
        subject: name,
        workspace,
        at: clock.now(),
        ...by,
        data: { webhook: name },
        before: { name },
      })
    })
  }

  /** The deliveries of a webhook, or under the name `mail` those of mail. */
  async function requireReceiver(workspace: string, name: string): Promise<void> {
    if (name !== mailReceiver) await require(database.read, workspace, name)
  }

  /** Due at once, with all its attempts before it again. */
  async function redeliver(workspace: string, name: string, id: string): Promise<DeliveryTable> {
    await requireReceiver(workspace, name)
    const row = await database.write(async (tx) => {
      const found = await store.findDelivery(tx, workspace, name, id)
      if (found === undefined)
        throw new ModelyardError('delivery_not_found', `There is no delivery '${id}' of the webhook '${name}'.`)
      const change = { status: 'due', attempts: 0, next_attempt_at: clock.now(), delivered_at: null } as const
      await store.changeDelivery(tx, id, found.attempts, change)
      return { ...found, ...change }
    })
    deps.wake()
    return row
  }

  return { create, require, remove, requireReceiver, redeliver }
}

export type WebhookService = ReturnType<typeof createWebhookService>
