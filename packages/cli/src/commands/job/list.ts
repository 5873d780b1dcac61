import { defineCommand } from '../../command.ts'
import { collect, limitOption, showList } from '../../lists.ts'
import { paintStatus } from '../../output/style.ts'
import { harmless } from '../../output/table.ts'
import { ago, took } from '../../output/words.ts'

const statuses = ['queued', 'running', 'succeeded', 'failed', 'canceled'] as const

export default defineCommand({
  name: 'job list',
  summary: 'Jobs, newest first',
  options: {
    status: { flags: '--status', summary: 'only these', kind: 'text', choices: statuses, value: 'STATUS' },
    pipeline: { flags: '--pipeline', summary: 'of one published pipeline', kind: 'text', value: 'NAME' },
    experiment: { flags: '--experiment', summary: 'of one experiment', kind: 'text', value: 'NAME' },
    search: { flags: '--search', summary: 'with this text in name or id', kind: 'text' },
    ...limitOption,
  },
  async run({ options }, session) {
    const { output, host } = session
    const status = statuses.find((known) => known === options.status)
    const { pipeline, experiment, search } = options
    const jobs = await collect(
      session,
      'listJobs',
      { params: { ws: session.workspace }, query: { status, pipeline, experiment, search } },
      options.limit,
    )
    const now = host.clock.now()
    showList(output, jobs, {
      empty: 'No jobs yet. Submit one with `modelyard job create -f pipeline.yml`.',
      columns: [
        { heading: 'id', cell: (job) => job.id },
        { heading: 'name', cell: (job) => harmless(job.name) },
        { heading: 'status', cell: (job) => paintStatus(output.style, job.status) },
        { heading: 'steps', cell: (job) => stepsOf(job) },
        { heading: 'created', cell: (job) => ago(job.createdAt, now) },
        { heading: 'took', align: 'right', cell: (job) => took(job.startedAt, job.endedAt, now) },
      ],
    })
  },
})

function stepsOf(job: { stepCounts: Readonly<Record<string, number | undefined>>; reusedSteps: number }): string {
  const total = Object.values(job.stepCounts).reduce<number>((sum, amount) => sum + (amount ?? 0), 0)
  const reused = job.reusedSteps === 0 ? '' : `, ${job.reusedSteps} reused`
  return `${job.stepCounts['succeeded'] ?? 0}/${total}${reused}`
}
