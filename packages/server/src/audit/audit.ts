import { createHash } from 'node:crypto'
import type { AuditTable } from './audit-tables.ts'

/** Hash of an entry over the one before it: SHA-256 of the previous hash and the entry's fields in fixed order. */
export function chainHash(previous: string, entry: Omit<AuditTable, 'hash'>): string {
  const fields = [
    entry.seq,
    entry.at,
    entry.actor,
    entry.action,
    entry.subject,
    entry.workspace,
    entry.before,
    entry.after,
    entry.request_id,
  ]
  return createHash('sha256').update(previous).update('\n').update(JSON.stringify(fields)).digest('hex')
}

/** The seq of the first entry whose hash does not follow from the one before, or undefined when the chain holds. */
export function findBreak(entries: readonly AuditTable[], previous = ''): number | undefined {
  let hash = previous
  for (const entry of entries) {
    hash = chainHash(hash, entry)
    if (hash !== entry.hash) return entry.seq
  }
  return undefined
}
