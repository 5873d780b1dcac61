import type { EventName } from '@modelyard/contract'
import type { Database, Transaction } from '../database/database.ts'

/** What happened. `data` goes to the pages; `before` and `after` to the audit trail. */
export interface NewEvent {
  readonly name: EventName
  readonly subject: string
  readonly workspace: string | null
  /** Who: a principal's name, or `system` for what the server does by itself. */
  readonly actor: string
  readonly at: number
  readonly requestId?: string | null
  readonly data?: Record<string, unknown>
  readonly before?: unknown
  readonly after?: unknown
}

/** An event as it lies in the outbox. */
export interface StoredEvent extends NewEvent {
  readonly seq: number
}

/** Writes an event in the transaction of the change it tells of. */
export async function appendEvent(transaction: Transaction, event: NewEvent): Promise<void> {
  await transaction
    .insertInto('event')
    .values({
      name: event.name,
      subject: event.subject,
      workspace: event.workspace,
      actor: event.actor,
      at: event.at,
      request_id: event.requestId ?? null,
      data: JSON.stringify(event.data ?? {}),
      before: event.before === undefined ? null : JSON.stringify(event.before),
      after: event.after === undefined ? null : JSON.stringify(event.after),
    })
    .execute()
}

/** Events after `seq`, oldest first; with `workspace`, only its own and the server's. */
export async function listEventsAfter(
  database: Database,
  seq: number,
  limit: number,
  workspace?: string,
): Promise<StoredEvent[]> {
  let query = database.selectFrom('event').selectAll().where('seq', '>', seq)
  if (workspace !== undefined)
    query = query.where((where) => where.or([where('workspace', '=', workspace), where('workspace', 'is', null)]))
  const rows = await query.orderBy('seq').limit(limit).execute()
  return rows.map((row) => ({
    seq: row.seq,
    name: row.name as EventName,
    subject: row.subject,
    workspace: row.workspace,
    actor: row.actor,
    at: row.at,
    requestId: row.request_id,
    data: JSON.parse(row.data) as Record<string, unknown>,
    before: row.before === null ? undefined : (JSON.parse(row.before) as unknown),
    after: row.after === null ? undefined : (JSON.parse(row.after) as unknown),
  }))
}

export async function findLastEventSeq(database: Database): Promise<number> {
  const row = await database
    .selectFrom('event')
    .select((select) => select.fn.max('seq').as('seq'))
    .executeTakeFirst()
  return row?.seq ?? 0
}

export async function findCursor(database: Database, consumer: string): Promise<number> {
  const row = await database
    .selectFrom('event_cursor')
    .select('seq')
    .where('consumer', '=', consumer)
    .executeTakeFirst()
  return row?.seq ?? 0
}

export async function moveCursor(transaction: Transaction, consumer: string, seq: number): Promise<void> {
  await transaction
    .insertInto('event_cursor')
    .values({ consumer, seq })
    .onConflict((conflict) => conflict.column('consumer').doUpdateSet({ seq }))
    .execute()
}
