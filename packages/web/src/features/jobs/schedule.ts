import type { Answer } from '@modelyard/client'

export type Job = Answer<'getJob'>
export type Step = Job['steps'][number]

/** Milliseconds a step has taken so far. */
export function stepMs(step: Step, now: number): number {
  if (step.reused || step.startedAt === null) return 0
  return Math.max(0, (step.endedAt === null ? now : Date.parse(step.endedAt)) - Date.parse(step.startedAt))
}

/** The chain of steps that took longest from the first to the last: shortening any other step ends the job no sooner. */
export function criticalPath(
  steps: readonly Step[],
  now: number,
): { readonly names: ReadonlySet<string>; readonly ms: number } {
  const byName = new Map(steps.map((step) => [step.name, step]))
  const best = new Map<string, { ms: number; from: string | undefined }>()
  const visit = (name: string): { ms: number; from: string | undefined } => {
    const known = best.get(name)
    if (known !== undefined) return known
    const step = byName.get(name)
    if (step === undefined) return { ms: 0, from: undefined }
    let from: string | undefined
    let before = 0
    for (const need of step.needs) {
      const { ms } = visit(need)
      if (from === undefined || ms > before) [from, before] = [need, ms]
    }
    const found = { ms: before + stepMs(step, now), from }
    best.set(name, found)
    return found
  }
  let last: string | undefined
  let ms = 0
  for (const step of steps) {
    const found = visit(step.name)
    if (last === undefined || found.ms >= ms) [last, ms] = [step.name, found.ms]
  }
  const names = new Set<string>()
  for (let name = last; name !== undefined; name = best.get(name)?.from) names.add(name)
  return { names, ms }
}

/** The word and shape of a step, reuse included. */
export const stepState = (step: Step): string => (step.reused ? 'reused' : step.status)
export const isActive = (job: Pick<Job, 'status'>): boolean => job.status === 'queued' || job.status === 'running'
/** The step that a reader means first: the failed one, else the running one, else the last that began. */
export function firstStep(steps: readonly Step[]): Step | undefined {
  return (
    steps.find((step) => step.status === 'failed') ??
    steps.find((step) => step.status === 'running') ??
    steps.toReversed().find((step) => step.startedAt !== null || step.reused) ??
    steps[0]
  )
}
