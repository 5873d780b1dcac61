import { toTimestamp, type Timer } from '@modelyard/platform'
import type { Compute } from '../compute/index.ts'
import type { Platform } from '../platform/index.ts'
import { countDemand, listDemandedTargets, listQueued } from './step-store.ts'
import { findJob } from './job-store.ts'

const coalesceMs = 20
const shownSteps = 200

/** Tells compute how much work waits for each target; changes of one moment are told once. */
export function createDemand(platform: Platform, compute: Pick<Compute, 'setDemand'>) {
  const pending = new Set<string>()
  let timer: Timer | undefined

  async function tell(): Promise<void> {
    timer = undefined
    const targets = [...pending]
    pending.clear()
    for (const targetId of targets) {
      const { queued, held } = await countDemand(platform.store.read, targetId)
      const rows = await listQueued(platform.store.read, targetId, shownSteps)
      const waiting = []
      for (const row of rows)
        waiting.push({
          jobId: row.job_id,
          jobName: (await findJob(platform.store.read, row.job_id))?.name ?? '',
          step: row.name,
          queuedAt: toTimestamp(row.queued_at ?? row.created_at),
          workspace: row.workspace,
        })
      compute.setDemand(targetId, { queued, held, waiting })
    }
  }

  function changed(targetId: string): void {
    pending.add(targetId)
    timer ??= platform.clock.after(
      coalesceMs,
      () =>
        void tell().catch((error: unknown) => platform.logger.error({ err: error }, 'the demand could not be told')),
    )
  }

  return {
    changed,
    async start() {
      for (const targetId of await listDemandedTargets(platform.store.read)) changed(targetId)
    },
  }
}
