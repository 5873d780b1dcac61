import type { NodeState } from '@modelyard/contract'
import type { Generated } from 'kysely'
import type { Migration } from '../platform/index.ts'

export interface ComputeTargetTable {
  id: string
  workspace: string
  name: string
  size: string
  min_nodes: number
  max_nodes: number
  idle_ms: number
  slots_per_node: number
  created_at: number
}

/** `pid` and `start_time` name the node's process, so that a restarted server finds it again. */
export interface NodeTable {
  id: string
  target_id: string
  state: NodeState
  reason: string
  slots: number
  pid: number | null
  start_time: string | null
  hostname: string | null
  created_at: number
  state_since: number
}

export interface ScalingDecisionTable {
  id: number
  target_id: string
  at: number
  from_nodes: number
  to_nodes: number
  reason: string
}

declare module '../platform/database/tables.ts' {
  interface Tables {
    compute_target: ComputeTargetTable
    node: NodeTable
    scaling_decision: Omit<ScalingDecisionTable, 'id'> & { id: Generated<number> }
  }
}

export const computeMigrations: readonly Migration[] = [
  {
    name: 'compute/0001-initial',
    async up({ schema }) {
      await schema
        .createTable('compute_target')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('size', 'text', (column) => column.notNull())
        .addColumn('min_nodes', 'integer', (column) => column.notNull())
        .addColumn('max_nodes', 'integer', (column) => column.notNull())
        .addColumn('idle_ms', 'integer', (column) => column.notNull())
        .addColumn('slots_per_node', 'integer', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .execute()
      await schema
        .createTable('node')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('target_id', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('reason', 'text', (column) => column.notNull())
        .addColumn('slots', 'integer', (column) => column.notNull())
        .addColumn('pid', 'integer')
        .addColumn('start_time', 'text')
        .addColumn('hostname', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('state_since', 'bigint', (column) => column.notNull())
        .execute()
      await schema.createIndex('node_target').on('node').columns(['target_id', 'state']).execute()
      await schema
        .createTable('scaling_decision')
        .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('target_id', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('from_nodes', 'integer', (column) => column.notNull())
        .addColumn('to_nodes', 'integer', (column) => column.notNull())
        .addColumn('reason', 'text', (column) => column.notNull())
        .execute()
      await schema.createIndex('scaling_decision_target').on('scaling_decision').columns(['target_id', 'id']).execute()
    },
  },
]
