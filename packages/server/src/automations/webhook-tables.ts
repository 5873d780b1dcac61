import type { Delivery, Webhook } from '@modelyard/contract'
import type { Migration } from '../platform/index.ts'

export interface WebhookTable {
  workspace: string
  name: string
  url: string
  events: string
  format: Webhook['format']
  enabled: number
  /** Sealed by the home's secret box. */
  secret: string
  created_at: number
  created_by: string
  last_at: number | null
  last_status: string | null
}

export interface DeliveryTable {
  id: string
  /** Number of the event that it tells of: the order in which a receiver is told. */
  seq: number
  workspace: string
  /** Name of a webhook, or `mail`. */
  webhook: string
  event: string
  subject: string
  status: Delivery['status']
  attempts: number
  last_status: number | null
  last_error: string | null
  body: string
  created_at: number
  next_attempt_at: number | null
  delivered_at: number | null
}

/** What one receiver has been told about the alerts of one monitor. */
export interface AlertNoticeTable {
  workspace: string
  monitor: string
  receiver: string
  /** When the next notice goes out; null: when an alert changes. */
  due_at: number | null
  last_sent_at: number | null
  /** JSON list of ids that the receiver believes to fire. */
  told: string
}

export const webhookMigration: Migration = {
  name: 'automations/0002-webhooks',
  async up({ schema }) {
    await schema
      .createTable('webhook')
      .addColumn('workspace', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('url', 'text', (column) => column.notNull())
      .addColumn('events', 'text', (column) => column.notNull())
      .addColumn('format', 'text', (column) => column.notNull())
      .addColumn('enabled', 'integer', (column) => column.notNull())
      .addColumn('secret', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('created_by', 'text', (column) => column.notNull())
      .addColumn('last_at', 'bigint')
      .addColumn('last_status', 'text')
      .addPrimaryKeyConstraint('webhook_pk', ['workspace', 'name'])
      .execute()
    await schema
      .createTable('delivery')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('seq', 'bigint', (column) => column.notNull())
      .addColumn('workspace', 'text', (column) => column.notNull())
      .addColumn('webhook', 'text', (column) => column.notNull())
      .addColumn('event', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('attempts', 'integer', (column) => column.notNull())
      .addColumn('last_status', 'integer')
      .addColumn('last_error', 'text')
      .addColumn('body', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('next_attempt_at', 'bigint')
      .addColumn('delivered_at', 'bigint')
      .execute()
    await schema.createIndex('delivery_due').on('delivery').columns(['next_attempt_at', 'seq']).execute()
    await schema
      .createIndex('delivery_order')
      .on('delivery')
      .columns(['workspace', 'webhook', 'subject', 'next_attempt_at', 'seq'])
      .execute()
    await schema.createIndex('delivery_list').on('delivery').columns(['workspace', 'webhook', 'seq', 'id']).execute()
    await schema
      .createTable('alert_notice')
      .addColumn('workspace', 'text', (column) => column.notNull())
      .addColumn('monitor', 'text', (column) => column.notNull())
      .addColumn('receiver', 'text', (column) => column.notNull())
      .addColumn('due_at', 'bigint')
      .addColumn('last_sent_at', 'bigint')
      .addColumn('told', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('alert_notice_pk', ['workspace', 'monitor', 'receiver'])
      .execute()
  },
}
