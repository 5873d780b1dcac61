import type { Migration } from '../platform/index.ts'

/** Append-only; `hash` covers the entry and the hash before it, so that a changed or missing row shows. */
export interface AuditTable {
  seq: number
  at: number
  actor: string
  action: string
  subject: string
  workspace: string | null
  before: string | null
  after: string | null
  request_id: string | null
  hash: string
}

declare module '../platform/database/tables.ts' {
  interface Tables {
    audit: AuditTable
  }
}

export const auditMigrations: readonly Migration[] = [
  {
    name: 'audit/0001-initial',
    async up(transaction) {
      await transaction.schema
        .createTable('audit')
        .addColumn('seq', 'bigint', (column) => column.primaryKey())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('actor', 'text', (column) => column.notNull())
        .addColumn('action', 'text', (column) => column.notNull())
        .addColumn('subject', 'text', (column) => column.notNull())
        .addColumn('workspace', 'text')
        .addColumn('before', 'text')
        .addColumn('after', 'text')
        .addColumn('request_id', 'text')
        .addColumn('hash', 'text', (column) => column.notNull())
        .execute()
      await transaction.schema.createIndex('audit_workspace_seq').on('audit').columns(['workspace', 'seq']).execute()
    },
  },
]
