import { defineCommand } from '../../command.ts'
import { collect, limitOption, showList } from '../../lists.ts'
import { ago } from '../../output/words.ts'
import { harmless } from '../../output/table.ts'

export default defineCommand({
  name: 'environment list',
  summary: 'Environments',
  options: limitOption,
  async run({ options }, session) {
    const now = session.host.clock.now()
    showList(
      session.output,
      await collect(session, 'listEnvironments', { params: { ws: session.workspace } }, options.limit),
      {
        empty: 'No environments yet. Add one with `modelyard environment create NAME --conda-file FILE`.',
        columns: [
          { heading: 'name', cell: (environment) => environment.name },
          { heading: 'latest', cell: (environment) => environment.latestVersion },
          { heading: 'updated', cell: (environment) => ago(environment.updatedAt, now) },
          { heading: 'description', cell: (environment) => harmless(environment.description) },
        ],
      },
    )
  },
})
