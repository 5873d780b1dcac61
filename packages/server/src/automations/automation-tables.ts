import type { LoopStatus } from '@modelyard/contract'
import { sql } from 'kysely'
import type { Migration } from '../platform/index.ts'
import { webhookMigration, type AlertNoticeTable, type DeliveryTable, type WebhookTable } from './webhook-tables.ts'

export interface TriggerTable {
  workspace: string
  name: string
  source: string
  pipeline: string
  set: string
  cool_down_ms: number
  budget_per_day: number
  min_new_labels: number
  /** JSON of endpoint and policy, or null. */
  rollout: string | null
  enabled: number
  last_fired_at: number | null
  last_skip_at: number | null
  last_skip_reason: string | null
  created_at: number
  created_by: string
}

export interface LoopTable {
  id: string
  workspace: string
  trigger: string
  pipeline: string
  monitor: string | null
  endpoint: string | null
  alert_id: string | null
  status: LoopStatus
  reason: string
  stages: string
  /** JSON of the trigger's plan as it was at the start. */
  plan: string
  job_id: string | null
  model: string | null
  version: string | null
  deployment: string | null
  previous_deployment: string | null
  rollout_id: string | null
  rollout_mark: string | null
  new_labels: number | null
  /** Grows with every change; a change is made on the revision that was read, or not at all. */
  revision: number
  started_at: number
  started_by: string
  trained_at: number | null
  stage_since: number
  ended_at: number | null
  /** When what the loop left behind is to be put away; null: nothing is left. */
  tidy_at: number | null
}

/** Alerts as the events told of them: monitors own the alerts, this is what triggers and notices need. */
export interface KnownAlertTable {
  workspace: string
  id: string
  monitor: string
  endpoint: string
  signal: string
  type: string
  status: 'firing' | 'acknowledged' | 'resolved'
  trigger: string | null
  /** The event's data. */
  data: string
  fired_at: number
  updated_at: number
  /** The loop that answers it. */
  loop_id: string | null
  skip_rule: string | null
  /** When its trigger is looked at again; null: when an event asks for it. */
  look_at: number | null
}

declare module '../platform/database/tables.ts' {
  interface Tables {
    automation_trigger: TriggerTable
    automation_loop: LoopTable
    known_alert: KnownAlertTable
    webhook: WebhookTable
    delivery: DeliveryTable
    alert_notice: AlertNoticeTable
  }
}

export const automationMigrations: readonly Migration[] = [
  {
    name: 'automations/0001-initial',
    async up(transaction) {
      const { schema } = transaction
      await schema
        .createTable('automation_trigger')
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('pipeline', 'text', (column) => column.notNull())
        .addColumn('set', 'text', (column) => column.notNull())
        .addColumn('cool_down_ms', 'bigint', (column) => column.notNull())
        .addColumn('budget_per_day', 'integer', (column) => column.notNull())
        .addColumn('min_new_labels', 'integer', (column) => column.notNull())
        .addColumn('rollout', 'text')
        .addColumn('enabled', 'integer', (column) => column.notNull())
        .addColumn('last_fired_at', 'bigint')
        .addColumn('last_skip_at', 'bigint')
        .addColumn('last_skip_reason', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('created_by', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('automation_trigger_pk', ['workspace', 'name'])
        .execute()
      await schema
        .createTable('automation_loop')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('trigger', 'text', (column) => column.notNull())
        .addColumn('pipeline', 'text', (column) => column.notNull())
        .addColumn('monitor', 'text')
        .addColumn('endpoint', 'text')
        .addColumn('alert_id', 'text')
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('reason', 'text', (column) => column.notNull())
        .addColumn('stages', 'text', (column) => column.notNull())
        .addColumn('plan', 'text', (column) => column.notNull())
        .addColumn('job_id', 'text')
        .addColumn('model', 'text')
        .addColumn('version', 'text')
        .addColumn('deployment', 'text')
        .addColumn('previous_deployment', 'text')
        .addColumn('rollout_id', 'text')
        .addColumn('rollout_mark', 'text')
        .addColumn('new_labels', 'integer')
        .addColumn('revision', 'integer', (column) => column.notNull())
        .addColumn('started_at', 'bigint', (column) => column.notNull())
        .addColumn('started_by', 'text', (column) => column.notNull())
        .addColumn('trained_at', 'bigint')
        .addColumn('stage_since', 'bigint', (column) => column.notNull())
        .addColumn('ended_at', 'bigint')
        .addColumn('tidy_at', 'bigint')
        .execute()
      // One loop at a time per trigger, also when two servers of one database decide at once.
      await schema
        .createIndex('automation_loop_open')
        .unique()
        .on('automation_loop')
        .columns(['workspace', 'trigger'])
        .where(sql.ref('ended_at'), 'is', null)
        .execute()
      await schema
        .createIndex('automation_loop_list')
        .on('automation_loop')
        .columns(['workspace', 'started_at', 'id'])
        .execute()
      await schema
        .createTable('known_alert')
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('id', 'text', (column) => column.notNull())
        .addColumn('monitor', 'text', (column) => column.notNull())
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('signal', 'text', (column) => column.notNull())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('trigger', 'text')
        .addColumn('data', 'text', (column) => column.notNull())
        .addColumn('fired_at', 'bigint', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .addColumn('loop_id', 'text')
        .addColumn('skip_rule', 'text')
        .addColumn('look_at', 'bigint')
        .addPrimaryKeyConstraint('known_alert_pk', ['workspace', 'id'])
        .execute()
      await schema.createIndex('known_alert_look').on('known_alert').columns(['look_at']).execute()
    },
  },
  webhookMigration,
]
