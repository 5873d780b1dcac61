import { decodeCursor, type Database, type Transaction } from '../platform/index.ts'
import type { AuditTable } from './audit-tables.ts'

export interface AuditFilter {
  readonly workspace: string
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly subject?: string | undefined
}

/** Entries of a workspace and of the server, newest first. */
export function listAudit(db: Database, filter: AuditFilter, limit: number, pageToken?: string): Promise<AuditTable[]> {
  let query = db
    .selectFrom('audit')
    .selectAll()
    .where((where) => where.or([where('workspace', '=', filter.workspace), where('workspace', 'is', null)]))
    .orderBy('seq', 'desc')
    .limit(limit)
  if (filter.actor !== undefined) query = query.where('actor', '=', filter.actor)
  if (filter.action !== undefined) query = query.where('action', '=', filter.action)
  if (filter.subject !== undefined) query = query.where('subject', '=', filter.subject)
  const after = decodeCursor(pageToken, 1)
  if (after !== undefined) query = query.where('seq', '<', Number(after[0]))
  return query.execute()
}

export async function findLastHash(db: Database): Promise<string> {
  const row = await db.selectFrom('audit').select('hash').orderBy('seq', 'desc').limit(1).executeTakeFirst()
  return row?.hash ?? ''
}

export async function insertAudit(tx: Transaction, row: AuditTable): Promise<void> {
  await tx.insertInto('audit').values(row).execute()
}
