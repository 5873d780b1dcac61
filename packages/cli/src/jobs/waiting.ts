import type { Client } from '@modelyard/client'
import { exitCodes } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import { duration } from '../output/words.ts'
import { patiently } from '../patience.ts'
import type { Session } from '../session.ts'
import { createJobProgress } from './progress.ts'
import type { Job } from './job-view.ts'

const longestPauseMs = 1_000
/** A job of many short steps changes all the time; it is read again this often at the most, and at once when it ends. */
const shortestPauseMs = 300
const isOver = (job: Job): boolean => job.endedAt !== null

/** Waits until a job has ended, showing its steps; fails with exit code 8 after `timeoutSeconds`. */
export async function waitForJob(session: Session, id: string, timeoutSeconds?: number): Promise<Job> {
  const { clock } = session.host
  const deadline = timeoutSeconds === undefined ? Infinity : clock.monotonic() + timeoutSeconds * 1000
  const news = listen(session.client, session.workspace, id)
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
      await Promise.race([
        clock.sleep(Math.min(longestPauseMs, left), pause.signal),
        Promise.all([change, clock.sleep(shortestPauseMs, pause.signal)]),
        news.ended,
      ])
      pause.abort()
    }
  } finally {
    progress.end()
    news.stop()
  }
}

/** Tells when something of a job has changed and when it has ended, by the event stream; without the stream the waiting still looks every second. */
function listen(
  client: Client,
  workspace: string,
  id: string,
): { next(): Promise<void>; ended: Promise<void>; stop(): void } {
  const controller = new AbortController()
  const end = Promise.withResolvers<void>()
  let wake = Promise.withResolvers<void>()
  const read = async (): Promise<void> => {
    for await (const event of client.events(workspace, { signal: controller.signal })) {
      if (event.data['jobId'] !== id) continue
      if (event.name === 'job.ended') end.resolve()
      wake.resolve()
      wake = Promise.withResolvers<void>()
    }
  }
  read().catch(() => undefined)
  return { next: () => wake.promise, ended: end.promise, stop: () => controller.abort() }
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
