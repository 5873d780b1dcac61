import type { DeploymentState } from '@modelyard/contract'
import type { Migration } from '../platform/index.ts'

export interface EndpointTable {
  workspace: string
  name: string
  auth_mode: 'key' | 'token' | 'none'
  description: string
  tags: string
  traffic: string
  /** A request header; requests with the same value go to the same deployment. */
  sticky_header: string | null
  /** Percent of copies by deployment, as JSON. */
  mirror: string
  primary_key: string
  secondary_key: string
  created_at: number
  updated_at: number
}

export interface DeploymentTable {
  workspace: string
  endpoint: string
  name: string
  /** Grows with every change of what runs. */
  revision: number
  state: DeploymentState
  reason: string
  error: string | null
  model_name: string | null
  model_version: string | null
  model_format: 'mlflow' | 'onnx' | 'custom' | null
  model_tree: string | null
  code_tree: string | null
  scoring_script: string | null
  python: string
  /** What is built over the interpreter, as JSON; null for the interpreter as it is. */
  environment: string | null
  /** What its environment asks for and cannot be had here, as JSON. */
  environment_warnings: string
  instance_count: number
  request_timeout_ms: number
  max_concurrent_requests: number
  max_queue: number
  max_batch_rows: number
  environment_variables: string
  tags: string
  /** A {@link Collector} as JSON; null when the file says nothing. */
  data_collector: string | null
  created_at: number
  updated_at: number
}

declare module '../platform/database/tables.ts' {
  interface Tables {
    endpoint: EndpointTable
    deployment: DeploymentTable
  }
}

export const endpointMigrations: readonly Migration[] = [
  {
    name: 'endpoints/0001-initial',
    async up({ schema }) {
      await schema
        .createTable('endpoint')
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('auth_mode', 'text', (column) => column.notNull())
        .addColumn('description', 'text', (column) => column.notNull())
        .addColumn('tags', 'text', (column) => column.notNull())
        .addColumn('traffic', 'text', (column) => column.notNull())
        .addColumn('primary_key', 'text', (column) => column.notNull())
        .addColumn('secondary_key', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('endpoint_pk', ['workspace', 'name'])
        .execute()
      await schema
        .createTable('deployment')
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('revision', 'integer', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('reason', 'text', (column) => column.notNull())
        .addColumn('error', 'text')
        .addColumn('model_name', 'text')
        .addColumn('model_version', 'text')
        .addColumn('model_format', 'text')
        .addColumn('model_tree', 'text')
        .addColumn('code_tree', 'text')
        .addColumn('scoring_script', 'text')
        .addColumn('python', 'text', (column) => column.notNull())
        .addColumn('instance_count', 'integer', (column) => column.notNull())
        .addColumn('request_timeout_ms', 'integer', (column) => column.notNull())
        .addColumn('max_concurrent_requests', 'integer', (column) => column.notNull())
        .addColumn('max_queue', 'integer', (column) => column.notNull())
        .addColumn('max_batch_rows', 'integer', (column) => column.notNull())
        .addColumn('environment_variables', 'text', (column) => column.notNull())
        .addColumn('tags', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('deployment_pk', ['workspace', 'endpoint', 'name'])
        .execute()
    },
  },
  {
    name: 'endpoints/0002-copies-and-collection',
    async up({ schema }) {
      await schema.alterTable('endpoint').addColumn('sticky_header', 'text').execute()
      await schema
        .alterTable('endpoint')
        .addColumn('mirror', 'text', (column) => column.notNull().defaultTo('{}'))
        .execute()
      await schema.alterTable('deployment').addColumn('data_collector', 'text').execute()
    },
  },
  {
    name: 'endpoints/0003-environments',
    async up({ schema }) {
      await schema.alterTable('deployment').addColumn('environment', 'text').execute()
      await schema
        .alterTable('deployment')
        .addColumn('environment_warnings', 'text', (column) => column.notNull().defaultTo('[]'))
        .execute()
    },
  },
]
