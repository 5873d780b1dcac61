import type { Migration } from '../../platform/index.ts'

/** What a deployment answered and used in one interval. Latencies are counts by the bounds of the gateway's histogram, so intervals can be merged. */
export interface EndpointSeriesTable {
  workspace: string
  endpoint: string
  deployment: string
  interval_seconds: number
  /** Start of the interval, milliseconds since the epoch. */
  at: number
  requests: number
  errors: number
  rejected: number
  latency_counts: string
  latency_sum_ms: number
  cpu_seconds: number
  memory_bytes: number
}

export interface ExceptionGroupTable {
  workspace: string
  endpoint: string
  id: string
  deployment: string
  type: string
  message: string
  traceback: string
  count: number
  first_at: number
  last_at: number
  /** The newest ones, newest first, as JSON. */
  request_ids: string
}

export interface RequestExceptionTable {
  workspace: string
  endpoint: string
  request_id: string
  deployment: string
  at: number
  type: string
  message: string
  traceback: string
}

declare module '../../platform/database/tables.ts' {
  interface Tables {
    endpoint_series: EndpointSeriesTable
    exception_group: ExceptionGroupTable
    request_exception: RequestExceptionTable
  }
}

export const telemetryMigrations: readonly Migration[] = [
  {
    name: 'endpoints/0004-telemetry',
    async up({ schema }) {
      await schema
        .createTable('endpoint_series')
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('deployment', 'text', (column) => column.notNull())
        .addColumn('interval_seconds', 'integer', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('requests', 'bigint', (column) => column.notNull())
        .addColumn('errors', 'bigint', (column) => column.notNull())
        .addColumn('rejected', 'bigint', (column) => column.notNull())
        .addColumn('latency_counts', 'text', (column) => column.notNull())
        .addColumn('latency_sum_ms', 'double precision', (column) => column.notNull())
        .addColumn('cpu_seconds', 'double precision', (column) => column.notNull())
        .addColumn('memory_bytes', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('endpoint_series_pk', [
          'workspace',
          'endpoint',
          'interval_seconds',
          'at',
          'deployment',
        ])
        .execute()
      await schema
        .createIndex('endpoint_series_by_age')
        .on('endpoint_series')
        .columns(['interval_seconds', 'at'])
        .execute()
      await schema
        .createTable('exception_group')
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('id', 'text', (column) => column.notNull())
        .addColumn('deployment', 'text', (column) => column.notNull())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('message', 'text', (column) => column.notNull())
        .addColumn('traceback', 'text', (column) => column.notNull())
        .addColumn('count', 'bigint', (column) => column.notNull())
        .addColumn('first_at', 'bigint', (column) => column.notNull())
        .addColumn('last_at', 'bigint', (column) => column.notNull())
        .addColumn('request_ids', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('exception_group_pk', ['workspace', 'endpoint', 'id'])
        .execute()
      await schema
        .createTable('request_exception')
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('request_id', 'text', (column) => column.notNull())
        .addColumn('deployment', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('message', 'text', (column) => column.notNull())
        .addColumn('traceback', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('request_exception_pk', ['workspace', 'endpoint', 'request_id', 'deployment'])
        .execute()
      await schema.createIndex('request_exception_by_age').on('request_exception').columns(['at']).execute()
    },
  },
]
