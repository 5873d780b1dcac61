import { defineCommand } from '../../command.ts'
import { collect, limitOption, showList } from '../../lists.ts'

export default defineCommand({
  name: 'endpoint list',
  summary: 'Endpoints',
  options: limitOption,
  async run({ options }, session) {
    showList(
      session.output,
      await collect(session, 'listEndpoints', { params: { ws: session.workspace } }, options.limit),
      {
        empty: 'No endpoints yet. Create one with `modelyard endpoint create -f endpoint.yml`.',
        columns: [
          { heading: 'name', cell: (endpoint) => endpoint.name },
          { heading: 'sign-in', cell: (endpoint) => endpoint.authMode },
          {
            heading: 'traffic',
            cell: (endpoint) =>
              Object.entries(endpoint.traffic)
                .map(([name, percent]) => `${name}=${percent}`)
                .join(' ') || 'none',
          },
          { heading: 'scoring uri', cell: (endpoint) => endpoint.scoringUri },
        ],
      },
    )
  },
})
