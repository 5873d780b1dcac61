import { defineCommand } from '../../command.ts'
import { paintStatus } from '../../output/style.ts'
import { harmless, renderFields, renderTable } from '../../output/table.ts'
import { ago, figure, took } from '../../output/words.ts'

export default defineCommand({
  name: 'run show',
  summary: 'One run with parameters and latest metrics',
  arguments: { id: { summary: 'id of the run' } },
  async run({ arguments: { id } }, { client, workspace, output, host }) {
    const run = await client.call('getRun', { params: { ws: workspace, id } })
    const { style } = output
    const now = host.clock.now()
    output.document(run, () => {
      const head = renderFields(
        {
          run: `${style.bold(run.id)}  ${harmless(run.name)}`,
          status: paintStatus(style, run.status),
          experiment: harmless(run.experiment),
          job: run.jobId === null ? undefined : `${run.jobId}${run.step === null ? '' : ` step ${harmless(run.step)}`}`,
          started: `${ago(run.startedAt, now)} by ${harmless(run.createdBy)}`,
          took: took(run.startedAt, run.endedAt, now),
          page: run.url,
        },
        style,
      )
      const parameters = renderFields(
        Object.fromEntries(Object.entries(run.parameters).map(([name, value]) => [harmless(name), harmless(value)])),
        style,
      )
      const metrics = renderTable(
        run.metrics,
        [
          { heading: 'metric', cell: (metric) => harmless(metric.name) },
          { heading: 'latest', align: 'right', cell: (metric) => figure(metric.value) },
          { heading: 'step', align: 'right', cell: (metric) => String(metric.step) },
        ],
        style,
      )
      const parts = [
        head,
        parameters === '' ? '' : `${style.bold('Parameters')}\n${parameters}`,
        run.metrics.length === 0 ? '' : metrics,
      ]
      return parts.filter((part) => part !== '').join('\n')
    })
  },
})
