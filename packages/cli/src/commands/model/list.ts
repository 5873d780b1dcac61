import { defineCommand } from '../../command.ts'
import { collect, limitOption, showList } from '../../lists.ts'
import { harmless } from '../../output/table.ts'
import { ago } from '../../output/words.ts'

export default defineCommand({
  name: 'model list',
  summary: 'Models',
  options: limitOption,
  async run({ options }, session) {
    const now = session.host.clock.now()
    showList(
      session.output,
      await collect(session, 'listModels', { params: { ws: session.workspace } }, options.limit),
      {
        empty: 'No models yet. Register one with `modelyard model register NAME --path FOLDER`, or by a gate.',
        columns: [
          { heading: 'name', cell: (model) => harmless(model.name) },
          { heading: 'latest', cell: (model) => model.latestVersion ?? '–' },
          {
            heading: 'aliases',
            cell: (model) =>
              Object.entries(model.aliases)
                .map(([alias, version]) => `@${alias}=${version}`)
                .join(' '),
          },
          { heading: 'updated', cell: (model) => ago(model.updatedAt, now) },
        ],
      },
    )
  },
})
