import type { Generated } from 'kysely'

/** Applied migrations, one row each. */
export interface MigrationTable {
  name: string
  applied_at: number
}

/** The outbox: what happened, in order. Written in the transaction of the change. */
export interface EventTable {
  seq: Generated<number>
  name: string
  subject: string
  workspace: string | null
  actor: string
  at: number
  request_id: string | null
  data: string
  before: string | null
  after: string | null
}

/** How far a durable consumer of events has come. */
export interface EventCursorTable {
  consumer: string
  seq: number
}

/** Small facts of the installation, such as the routing table's version. */
export interface SettingTable {
  name: string
  value: string
}

/**
 * All tables. A room adds its own by declaration merging from its `<noun>-tables.ts`:
 * `declare module '../platform/database/tables.ts' { interface Tables { job: JobTable } }`.
 */
export interface Tables {
  migration: MigrationTable
  event: EventTable
  event_cursor: EventCursorTable
  setting: SettingTable
}
