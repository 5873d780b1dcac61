import type { Answer } from '@modelyard/client'
import { paintStatus, type Style } from './output/style.ts'
import { harmless, renderFields, renderTable } from './output/table.ts'
import { ago, took } from './output/words.ts'

type Pipeline = Answer<'getPipeline'>

export function renderPipeline(pipeline: Pipeline, style: Style, now: number): string {
  const parameters = pipeline.parameters.map(({ name, default: value }) => `${name}=${harmless(String(value))}`)
  const fields = renderFields(
    {
      pipeline: `${style.bold(pipeline.name)} version ${pipeline.version}`,
      state: pipeline.enabled ? style.green('enabled') : style.yellow('disabled'),
      description: pipeline.description === '' ? undefined : harmless(pipeline.description),
      steps: pipeline.steps.map((step) => harmless(step.name)).join(', '),
      parameters: parameters.length === 0 ? undefined : parameters.join(' '),
      published: `${ago(pipeline.createdAt, now)} by ${harmless(pipeline.createdBy)}`,
      endpoint: pipeline.endpoint,
      page: pipeline.url,
    },
    style,
  )
  if (pipeline.lastJobs.length === 0)
    return `${fields}${style.dim('Not started yet')}: modelyard pipeline run ${pipeline.name} --wait\n`
  return `${fields}\n${renderTable(
    pipeline.lastJobs,
    [
      { heading: 'job', cell: (job) => job.id },
      { heading: 'status', cell: (job) => paintStatus(style, job.status) },
      { heading: 'created', cell: (job) => ago(job.createdAt, now) },
      { heading: 'took', align: 'right', cell: (job) => took(job.createdAt, job.endedAt, now) },
    ],
    style,
  )}`
}
