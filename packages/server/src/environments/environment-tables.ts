import type { Migration } from '../platform/index.ts'

export interface EnvironmentTable {
  workspace: string
  name: string
  version: string
  /** Counts the versions of a name; the greatest is the latest. */
  position: number
  /** SHA-256 of what was asked for, whatever Python is below it. */
  content_digest: string
  requirements: string
  python: string | null
  channels: string
  image: string | null
  warnings: string
  description: string
  tags: string
  created_at: number
  created_by: string
}

declare module '../platform/database/tables.ts' {
  interface Tables {
    environment: EnvironmentTable
  }
}

export const environmentMigrations: readonly Migration[] = [
  {
    name: 'environments/0001-initial',
    async up({ schema }) {
      await schema
        .createTable('environment')
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('version', 'text', (column) => column.notNull())
        .addColumn('position', 'integer', (column) => column.notNull())
        .addColumn('content_digest', 'text', (column) => column.notNull())
        .addColumn('requirements', 'text', (column) => column.notNull())
        .addColumn('python', 'text')
        .addColumn('channels', 'text', (column) => column.notNull())
        .addColumn('image', 'text')
        .addColumn('warnings', 'text', (column) => column.notNull())
        .addColumn('description', 'text', (column) => column.notNull())
        .addColumn('tags', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('created_by', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('environment_key', ['workspace', 'name', 'version'])
        .execute()
      await schema
        .createIndex('environment_position')
        .unique()
        .on('environment')
        .columns(['workspace', 'name', 'position'])
        .execute()
    },
  },
]
