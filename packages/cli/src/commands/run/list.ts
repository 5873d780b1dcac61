import { defineCommand } from '../../command.ts'
import { collect, limitOption, showList } from '../../lists.ts'
import { paintStatus } from '../../output/style.ts'
import { harmless } from '../../output/table.ts'
import { ago, figure } from '../../output/words.ts'

export default defineCommand({
  name: 'run list',
  summary: 'Runs, newest first',
  examples: ['modelyard run list --filter "metrics.mae < 900 and params.family = \'forest\'"'],
  options: {
    filter: { flags: '--filter', summary: 'in the words of MLflow’s search', kind: 'text', value: 'EXPR' },
    orderBy: { flags: '--order-by', summary: 'for example `metrics.mae ASC`', kind: 'text', value: 'EXPR' },
    experiment: { flags: '--experiment', summary: 'of one experiment', kind: 'text', value: 'NAME' },
    job: { flags: '--job', summary: 'of one job', kind: 'text', value: 'ID' },
    ...limitOption,
  },
  async run({ options }, session) {
    const { output, host } = session
    const { filter, orderBy, experiment, job: jobId } = options
    const query = { filter, orderBy, experiment, jobId }
    const runs = await collect(session, 'listRuns', { params: { ws: session.workspace }, query }, options.limit)
    showList(output, runs, {
      empty:
        filter === undefined
          ? 'No runs yet. Log one with mlflow, or submit `modelyard job create -f FILE`.'
          : 'No run fits the filter.',
      columns: [
        { heading: 'id', cell: (run) => run.id },
        { heading: 'name', cell: (run) => harmless(run.name) },
        { heading: 'experiment', cell: (run) => harmless(run.experiment) },
        { heading: 'status', cell: (run) => paintStatus(output.style, run.status) },
        { heading: 'started', cell: (run) => ago(run.startedAt, host.clock.now()) },
        {
          heading: 'metrics',
          cell: (run) =>
            run.metrics
              .slice(0, 3)
              .map(({ name, value }) => `${harmless(name)}=${figure(value)}`)
              .join(' '),
        },
      ],
    })
  },
})
