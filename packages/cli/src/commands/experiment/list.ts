import { defineCommand } from '../../command.ts'
import { collect, limitOption, showList } from '../../lists.ts'
import { harmless } from '../../output/table.ts'
import { ago } from '../../output/words.ts'

export default defineCommand({
  name: 'experiment list',
  summary: 'Experiments, last used first',
  options: limitOption,
  async run({ options }, session) {
    const now = session.host.clock.now()
    showList(
      session.output,
      await collect(session, 'listExperiments', { params: { ws: session.workspace } }, options.limit),
      {
        empty: 'No experiments yet: the first run makes one.',
        columns: [
          { heading: 'name', cell: (experiment) => harmless(experiment.name) },
          { heading: 'id', cell: (experiment) => experiment.id },
          { heading: 'runs', align: 'right', cell: (experiment) => String(experiment.runCount) },
          { heading: 'last run', cell: (experiment) => ago(experiment.lastRunAt, now) },
        ],
      },
    )
  },
})
