import type { Migration } from '../platform/index.ts'

/** `number` is the id as a number: ids are handed out upwards and never again. */
export interface ExperimentTable {
  id: string
  number: number
  workspace: string
  name: string
  lifecycle: 'active' | 'deleted'
  created_at: number
  updated_at: number
  created_by: string
}

interface ExperimentTagTable {
  experiment_id: string
  name: string
  value: string
}

declare module '../platform/database/tables.ts' {
  interface Tables {
    experiment: ExperimentTable
    experiment_tag: ExperimentTagTable
  }
}

export const experimentTables: Migration = {
  name: 'experiments/0001-experiment',
  async up(transaction) {
    await transaction.schema
      .createTable('experiment')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('number', 'bigint', (column) => column.notNull().unique())
      .addColumn('workspace', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('lifecycle', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .addColumn('created_by', 'text', (column) => column.notNull())
      .addUniqueConstraint('experiment_name', ['workspace', 'name'])
      .execute()
    await transaction.schema
      .createTable('experiment_tag')
      .addColumn('experiment_id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('value', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('experiment_tag_key', ['experiment_id', 'name'])
      .execute()
  },
}
