import { defineCommand } from '../../command.ts'
import { collect, limitOption, showList } from '../../lists.ts'
import { ago } from '../../output/words.ts'

export default defineCommand({
  name: 'data list',
  summary: 'Data assets',
  options: limitOption,
  async run({ options }, session) {
    const now = session.host.clock.now()
    showList(
      session.output,
      await collect(session, 'listDataAssets', { params: { ws: session.workspace } }, options.limit),
      {
        empty: 'No data assets yet. Add one with `modelyard data create NAME --path FILE`.',
        columns: [
          { heading: 'name', cell: (asset) => asset.name },
          { heading: 'type', cell: (asset) => asset.type },
          { heading: 'latest', cell: (asset) => asset.latestVersion },
          { heading: 'updated', cell: (asset) => ago(asset.updatedAt, now) },
        ],
      },
    )
  },
})
