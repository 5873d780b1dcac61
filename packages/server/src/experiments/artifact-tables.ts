import type { Migration } from '../platform/index.ts'

/** A file of a run or of a logged model. `path` is a key, never a path on a disk. */
interface ArtifactTable {
  owner_id: string
  path: string
  digest: string
  size_bytes: number
  mode: 'file' | 'executable'
  stored_at: number
}

declare module '../platform/database/tables.ts' {
  interface Tables {
    artifact: ArtifactTable
  }
}

export const artifactTables: Migration = {
  name: 'experiments/0004-artifact',
  async up(transaction) {
    await transaction.schema
      .createTable('artifact')
      .addColumn('owner_id', 'text', (column) => column.notNull())
      .addColumn('path', 'text', (column) => column.notNull())
      .addColumn('digest', 'text', (column) => column.notNull())
      .addColumn('size_bytes', 'bigint', (column) => column.notNull())
      .addColumn('mode', 'text', (column) => column.notNull())
      .addColumn('stored_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('artifact_key', ['owner_id', 'path'])
      .execute()
  },
}
