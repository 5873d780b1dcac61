import type { AlertStatus } from '@modelyard/contract'
import type { Migration } from '../platform/index.ts'

export interface MonitorTable {
  workspace: string
  name: string
  endpoint: string
  /** The file as it is understood, {@link import('./monitor-document.ts').MonitorPlan} as JSON. */
  plan: string
  source: string
  /** Grows with every change of the file. */
  revision: number
  /** What windows are compared with, the baseline of accuracy and the importance of features, as last found. JSON; null before the first run. */
  found: string | null
  last_run_at: number | null
  last_error: string | null
  created_at: number
  created_by: string
  updated_at: number
}

export interface MonitorWindowTable {
  workspace: string
  monitor: string
  start_ms: number
  /** Place among windows of N rows, which may begin at the same moment; 0 for windows of time. */
  place: number
  end_ms: number
  rows: number
  labels: number
  complete: number
  label_delay: string | null
  results: string
  /** The deciding result of each feature, for the heat map. */
  decisions: string
  performance: string
  distributions: string
  collected: string | null
  /** Of windows of N rows: how many rows of the first moment belong to the windows before. */
  skipped: number
  /** What the window was computed from; another one means that it is due. */
  fingerprint: string
  computed_at: number
}

export interface AlertTable {
  workspace: string
  id: string
  monitor: string
  endpoint: string
  signal: string
  type: string
  status: AlertStatus
  since: number
  until: number
  windows: number
  features: string
  evidence: string
  cost: string | null
  summary: string
  trigger_name: string | null
  acknowledged_by: string | null
  note: string | null
  created_at: number
  updated_at: number
  resolved_at: number | null
}

export interface ModelProfileTable {
  workspace: string
  model: string
  version: number
  /** The data asset that the version was trained on, or null. */
  data_name: string | null
  data_version: string | null
  rows: number
  /** Sketches of its columns and of the version’s predictions on rows it did not learn from. JSON. */
  profile: string
  reason: string
  created_at: number
}

declare module '../platform/database/tables.ts' {
  interface Tables {
    monitor: MonitorTable
    monitor_window: MonitorWindowTable
    alert: AlertTable
    model_profile: ModelProfileTable
  }
}

export const monitorMigrations: readonly Migration[] = [
  {
    name: 'monitors/0001-initial',
    async up({ schema }) {
      await schema
        .createTable('monitor')
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('plan', 'text', (column) => column.notNull())
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('revision', 'integer', (column) => column.notNull())
        .addColumn('found', 'text')
        .addColumn('last_run_at', 'bigint')
        .addColumn('last_error', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('created_by', 'text', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('monitor_pk', ['workspace', 'name'])
        .execute()
      await schema.createIndex('monitor_endpoint').on('monitor').columns(['workspace', 'endpoint']).execute()
      await schema
        .createTable('monitor_window')
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('monitor', 'text', (column) => column.notNull())
        .addColumn('start_ms', 'bigint', (column) => column.notNull())
        .addColumn('place', 'integer', (column) => column.notNull())
        .addColumn('end_ms', 'bigint', (column) => column.notNull())
        .addColumn('rows', 'bigint', (column) => column.notNull())
        .addColumn('labels', 'bigint', (column) => column.notNull())
        .addColumn('complete', 'integer', (column) => column.notNull())
        .addColumn('label_delay', 'text')
        .addColumn('results', 'text', (column) => column.notNull())
        .addColumn('decisions', 'text', (column) => column.notNull())
        .addColumn('performance', 'text', (column) => column.notNull())
        .addColumn('distributions', 'text', (column) => column.notNull())
        .addColumn('collected', 'text')
        .addColumn('skipped', 'integer', (column) => column.notNull())
        .addColumn('fingerprint', 'text', (column) => column.notNull())
        .addColumn('computed_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('monitor_window_pk', ['workspace', 'monitor', 'start_ms', 'place'])
        .execute()
      await schema
        .createTable('alert')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('monitor', 'text', (column) => column.notNull())
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('signal', 'text', (column) => column.notNull())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('since', 'bigint', (column) => column.notNull())
        .addColumn('until', 'bigint', (column) => column.notNull())
        .addColumn('windows', 'integer', (column) => column.notNull())
        .addColumn('features', 'text', (column) => column.notNull())
        .addColumn('evidence', 'text', (column) => column.notNull())
        .addColumn('cost', 'text')
        .addColumn('summary', 'text', (column) => column.notNull())
        .addColumn('trigger_name', 'text')
        .addColumn('acknowledged_by', 'text')
        .addColumn('note', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .addColumn('resolved_at', 'bigint')
        .execute()
      await schema.createIndex('alert_monitor').on('alert').columns(['workspace', 'monitor', 'signal']).execute()
      await schema
        .createTable('model_profile')
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('model', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('data_name', 'text')
        .addColumn('data_version', 'text')
        .addColumn('rows', 'bigint', (column) => column.notNull())
        .addColumn('profile', 'text', (column) => column.notNull())
        .addColumn('reason', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('model_profile_pk', ['workspace', 'model', 'version'])
        .execute()
    },
  },
]
