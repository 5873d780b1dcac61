import type { Migration } from '../platform/index.ts'

/** Which workspace may see which bytes: one that uploaded them or was given them by a job. */
export interface WorkspaceBlobTable {
  workspace: string
  digest: string
}

export interface DataAssetTable {
  workspace: string
  name: string
  version: number
  type: 'uri_file' | 'uri_folder'
  digest: string
  size_bytes: number
  file_count: number
  description: string
  tags: string
  created_at: number
  created_by: string
  source_run_id: string | null
}

declare module '../platform/database/tables.ts' {
  interface Tables {
    workspace_blob: WorkspaceBlobTable
    data_asset: DataAssetTable
  }
}

export const dataMigrations: readonly Migration[] = [
  {
    name: 'data/0001-initial',
    async up(transaction) {
      await transaction.schema
        .createTable('workspace_blob')
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('digest', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('workspace_blob_key', ['workspace', 'digest'])
        .execute()
      await transaction.schema
        .createTable('data_asset')
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('digest', 'text', (column) => column.notNull())
        .addColumn('size_bytes', 'bigint', (column) => column.notNull())
        .addColumn('file_count', 'integer', (column) => column.notNull())
        .addColumn('description', 'text', (column) => column.notNull())
        .addColumn('tags', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('created_by', 'text', (column) => column.notNull())
        .addColumn('source_run_id', 'text')
        .addPrimaryKeyConstraint('data_asset_key', ['workspace', 'name', 'version'])
        .execute()
    },
  },
]
