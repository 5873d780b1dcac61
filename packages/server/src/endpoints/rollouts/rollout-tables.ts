import type { RolloutState } from '@modelyard/contract'
import { sql } from 'kysely'
import type { Migration } from '../../platform/index.ts'

export interface RolloutTable {
  id: string
  workspace: string
  endpoint: string
  deployment: string
  state: RolloutState
  reason: string
  step: number
  /** The steps with what each found, as JSON. */
  steps: string
  policy: string
  /** Traffic and copies before; what a rollback restores. */
  stable: string
  mirror_before: string
  waits_for_approval: number
  /** What was counted in this step so far, and the counters it was read from. */
  evidence: string
  /** What the stable deployments did before this step: what a step compares with that leaves them no traffic. */
  baseline: string
  /** The model's champion before the promotion. */
  previous_champion: number | null
  started_by: string
  /** Grows with every change; a change is made only to the revision it was computed from. */
  revision: number
  created_at: number
  updated_at: number
  ended_at: number | null
}

declare module '../../platform/database/tables.ts' {
  interface Tables {
    rollout: RolloutTable
  }
}

export const rolloutMigrations: readonly Migration[] = [
  {
    name: 'endpoints/0003-rollouts',
    async up({ schema }) {
      await schema
        .createTable('rollout')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('endpoint', 'text', (column) => column.notNull())
        .addColumn('deployment', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('reason', 'text', (column) => column.notNull())
        .addColumn('step', 'integer', (column) => column.notNull())
        .addColumn('steps', 'text', (column) => column.notNull())
        .addColumn('policy', 'text', (column) => column.notNull())
        .addColumn('stable', 'text', (column) => column.notNull())
        .addColumn('mirror_before', 'text', (column) => column.notNull())
        .addColumn('waits_for_approval', 'integer', (column) => column.notNull())
        .addColumn('evidence', 'text', (column) => column.notNull())
        .addColumn('baseline', 'text', (column) => column.notNull())
        .addColumn('previous_champion', 'integer')
        .addColumn('started_by', 'text', (column) => column.notNull())
        .addColumn('revision', 'integer', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('updated_at', 'bigint', (column) => column.notNull())
        .addColumn('ended_at', 'bigint')
        .execute()
      await schema
        .createIndex('rollout_by_endpoint')
        .on('rollout')
        .columns(['workspace', 'endpoint', 'created_at', 'id'])
        .execute()
      // One at a time: the database itself refuses a second one.
      await schema
        .createIndex('rollout_active')
        .unique()
        .on('rollout')
        .columns(['workspace', 'endpoint'])
        .where(sql.ref('ended_at'), 'is', null)
        .execute()
    },
  },
]
