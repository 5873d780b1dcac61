import type { Migration } from '../platform/index.ts'

export interface ScheduleTable {
  workspace: string
  name: string
  description: string
  tags: string
  pipeline: string
  pipeline_version: number | null
  experiment: string | null
  parameters: string
  /** A `ScheduleTrigger` as JSON. */
  trigger: string
  enabled: number
  /** When it starts next; null when it is disabled, over, or waits for data. */
  next_at: number | null
  /** The data asset that it waits for, and the version that it has seen. */
  data: string | null
  seen_version: number
  last_at: number | null
  last_job_id: string | null
  last_error: string | null
  created_at: number
  created_by: string
  updated_at: number
}

declare module '../platform/database/tables.ts' {
  interface Tables {
    schedule: ScheduleTable
  }
}

export const scheduleMigrations: readonly Migration[] = [
  {
    name: 'pipelines/schedules-0001-initial',
    async up({ schema }) {
      await schema
        .createTable('schedule')
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('description', 'text', (column) => column.notNull())
        .addColumn('tags', 'text', (column) => column.notNull())
        .addColumn('pipeline', 'text', (column) => column.notNull())
        .addColumn('pipeline_version', 'integer')
        .addColumn('experiment', 'text')
        .addColumn('parameters', 'text', (column) => column.notNull())
        .addColumn('trigger', 'text', (column) => column.notNull())
        .addColumn('enabled', 'integer', (column) => column.notNull())
        .addColumn('next_at', 'bigint')
        .addColumn('data', 'text')
        .addColumn('seen_version', 'integer', (column) => column.notNull())
        .addColumn('last_at', 'bigint')
        .addColumn('last_job_id', 'text')
        .addColumn('last_error', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('created_by', 'text', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('schedule_key', ['workspace', 'name'])
        .execute()
      await schema.createIndex('schedule_next').on('schedule').columns(['enabled', 'next_at']).execute()
    },
  },
]
