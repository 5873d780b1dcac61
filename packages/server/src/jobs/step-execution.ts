import type { Failure } from '@modelyard/contract'
import type { Platform, Transaction } from '../platform/index.ts'
import * as jobs from './job-store.ts'
import type { JobTable, StepTable } from './job-tables.ts'
import type { FinishedStep, ReadyStep, StepExecutor } from './ports.ts'
import type { StepResult } from './step.ts'
import * as steps from './step-store.ts'

export interface StepExecutionDeps {
  write<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result>
  end(tx: Transaction, job: JobTable, step: StepTable, finished: FinishedStep): Promise<void>
}

/** Steps that the server does itself. */
export function createStepExecution(platform: Platform, { write, end }: StepExecutionDeps) {
  const executors = new Map<string, StepExecutor>()

  /** Does a server-side step and ends it; also after a restart, since nothing is published before the end. */
  async function execute(ready: ReadyStep): Promise<void> {
    const executor = executors.get(ready.spec.kind)
    let publish: ((tx: Transaction) => Promise<StepResult>) | undefined
    let failure: Failure | undefined
    try {
      publish = await executor?.(ready)
    } catch (error) {
      failure = toFailure(error)
      if (failure.code === 'internal_error')
        platform.logger.error({ err: error, job: ready.jobId, step: ready.name }, 'a step of the server failed')
    }
    await write(async (tx) => {
      const job = await jobs.findJob(tx, ready.jobId)
      const step = await steps.findStep(tx, ready.jobId, ready.name)
      if (job === undefined || step === undefined || step.status !== 'running') return
      if (job.cancel_requested_at !== null) return end(tx, job, step, { status: 'canceled' })
      if (publish === undefined)
        return end(tx, job, step, {
          status: 'failed',
          error: failure ?? {
            code: 'internal_error',
            message: `there is no executor for ${ready.spec.kind}`,
            logTail: [],
          },
        })
      return end(tx, job, step, { status: 'succeeded', result: await publish(tx) })
    }).catch((error: unknown) =>
      platform.logger.error(
        { err: error, job: ready.jobId, step: ready.name },
        'the end of a step could not be written',
      ),
    )
  }

  return { execute, register: (kind: string, executor: StepExecutor) => void executors.set(kind, executor) }
}

/** A failure as the job document shows it. */
function toFailure(error: unknown): Failure {
  if (typeof error === 'object' && error !== null && 'code' in error && 'places' in error && error instanceof Error)
    return { code: String(error.code), message: error.message, logTail: [] }
  return { code: 'internal_error', message: error instanceof Error ? error.message : String(error), logTail: [] }
}
