import { exitCodeOfJob } from '../exit-codes.ts'
import type { Session } from '../session.ts'
import { renderJob, type Job } from './job-view.ts'
import { waitForJob } from './waiting.ts'

/** The options of commands that start a job. */
export const startingOptions = {
  set: { flags: '--set', summary: 'parameter of the file; repeat for more', kind: 'texts', value: 'NAME=VALUE' },
  wait: { flags: '--wait', summary: 'stay until the job has ended; its outcome is the exit code', kind: 'flag' },
  timeout: {
    flags: '--timeout',
    summary: 'give up waiting after this many seconds (exit code 8)',
    kind: 'number',
    value: 'S',
  },
  force: { flags: '--force', summary: 'reuse nothing', kind: 'flag' },
  requirePass: { flags: '--require-pass', summary: 'exit code 12 unless every gate passed', kind: 'flag' },
} as const

interface StartingValues {
  readonly wait: boolean
  readonly timeout: number | undefined
  readonly requirePass: boolean
}

/** After a submission: prints the job, or waits and prints how it ended. Answers the exit code. */
export async function finishSubmission(session: Session, job: Job, options: StartingValues): Promise<number> {
  const waits = options.wait || options.requirePass || options.timeout !== undefined
  if (!waits) {
    print(session, job)
    return 0
  }
  if (!session.output.json) session.output.note(`${session.output.errorStyle.bold(job.id)} ${job.url}`)
  const ended = await waitForJob(session, job.id, options.timeout)
  print(session, ended)
  return exitCodeOfJob(ended, options.requirePass)
}

function print(session: Session, job: Job): void {
  session.output.document(job, () => renderJob(job, session.output.style, session.host.clock.now()))
}
