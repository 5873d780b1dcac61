import { defineCommand } from '../../command.ts'
import { collect, limitOption, showList } from '../../lists.ts'
import { ofEndpoint } from '../../rollouts/find-rollout.ts'
import { rolloutColumns } from '../../rollouts/rollout-view.ts'

export default defineCommand({
  name: 'rollout list',
  summary: 'Rollouts of an endpoint, newest first',
  options: { ...ofEndpoint, ...limitOption },
  async run({ options }, session) {
    const params = { ws: session.workspace, endpoint: options.endpoint }
    showList(session.output, await collect(session, 'listRollouts', { params }, options.limit), {
      empty: `No rollouts yet. Begin one with \`modelyard rollout start DEPLOYMENT --endpoint ${options.endpoint}\`.`,
      columns: rolloutColumns(session.output.style, session.host.clock.now()),
    })
  },
})
