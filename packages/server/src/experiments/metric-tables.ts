import { sql } from 'kysely'
import type { Migration } from '../platform/index.ts'

/** The greatest point of a series by (step, time, value): what a search looks at. A value that is not a number is 0 with `is_nan` 1. */
interface RunMetricTable {
  run_id: string
  name: string
  value: number
  is_nan: number
  step: number
  at: number
  /** Points written since the series was last packed. */
  tail_points: number
}

/** The newest points of a series, a row each, until they are packed. The key drops what a client sends twice. */
interface MetricPointTable {
  run_id: string
  name: string
  step: number
  at: number
  value: number
  is_nan: number
}

/** Older points of a series, a thousand to a row: three columns of 64-bit floats one after the other. */
interface MetricChunkTable {
  run_id: string
  name: string
  seq: number
  count: number
  min_step: number
  max_step: number
  points: Uint8Array
}

declare module '../platform/database/tables.ts' {
  interface Tables {
    run_metric: RunMetricTable
    metric_point: MetricPointTable
    metric_chunk: MetricChunkTable
  }
}

export const metricTables: Migration = {
  name: 'experiments/0003-metric',
  async up(transaction) {
    await transaction.schema
      .createTable('run_metric')
      .addColumn('run_id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('value', 'double precision', (column) => column.notNull())
      .addColumn('is_nan', 'integer', (column) => column.notNull())
      .addColumn('step', 'bigint', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('tail_points', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('run_metric_key', ['run_id', 'name'])
      .execute()
    await transaction.schema
      .createTable('metric_point')
      .addColumn('run_id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('step', 'bigint', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .addColumn('value', 'double precision', (column) => column.notNull())
      .addColumn('is_nan', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('metric_point_key', ['run_id', 'name', 'step', 'at', 'value', 'is_nan'])
      .execute()
    await transaction.schema
      .createTable('metric_chunk')
      .addColumn('run_id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('seq', 'integer', (column) => column.notNull())
      .addColumn('count', 'integer', (column) => column.notNull())
      .addColumn('min_step', 'bigint', (column) => column.notNull())
      .addColumn('max_step', 'bigint', (column) => column.notNull())
      // Postgres' name of the type; SQLite keeps bytes under any.
      .addColumn('points', sql`bytea`, (column) => column.notNull())
      .addPrimaryKeyConstraint('metric_chunk_key', ['run_id', 'name', 'seq'])
      .execute()
  },
}
