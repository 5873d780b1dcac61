import { decodeCursor, type Database, type Transaction } from '../platform/index.ts'
import type { AlertNoticeTable, DeliveryTable, WebhookTable } from './webhook-tables.ts'

export function findWebhook(db: Database, workspace: string, name: string): Promise<WebhookTable | undefined> {
  return db
    .selectFrom('webhook')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .executeTakeFirst()
}

export function listWebhooks(
  db: Database,
  workspace: string,
  limit: number,
  pageToken?: string,
): Promise<WebhookTable[]> {
  let query = db.selectFrom('webhook').selectAll().where('workspace', '=', workspace).orderBy('name').limit(limit)
  const after = decodeCursor(pageToken, 1)
  if (after !== undefined) query = query.where('name', '>', String(after[0]))
  return query.execute()
}

export function listEnabledWebhooks(db: Database): Promise<WebhookTable[]> {
  return db.selectFrom('webhook').selectAll().where('enabled', '=', 1).orderBy('workspace').orderBy('name').execute()
}

/** False when the name is taken. */
export async function insertWebhook(tx: Transaction, row: WebhookTable): Promise<boolean> {
  const result = await tx
    .insertInto('webhook')
    .values(row)
    .onConflict((conflict) => conflict.columns(['workspace', 'name']).doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}

export async function changeWebhook(
  tx: Transaction,
  workspace: string,
  name: string,
  change: Partial<WebhookTable>,
): Promise<void> {
  await tx.updateTable('webhook').set(change).where('workspace', '=', workspace).where('name', '=', name).execute()
}

export async function disableWebhooksOf(tx: Transaction, principal: string): Promise<void> {
  await tx
    .updateTable('webhook')
    .set({ enabled: 0, last_status: 'disabled: its creator was deleted' })
    .where('created_by', '=', principal)
    .execute()
}

/** Deletes a webhook with its deliveries and what its receiver was told. */
export async function deleteWebhook(tx: Transaction, workspace: string, name: string): Promise<boolean> {
  await tx.deleteFrom('delivery').where('workspace', '=', workspace).where('webhook', '=', name).execute()
  await tx.deleteFrom('alert_notice').where('workspace', '=', workspace).where('receiver', '=', name).execute()
  const result = await tx
    .deleteFrom('webhook')
    .where('workspace', '=', workspace)
    .where('name', '=', name)
    .executeTakeFirst()
  return result.numDeletedRows === 1n
}

export async function insertDelivery(tx: Transaction, row: DeliveryTable): Promise<void> {
  await tx.insertInto('delivery').values(row).execute()
}

export function findDelivery(
  db: Database,
  workspace: string,
  webhook: string,
  id: string,
): Promise<DeliveryTable | undefined> {
  return db
    .selectFrom('delivery')
    .selectAll()
    .where('id', '=', id)
    .where('workspace', '=', workspace)
    .where('webhook', '=', webhook)
    .executeTakeFirst()
}

/** Newest first. */
export function listDeliveries(
  db: Database,
  workspace: string,
  webhook: string,
  limit: number,
  pageToken?: string,
): Promise<DeliveryTable[]> {
  let query = db
    .selectFrom('delivery')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('webhook', '=', webhook)
    .orderBy('seq', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  const after = decodeCursor(pageToken, 2)
  if (after !== undefined) {
    const [seq, id] = [Number(after[0]), String(after[1])]
    query = query.where((where) =>
      where.or([where('seq', '<', seq), where.and([where('seq', '=', seq), where('id', '<', id)])]),
    )
  }
  return query.execute()
}

/** Deliveries whose time has come and that no earlier one about the same subject holds back. */
export function listDueDeliveries(db: Database, now: number, limit: number): Promise<DeliveryTable[]> {
  return db
    .selectFrom('delivery as due')
    .selectAll('due')
    .where('due.next_attempt_at', '<=', now)
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('delivery as earlier')
            .select('earlier.id')
            .whereRef('earlier.workspace', '=', 'due.workspace')
            .whereRef('earlier.webhook', '=', 'due.webhook')
            .whereRef('earlier.subject', '=', 'due.subject')
            .where('earlier.next_attempt_at', 'is not', null)
            .where((inner) =>
              inner.or([
                inner('earlier.seq', '<', inner.ref('due.seq')),
                inner.and([
                  inner('earlier.seq', '=', inner.ref('due.seq')),
                  inner('earlier.id', '<', inner.ref('due.id')),
                ]),
              ]),
            ),
        ),
      ),
    )
    .orderBy('due.seq')
    .limit(limit)
    .execute()
}

/** The next moment after `now` at which an attempt is due; what is due already is being seen to. */
export async function findNextAttempt(db: Database, now: number): Promise<number | undefined> {
  const row = await db
    .selectFrom('delivery')
    .select((select) => select.fn.min('next_attempt_at').as('at'))
    .where('next_attempt_at', '>', now)
    .executeTakeFirst()
  return row?.at === null || row?.at === undefined ? undefined : Number(row.at)
}

/** Notes an attempt, unless the delivery was changed meanwhile (deleted, tried again by hand). */
export async function changeDelivery(
  tx: Transaction,
  id: string,
  attempts: number,
  change: Partial<DeliveryTable>,
): Promise<boolean> {
  const result = await tx
    .updateTable('delivery')
    .set(change)
    .where('id', '=', id)
    .where('attempts', '=', attempts)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

export async function forgetDeliveries(tx: Transaction, before: { delivered: number; dead: number }): Promise<void> {
  await tx.deleteFrom('delivery').where('status', '=', 'delivered').where('created_at', '<', before.delivered).execute()
  await tx.deleteFrom('delivery').where('status', '=', 'dead').where('created_at', '<', before.dead).execute()
}

export function findNotice(
  db: Database,
  workspace: string,
  monitor: string,
  receiver: string,
): Promise<AlertNoticeTable | undefined> {
  return db
    .selectFrom('alert_notice')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('monitor', '=', monitor)
    .where('receiver', '=', receiver)
    .executeTakeFirst()
}

export function listNoticesOfMonitor(db: Database, workspace: string, monitor: string): Promise<AlertNoticeTable[]> {
  return db
    .selectFrom('alert_notice')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('monitor', '=', monitor)
    .execute()
}

export function listDueNotices(db: Database, now: number): Promise<AlertNoticeTable[]> {
  return db.selectFrom('alert_notice').selectAll().where('due_at', '<=', now).limit(200).execute()
}

export async function findNextNotice(db: Database, now: number): Promise<number | undefined> {
  const row = await db
    .selectFrom('alert_notice')
    .select((select) => select.fn.min('due_at').as('at'))
    .where('due_at', '>', now)
    .executeTakeFirst()
  return row?.at === null || row?.at === undefined ? undefined : Number(row.at)
}

export async function putNotice(tx: Transaction, row: AlertNoticeTable): Promise<void> {
  const { due_at, last_sent_at, told } = row
  await tx
    .insertInto('alert_notice')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['workspace', 'monitor', 'receiver']).doUpdateSet({ due_at, last_sent_at, told }),
    )
    .execute()
}

/** Number of the newest event. */
export async function findLastSeq(db: Database): Promise<number> {
  const row = await db
    .selectFrom('event')
    .select((select) => select.fn.max('seq').as('seq'))
    .executeTakeFirst()
  return Number(row?.seq ?? 0)
}
