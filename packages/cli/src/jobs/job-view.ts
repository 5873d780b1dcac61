import type { Answer } from '@modelyard/client'
import { paintStatus, type Style } from '../output/style.ts'
import { harmless, renderFields, renderTable } from '../output/table.ts'
import { ago, figure, took } from '../output/words.ts'

export type Job = Answer<'getJob'>
export type Step = Job['steps'][number]

/** A job with its steps, as people read it. */
export function renderJob(job: Job, style: Style, now: number): string {
  const head = renderFields(
    {
      job: `${style.bold(job.id)}  ${harmless(job.name)}`,
      status: paintStatus(style, job.status) + (isCanceling(job) ? style.yellow(' (cancel requested)') : ''),
      experiment: harmless(job.experiment),
      pipeline: job.pipeline === null ? undefined : `${job.pipeline.name} version ${job.pipeline.version}`,
      parameters: parametersOf(job),
      started: ago(job.startedAt, now),
      took: took(job.startedAt, job.endedAt, now),
      page: job.url,
    },
    style,
  )
  const warnings = job.warnings.map((text) => `${style.yellow('warning')} ${harmless(text)}\n`).join('')
  return `${head}${warnings}\n${renderSteps(job.steps, style, now)}${gatesOf(job, style)}${errorsOf(job, style)}`
}

function renderSteps(steps: readonly Step[], style: Style, now: number): string {
  if (steps.length === 0) return style.dim('no steps yet\n')
  return renderTable(
    steps,
    [
      { heading: 'step', cell: (step) => harmless(step.name) },
      {
        heading: 'status',
        cell: (step) => paintStatus(style, step.status) + (step.reused ? style.cyan(' reused') : ''),
      },
      {
        heading: 'took',
        align: 'right',
        cell: (step) => (step.reused ? '–' : took(step.startedAt, step.endedAt, now)),
      },
      { heading: 'compute', cell: (step) => step.computeTarget ?? '–' },
      { heading: 'note', cell: (step) => style.dim(harmless(firstLine(step.error?.message ?? step.reason))) },
    ],
    style,
  )
}

function gatesOf(job: Job, style: Style): string {
  return job.steps
    .flatMap((step) => (step.evidence === null ? [] : [step.evidence]))
    .map((gate) => {
      const champion =
        gate.champion === null ? 'none' : `${figure(gate.champion.value)} (version ${gate.champion.version})`
      const words = `${gate.metric}: challenger ${figure(gate.challenger.value)}, champion ${champion}`
      return `\n${style.bold(gate.step === 'gate' ? 'gate' : `gate ${gate.step}`)}  ${paintStatus(style, gate.decision)}  ${words}\n  ${style.dim(harmless(gate.reason))}\n`
    })
    .join('')
}

function errorsOf(job: Job, style: Style): string {
  if (job.error === null) return ''
  const failed = job.steps.find((step) => step.error !== null)
  const lines = [`\n${style.red('error')} ${harmless(job.error.message)} ${style.dim(`(${job.error.code})`)}`]
  const tail = job.error.logTail.length > 0 ? job.error.logTail : (failed?.error?.logTail ?? [])
  for (const line of tail.slice(-20)) lines.push(`  ${style.dim('│')} ${harmless(line)}`)
  const step = failed?.name
  lines.push(`  ${style.green('→')} modelyard job logs ${job.id}${step === undefined ? '' : ` --step ${step}`}`)
  return `${lines.join('\n')}\n`
}

function parametersOf(job: Job): string | undefined {
  const entries = Object.entries(job.parameters)
  return entries.length === 0
    ? undefined
    : entries.map(([name, value]) => `${name}=${harmless(String(value))}`).join(' ')
}

const isCanceling = (job: Job): boolean => job.cancelRequestedAt !== null && job.endedAt === null
const firstLine = (text: string): string => text.split('\n')[0]?.slice(0, 100) ?? ''
