import { transientEvents, type AuditEntry } from '@modelyard/contract'
import { toTimestamp, type Timer } from '@modelyard/platform'
import type { Handlers } from '../http/index.ts'
import { findCursor, listEventsAfter, moveCursor, toPage, type Platform, type StoredEvent } from '../platform/index.ts'
import { chainHash } from './audit.ts'
import { findLastHash, insertAudit, listAudit } from './audit-store.ts'
import type { AuditTable } from './audit-tables.ts'

export { findBreak } from './audit.ts'
export { auditMigrations } from './audit-tables.ts'

const consumer = 'audit'
const batchSize = 200
const copyDelayMs = 250

/** Who did what: fed by the outbox with a cursor of its own, so that nothing is missed or written twice, also over a restart. */
export function createAudit(platform: Platform) {
  const { store } = platform
  let running: Promise<void> | undefined
  let again = false
  let stopListening: (() => void) | undefined
  let waiting: Timer | undefined

  const toRow = (event: StoredEvent): Omit<AuditTable, 'hash'> => ({
    seq: event.seq,
    at: event.at,
    actor: event.actor,
    action: event.name,
    subject: event.subject,
    workspace: event.workspace,
    before: event.before === undefined ? null : JSON.stringify(event.before),
    after: JSON.stringify(event.after ?? event.data),
    request_id: event.requestId ?? null,
  })

  /** Copies one batch; the rows and the cursor move in one transaction. */
  async function copyBatch(): Promise<number> {
    return store.write(async (tx) => {
      const events = await listEventsAfter(tx, await findCursor(tx, consumer), batchSize)
      const last = events.at(-1)
      if (last === undefined) return 0
      let hash = await findLastHash(tx)
      for (const event of events) {
        if (transientEvents.has(event.name)) continue
        const row = toRow(event)
        hash = chainHash(hash, row)
        await insertAudit(tx, { ...row, hash })
      }
      await moveCursor(tx, consumer, last.seq)
      return events.length
    })
  }

  async function drain(): Promise<void> {
    do {
      again = false
      while ((await copyBatch()) === batchSize);
    } while (again)
    running = undefined
  }

  function wake(): Promise<void> {
    if (running === undefined) {
      running = drain().catch((error: unknown) => {
        running = undefined
        platform.logger.error({ err: error }, 'the audit trail could not be written')
      })
    } else again = true
    return running
  }

  const toEntry = (row: AuditTable): AuditEntry => ({
    seq: row.seq,
    at: toTimestamp(row.at),
    actor: row.actor,
    action: row.action,
    subject: row.subject,
    workspace: row.workspace,
    before: row.before === null ? null : (JSON.parse(row.before) as unknown),
    after: row.after === null ? null : (JSON.parse(row.after) as unknown),
    requestId: row.request_id,
    hash: row.hash,
  })

  const handlers: Handlers<'listActivity'> = {
    async listActivity({ params, query }) {
      // What the caller just did is in the trail it reads.
      await wake()
      const rows = await listAudit(
        store.read,
        { workspace: params.ws, actor: query.actor, action: query.action, subject: query.subject },
        query.pageSize + 1,
        query.pageToken,
      )
      return toPage(rows, query.pageSize, (row) => [row.seq], toEntry)
    },
  }

  return {
    handlers,
    async start() {
      stopListening = platform.events.listen((event) => {
        if (event.seq === undefined || waiting !== undefined) return
        // A burst of changes is copied by one commit.
        waiting = platform.clock.after(copyDelayMs, () => {
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
