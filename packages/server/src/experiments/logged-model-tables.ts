import type { Migration } from '../platform/index.ts'

/** A model as tracking knows it: files with where they came from. A registered model version may point at it. */
export interface LoggedModelTable {
  id: string
  workspace: string
  experiment_id: string
  name: string
  model_type: string
  source_run_id: string | null
  status: 'pending' | 'ready' | 'failed'
  status_message: string
  lifecycle: 'active' | 'deleted'
  created_by: string
  created_at: number
  updated_at: number
}

interface LoggedModelParameterTable {
  model_id: string
  name: string
  value: string
}

interface LoggedModelTagTable {
  model_id: string
  name: string
  value: string
}

/** The latest value of a metric that was logged for a model, per run and data set. */
interface LoggedModelMetricTable {
  model_id: string
  run_id: string
  name: string
  dataset_name: string
  dataset_digest: string
  value: number
  is_nan: number
  step: number
  at: number
}

/** A logged model that a run wrote (`output`) or read (`input`). */
interface RunModelTable {
  run_id: string
  model_id: string
  direction: 'input' | 'output'
  step: number
}

declare module '../platform/database/tables.ts' {
  interface Tables {
    logged_model: LoggedModelTable
    logged_model_parameter: LoggedModelParameterTable
    logged_model_tag: LoggedModelTagTable
    logged_model_metric: LoggedModelMetricTable
    run_model: RunModelTable
  }
}

export const loggedModelTables: Migration = {
  name: 'experiments/0005-logged-model',
  async up(transaction) {
    await transaction.schema
      .createTable('logged_model')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('workspace', 'text', (column) => column.notNull())
      .addColumn('experiment_id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('model_type', 'text', (column) => column.notNull())
      .addColumn('source_run_id', 'text')
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('status_message', 'text', (column) => column.notNull())
      .addColumn('lifecycle', 'text', (column) => column.notNull())
      .addColumn('created_by', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .execute()
    await transaction.schema
      .createIndex('logged_model_experiment')
      .on('logged_model')
      .columns(['experiment_id', 'created_at', 'id'])
      .execute()
    for (const table of ['logged_model_parameter', 'logged_model_tag']) {
      await transaction.schema
        .createTable(table)
        .addColumn('model_id', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('value', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint(`${table}_key`, ['model_id', 'name'])
        .execute()
    }
    await transaction.schema
      .createTable('logged_model_metric')
      .addColumn('model_id', 'text', (column) => column.notNull())
      .addColumn('run_id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('dataset_name', 'text', (column) => column.notNull())
      .addColumn('dataset_digest', 'text', (column) => column.notNull())
      .addColumn('value', 'double precision', (column) => column.notNull())
      .addColumn('is_nan', 'integer', (column) => column.notNull())
      .addColumn('step', 'bigint', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('logged_model_metric_key', [
        'model_id',
        'run_id',
        'name',
        'dataset_name',
        'dataset_digest',
      ])
      .execute()
    await transaction.schema
      .createTable('run_model')
      .addColumn('run_id', 'text', (column) => column.notNull())
      .addColumn('model_id', 'text', (column) => column.notNull())
      .addColumn('direction', 'text', (column) => column.notNull())
      .addColumn('step', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('run_model_key', ['run_id', 'direction', 'model_id'])
      .execute()
  },
}
