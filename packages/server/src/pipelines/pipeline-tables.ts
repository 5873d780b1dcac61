import { sql } from 'kysely'
import type { Migration } from '../platform/index.ts'

/** What a step with this key left behind. */
export interface StepCacheTable {
  workspace: string
  key: string
  job_id: string
  step: string
  run_id: string | null
  result: string
  created_at: number
}

export interface PipelineTable {
  id: string
  workspace: string
  name: string
  version: number
  description: string
  submission: string
  parameters: string
  steps: string
  /** What the publisher calls the version. */
  label: string | null
  /** A version can be taken out of use by itself. */
  enabled: number
  created_at: number
  created_by: string
}

export interface PipelineStateTable {
  workspace: string
  name: string
  enabled: number
  latest: number
  updated_at: number
}

export interface PipelineEndpointTable {
  id: string
  workspace: string
  name: string
  description: string
  enabled: number
  default_version: number
  created_at: number
  created_by: string
  updated_at: number
}

export interface PipelineEndpointVersionTable {
  endpoint_id: string
  version: number
  pipeline_id: string
  created_at: number
}

/** Answers to requests with an `Idempotency-Key`. */
export interface IdempotencyTable {
  key: string
  job_id: string
  created_at: number
}

declare module '../platform/database/tables.ts' {
  interface Tables {
    step_cache: StepCacheTable
    pipeline: PipelineTable
    pipeline_state: PipelineStateTable
    pipeline_endpoint: PipelineEndpointTable
    pipeline_endpoint_version: PipelineEndpointVersionTable
    idempotency: IdempotencyTable
  }
}

export const pipelineMigrations: readonly Migration[] = [
  {
    name: 'pipelines/0001-initial',
    async up({ schema }) {
      await schema
        .createTable('step_cache')
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('key', 'text', (column) => column.notNull())
        .addColumn('job_id', 'text', (column) => column.notNull())
        .addColumn('step', 'text', (column) => column.notNull())
        .addColumn('run_id', 'text')
        .addColumn('result', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('step_cache_key', ['workspace', 'key'])
        .execute()
      await schema
        .createTable('pipeline')
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('description', 'text', (column) => column.notNull())
        .addColumn('submission', 'text', (column) => column.notNull())
        .addColumn('parameters', 'text', (column) => column.notNull())
        .addColumn('steps', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('created_by', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('pipeline_key', ['workspace', 'name', 'version'])
        .execute()
      await schema
        .createTable('pipeline_state')
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('enabled', 'integer', (column) => column.notNull())
        .addColumn('latest', 'integer', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('pipeline_state_key', ['workspace', 'name'])
        .execute()
      await schema
        .createTable('idempotency')
        .addColumn('key', 'text', (column) => column.primaryKey())
        .addColumn('job_id', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute()
    },
  },
  {
    name: 'pipelines/0002-version-ids-and-endpoints',
    async up(transaction) {
      const { schema } = transaction
      await schema
        .alterTable('pipeline')
        .addColumn('id', 'text', (column) => column.notNull().defaultTo(''))
        .execute()
      await schema.alterTable('pipeline').addColumn('label', 'text').execute()
      await schema
        .alterTable('pipeline')
        .addColumn('enabled', 'integer', (column) => column.notNull().defaultTo(1))
        .execute()
      // Versions of before had no id of their own; a name may not hold a colon, so that this one is free.
      await sql`update pipeline set id = workspace || ':' || name || ':' || version where id = ''`.execute(transaction)
      await schema.createIndex('pipeline_id').unique().on('pipeline').column('id').execute()
      await schema
        .createTable('pipeline_endpoint')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('description', 'text', (column) => column.notNull())
        .addColumn('enabled', 'integer', (column) => column.notNull())
        .addColumn('default_version', 'integer', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('created_by', 'text', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('pipeline_endpoint_name', ['workspace', 'name'])
        .execute()
      await schema
        .createTable('pipeline_endpoint_version')
        .addColumn('endpoint_id', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('pipeline_id', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('pipeline_endpoint_version_pk', ['endpoint_id', 'version'])
        .execute()
    },
  },
]
