import type { Migration } from '../platform/index.ts'

export interface WorkspaceTable {
  name: string
  display_name: string
  description: string
  tags: string
  created_at: number
  created_by: string
}

declare module '../platform/database/tables.ts' {
  interface Tables {
    workspace: WorkspaceTable
  }
}

export const workspaceMigrations: readonly Migration[] = [
  {
    name: 'workspaces/0001-initial',
    async up(transaction) {
      await transaction.schema
        .createTable('workspace')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('display_name', 'text', (column) => column.notNull())
        .addColumn('description', 'text', (column) => column.notNull())
        .addColumn('tags', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('created_by', 'text', (column) => column.notNull())
        .execute()
    },
  },
]
