import type { AttemptState, JobStatus, StepStatus } from '@modelyard/contract'
import type { Migration } from '../platform/index.ts'

export interface JobTable {
  id: string
  workspace: string
  name: string
  experiment: string
  experiment_id: string
  status: JobStatus
  error: string | null
  created_at: number
  started_at: number | null
  ended_at: number | null
  cancel_requested_at: number | null
  created_by: string
  pipeline_name: string | null
  pipeline_version: number | null
  parameters: string
  tags: string
  warnings: string
  submission: string
  force: number
  continue_on_failure: number
  /** Steps that have not ended; the job ends when this is 0. */
  open_steps: number
}

export interface StepTable {
  job_id: string
  name: string
  workspace: string
  position: number
  kind: 'command' | 'gate'
  status: StepStatus
  reused: number
  reused_job: string | null
  reused_step: string | null
  run_id: string | null
  compute_target: string | null
  compute_target_id: string | null
  error: string | null
  reason: string
  /** Why a running step was asked to end although its job was not canceled. */
  stop_reason: string | null
  /** Steps that must end before this one may begin. */
  open_needs: number
  spec: string
  key: string | null
  key_components: string | null
  outputs: string
  evidence: string | null
  fence: number
  attempts: number
  failures: number
  attempt_id: string | null
  attempt_state: AttemptState | null
  node_id: string | null
  created_at: number
  queued_at: number | null
  started_at: number | null
  ended_at: number | null
}

export interface EdgeTable {
  job_id: string
  from_step: string
  to_step: string
}

export interface AttemptTable {
  id: string
  job_id: string
  step: string
  workspace: string
  number: number
  fence: number
  state: AttemptState
  node_id: string | null
  queued_at: number
  started_at: number | null
  ended_at: number | null
  exit_code: number | null
  message: string
}

declare module '../platform/database/tables.ts' {
  interface Tables {
    job: JobTable
    step: StepTable
    edge: EdgeTable
    attempt: AttemptTable
  }
}

export const jobMigrations: readonly Migration[] = [
  {
    name: 'jobs/0001-initial',
    async up({ schema }) {
      await schema
        .createTable('job')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('experiment', 'text', (column) => column.notNull())
        .addColumn('experiment_id', 'text', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('error', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('started_at', 'bigint')
        .addColumn('ended_at', 'bigint')
        .addColumn('cancel_requested_at', 'bigint')
        .addColumn('created_by', 'text', (column) => column.notNull())
        .addColumn('pipeline_name', 'text')
        .addColumn('pipeline_version', 'integer')
        .addColumn('parameters', 'text', (column) => column.notNull())
        .addColumn('tags', 'text', (column) => column.notNull())
        .addColumn('warnings', 'text', (column) => column.notNull())
        .addColumn('submission', 'text', (column) => column.notNull())
        .addColumn('force', 'integer', (column) => column.notNull())
        .addColumn('continue_on_failure', 'integer', (column) => column.notNull())
        .addColumn('open_steps', 'integer', (column) => column.notNull())
        .execute()
      await schema.createIndex('job_workspace_id').on('job').columns(['workspace', 'id']).execute()
      await schema.createIndex('job_pipeline').on('job').columns(['workspace', 'pipeline_name', 'id']).execute()
      await schema
        .createTable('step')
        .addColumn('job_id', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('position', 'integer', (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('status', 'text', (column) => column.notNull())
        .addColumn('reused', 'integer', (column) => column.notNull())
        .addColumn('reused_job', 'text')
        .addColumn('reused_step', 'text')
        .addColumn('run_id', 'text')
        .addColumn('compute_target', 'text')
        .addColumn('compute_target_id', 'text')
        .addColumn('error', 'text')
        .addColumn('reason', 'text', (column) => column.notNull())
        .addColumn('open_needs', 'integer', (column) => column.notNull())
        .addColumn('spec', 'text', (column) => column.notNull())
        .addColumn('key', 'text')
        .addColumn('key_components', 'text')
        .addColumn('outputs', 'text', (column) => column.notNull())
        .addColumn('evidence', 'text')
        .addColumn('fence', 'integer', (column) => column.notNull())
        .addColumn('attempts', 'integer', (column) => column.notNull())
        .addColumn('failures', 'integer', (column) => column.notNull())
        .addColumn('attempt_id', 'text')
        .addColumn('attempt_state', 'text')
        .addColumn('node_id', 'text')
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('queued_at', 'bigint')
        .addColumn('started_at', 'bigint')
        .addColumn('ended_at', 'bigint')
        .addPrimaryKeyConstraint('step_key', ['job_id', 'name'])
        .execute()
      await schema.createIndex('step_attempt').on('step').column('attempt_id').execute()
      await schema
        .createIndex('step_queue')
        .on('step')
        .columns(['compute_target_id', 'attempt_state', 'queued_at'])
        .execute()
      await schema.createIndex('step_by_key').on('step').columns(['workspace', 'key']).execute()
      await schema.createIndex('step_by_name').on('step').columns(['workspace', 'name', 'created_at']).execute()
      await schema.createIndex('step_node').on('step').columns(['node_id', 'attempt_state']).execute()
      await schema
        .createTable('edge')
        .addColumn('job_id', 'text', (column) => column.notNull())
        .addColumn('from_step', 'text', (column) => column.notNull())
        .addColumn('to_step', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('edge_key', ['job_id', 'from_step', 'to_step'])
        .execute()
      await schema
        .createTable('attempt')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('job_id', 'text', (column) => column.notNull())
        .addColumn('step', 'text', (column) => column.notNull())
        .addColumn('workspace', 'text', (column) => column.notNull())
        .addColumn('number', 'integer', (column) => column.notNull())
        .addColumn('fence', 'integer', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('node_id', 'text')
        .addColumn('queued_at', 'bigint', (column) => column.notNull())
        .addColumn('started_at', 'bigint')
        .addColumn('ended_at', 'bigint')
        .addColumn('exit_code', 'integer')
        .addColumn('message', 'text', (column) => column.notNull())
        .execute()
      await schema.createIndex('attempt_step').on('attempt').columns(['job_id', 'step', 'number']).execute()
    },
  },
  {
    name: 'jobs/0002-stop-reasons',
    async up({ schema }) {
      await schema.alterTable('step').addColumn('stop_reason', 'text').execute()
    },
  },
]
