import type { RunStatus } from '@modelyard/contract'
import type { Migration } from '../platform/index.ts'

export interface RunTable {
  id: string
  workspace: string
  experiment_id: string
  name: string
  status: RunStatus
  lifecycle: 'active' | 'deleted'
  created_by: string
  started_at: number
  ended_at: number | null
  parent_run_id: string | null
  job_id: string | null
  step: string | null
}

interface RunParameterTable {
  run_id: string
  name: string
  value: string
}

interface RunTagTable {
  run_id: string
  name: string
  value: string
}

/** A data set that a run read. `tags` is a JSON object. */
interface RunInputTable {
  run_id: string
  name: string
  digest: string
  context: string
  source_type: string
  source: string
  schema: string | null
  profile: string | null
  tags: string
}

declare module '../platform/database/tables.ts' {
  interface Tables {
    run: RunTable
    run_parameter: RunParameterTable
    run_tag: RunTagTable
    run_input: RunInputTable
  }
}

export const runTables: Migration = {
  name: 'experiments/0002-run',
  async up(transaction) {
    await transaction.schema
      .createTable('run')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('workspace', 'text', (column) => column.notNull())
      .addColumn('experiment_id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('lifecycle', 'text', (column) => column.notNull())
      .addColumn('created_by', 'text', (column) => column.notNull())
      .addColumn('started_at', 'bigint', (column) => column.notNull())
      .addColumn('ended_at', 'bigint')
      .addColumn('parent_run_id', 'text')
      .addColumn('job_id', 'text')
      .addColumn('step', 'text')
      .execute()
    await index(transaction, 'run_started', 'run', ['workspace', 'started_at', 'id'])
    await index(transaction, 'run_experiment', 'run', ['experiment_id', 'started_at', 'id'])
    await index(transaction, 'run_parent', 'run', ['parent_run_id'])
    await index(transaction, 'run_job', 'run', ['job_id'])
    for (const table of ['run_parameter', 'run_tag']) {
      await transaction.schema
        .createTable(table)
        .addColumn('run_id', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('value', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint(`${table}_key`, ['run_id', 'name'])
        .execute()
    }
    await transaction.schema
      .createTable('run_input')
      .addColumn('run_id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('digest', 'text', (column) => column.notNull())
      .addColumn('context', 'text', (column) => column.notNull())
      .addColumn('source_type', 'text', (column) => column.notNull())
      .addColumn('source', 'text', (column) => column.notNull())
      .addColumn('schema', 'text')
      .addColumn('profile', 'text')
      .addColumn('tags', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('run_input_key', ['run_id', 'name', 'digest'])
      .execute()
  },
}

async function index(
  transaction: Parameters<Migration['up']>[0],
  name: string,
  table: string,
  columns: string[],
): Promise<void> {
  await transaction.schema.createIndex(name).on(table).columns(columns).execute()
}
