/** What the shell gets to know; scripts hold on to these numbers. */
export const exitCodes = {
  done: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  notAllowed: 4,
  conflict: 5,
  unreachable: 6,
  waitTimedOut: 8,
  jobFailed: 10,
  jobCanceled: 11,
  gateRefused: 12,
} as const

/** The exit code for an HTTP refusal: whose turn it is decides. */
export function exitCodeOfStatus(status: number): number {
  if (status === 401 || status === 403) return exitCodes.notAllowed
  if (status === 404 || status === 410) return exitCodes.notFound
  if (status === 409 || status === 412) return exitCodes.conflict
  // What was typed, or the file it named, is wrong.
  if (status === 400 || status === 413 || status === 415) return exitCodes.usage
  return exitCodes.failure
}

/** The exit code for how a job ended, with `requirePass` also for what its gates decided. */
export function exitCodeOfJob(job: JobOutcome, requirePass: boolean): number {
  if (job.status === 'failed') return exitCodes.jobFailed
  if (job.status === 'canceled') return exitCodes.jobCanceled
  if (!requirePass) return exitCodes.done
  const decisions = job.steps.flatMap((step) => (step.evidence === null ? [] : [step.evidence.decision]))
  const passed = decisions.length > 0 && decisions.every((decision) => decision === 'passed' || decision === 'first')
  return passed ? exitCodes.done : exitCodes.gateRefused
}

interface JobOutcome {
  readonly status: string
  readonly steps: readonly { readonly evidence: { readonly decision: string } | null }[]
}
