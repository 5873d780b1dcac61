import { paintStatus } from '../output/style.ts'
import { harmless } from '../output/table.ts'
import { took } from '../output/words.ts'
import type { Session } from '../session.ts'
import type { Job, Step } from './job-view.ts'

const marks: Readonly<Record<string, string>> = {
  pending: '·',
  queued: '·',
  running: '▸',
  succeeded: '✓',
  failed: '✗',
  canceled: '⊘',
  skipped: '–',
}

/** The steps of a job while one waits: a picture in place on a terminal, else one line per change. */
export function createJobProgress(session: Session): { show(job: Job): void; end(): void } {
  const { output, host } = session
  const style = output.errorStyle
  const known = new Map<string, string>()
  let drawn = 0

  const lineOf = (step: Step): string => {
    const mark = paintStatus(style, step.status).replace(step.status, marks[step.status] ?? '·')
    const time = step.reused
      ? style.cyan('reused')
      : step.startedAt === null
        ? ''
        : took(step.startedAt, step.endedAt, host.clock.now())
    return `${mark} ${harmless(step.name).padEnd(24)} ${step.status.padEnd(10)} ${time}`.trimEnd()
  }

  function draw(job: Job): void {
    if (drawn > 0) output.raw(`\u001B[${drawn}A`)
    const lines = job.steps.map(lineOf)
    output.raw(lines.map((line) => `\u001B[K${line}\n`).join(''))
    drawn = lines.length
  }

  function tellChanges(job: Job): void {
    for (const step of job.steps) {
      const state = step.status + (step.reused ? ' (reused)' : '')
      if (known.get(step.name) === state || step.status === 'pending') continue
      known.set(step.name, state)
      output.note(`${step.name}: ${state}`)
    }
  }

  return {
    show: (job) => (output.live ? draw(job) : tellChanges(job)),
    end: () => {
      if (drawn > 0) output.raw('\n')
      drawn = 0
    },
  }
}
