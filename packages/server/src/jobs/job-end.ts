import { appendEvent, type Platform, type Transaction } from '../platform/index.ts'
import type { Experiments } from '../experiments/index.ts'
import * as jobs from './job-store.ts'
import type { JobTable } from './job-tables.ts'
import * as steps from './step-store.ts'

/** One step less to wait for; with the last one the job ends: canceled if that was asked for, failed if any step did, else succeeded. */
export async function countDown(
  platform: Platform,
  experiments: Pick<Experiments, 'setRunStatus'>,
  tx: Transaction,
  job: JobTable,
): Promise<void> {
  if ((await jobs.countDown(tx, job.id)) > 0) return
  const current = await jobs.findJob(tx, job.id)
  if (current === undefined) return
  const failed = (await steps.listSteps(tx, job.id)).find((step) => step.status === 'failed')
  const canceled = current.cancel_requested_at !== null
  const status = canceled ? 'canceled' : failed === undefined ? 'succeeded' : 'failed'
  const now = platform.clock.now()
  await jobs.endJob(tx, job.id, {
    status,
    error: failed?.error ?? null,
    ended_at: now,
    started_at: current.started_at ?? now,
  })
  await experiments.setRunStatus(
    tx,
    job.id,
    status === 'succeeded' ? 'finished' : status === 'failed' ? 'failed' : 'killed',
  )
  await appendEvent(tx, {
    name: 'job.ended',
    subject: job.id,
    workspace: job.workspace,
    actor: 'system',
    at: now,
    data: { jobId: job.id, status, name: job.name },
    after: { status },
  })
}
