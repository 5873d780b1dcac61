import type { Client } from '@modelyard/client'
import { exitCodes } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import { duration } from '../output/words.ts'
import { patiently } from '../patience.ts'
import type { Session } from '../session.ts'
import { createJobProgress } from './progress.ts'
import type { Job } from './job-view.ts'

const longestPauseMs = 1_000
const isOver = (job: Job): boolean => job.endedAt !== null

/** Waits until a job has ended, showing its steps; fails with exit code 8 after `timeoutSeconds`. */
export async function waitForJob(session: Session, id: string, timeoutSeconds?: number): Promise<Job> {
  const { clock } = session.host
  const deadline = timeoutSeconds === undefined ? Infinity : clock.monotonic() + timeoutSeconds * 1000
  const news = listen(session.client, session.workspace)
  const progress = createJobProgress(session)
  try {
    for (;;) {
      // Asked for before the job is read: a change while it is read counts, too.
      const change = news.next()
      const job = await patiently(session, () =>
        session.client.call('getJob', { params: { ws: session.workspace, id } }),
      )
      progress.show(job)
      if (isOver(job)) return job
      const left = deadline - clock.monotonic()
      if (left <= 0) throw timedOut(job, timeoutSeconds ?? 0)
      const pause = new AbortController()
      await Promise.race([clock.sleep(Math.min(longestPauseMs, left), pause.signal), change])
      pause.abort()
    }
  } finally {
    progress.end()
    news.stop()
  }
}

/** Lets the waiting look at once when the event stream tells of jobs; without the stream it still looks every second. */
function listen(client: Client, workspace: string): { next(): Promise<void>; stop(): void } {
  const controller = new AbortController()
  let wake = Promise.withResolvers<void>()
  const read = async (): Promise<void> => {
    for await (const event of client.events(workspace, { signal: controller.signal })) {
      if (!event.name.startsWith('job.') && event.name !== 'step.changed') continue
      wake.resolve()
      wake = Promise.withResolvers<void>()
    }
  }
  read().catch(() => undefined)
  return { next: () => wake.promise, stop: () => controller.abort() }
}

function timedOut(job: Job, seconds: number): CommandFailure {
  return new CommandFailure({
    exitCode: exitCodes.waitTimedOut,
    code: 'wait_timed_out',
    title: 'The job still runs',
    detail: `Job ${job.id} was ${job.status} after ${duration(seconds * 1000)}; it goes on.`,
    remedy: `See it with \`modelyard job show ${job.id}\`, or end it with \`modelyard job cancel ${job.id}\`.`,
  })
}
