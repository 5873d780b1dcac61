import type { Migration } from '../platform/index.ts'

export interface ModelTable {
  workspace: string
  name: string
  description: string
  tags: string
  created_at: number
  updated_at: number
  /** The number the last registered version got; numbers are never given twice. */
  last_version: number
}

export interface ModelVersionTable {
  workspace: string
  model: string
  version: number
  format: 'mlflow' | 'onnx' | 'custom'
  status: 'pending' | 'ready' | 'failed'
  tree: string | null
  size_bytes: number
  description: string
  tags: string
  created_at: number
  updated_at: number
  created_by: string
  run_id: string | null
  job_id: string | null
  step: string | null
  code_tree: string | null
  data: string
  metrics: string
  signature: string | null
  evidence: string | null
  source: string | null
  /** MLflow's stage; null is its `None`. */
  stage: string | null
}

export interface ModelAliasTable {
  workspace: string
  model: string
  alias: string
  version: number
}

declare module '../platform/database/tables.ts' {
  interface Tables {
    model: ModelTable
    model_version: ModelVersionTable
    model_alias: ModelAliasTable
  }
}

export const modelMigrations: readonly Migration[] = [
  {
    name: 'models/0001-initial',
    async up({ schema }) {
      await schema
        .createTable('model')
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('description', 'text', (column) => column.notNull())
        .addColumn('tags', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .addColumn('last_version', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('model_key', ['workspace', 'name'])
        .execute()
      await schema
        .createTable('model_version')
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('model', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('format', 'text', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('tree', 'text')
        .addColumn('size_bytes', 'bigint', (column) => column.notNull())
        .addColumn('description', 'text', (column) => column.notNull())
        .addColumn('tags', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .addColumn('created_by', 'text', (column) => column.notNull())
        .addColumn('run_id', 'text')
        .addColumn('job_id', 'text')
        .addColumn('step', 'text')
        .addColumn('code_tree', 'text')
        .addColumn('data', 'text', (column) => column.notNull())
        .addColumn('metrics', 'text', (column) => column.notNull())
        .addColumn('signature', 'text')
        .addColumn('evidence', 'text')
        .addColumn('source', 'text')
        .addPrimaryKeyConstraint('model_version_key', ['workspace', 'model', 'version'])
        .execute()
      await schema.createIndex('model_version_run').on('model_version').column('run_id').execute()
      await schema
        .createTable('model_alias')
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('model', 'text', (column) => column.notNull())
        .addColumn('alias', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('model_alias_key', ['workspace', 'model', 'alias'])
        .execute()
    },
  },
  {
    name: 'models/0002-stage',
    async up({ schema }) {
      await schema.alterTable('model_version').addColumn('stage', 'text').execute()
    },
  },
]
