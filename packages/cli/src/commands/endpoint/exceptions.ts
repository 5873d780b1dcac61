import { defineCommand } from '../../command.ts'
import { collect, limitOption, showList } from '../../lists.ts'
import { harmless } from '../../output/table.ts'
import { ago } from '../../output/words.ts'

export default defineCommand({
  name: 'endpoint exceptions',
  summary: 'Exceptions of the scoring scripts, grouped, newest first',
  arguments: { name: { summary: 'name of the endpoint' } },
  options: {
    ...limitOption,
    deployment: { flags: '--deployment', summary: 'of this deployment only', kind: 'text', value: 'NAME' },
  },
  async run({ arguments: { name }, options }, session) {
    const now = session.host.clock.now()
    const query = options.deployment === undefined ? {} : { deployment: options.deployment }
    const request = { params: { ws: session.workspace, endpoint: name }, query }
    showList(session.output, await collect(session, 'listExceptions', request, options.limit), {
      empty: 'No scoring script has raised anything.',
      columns: [
        { heading: 'exception', cell: (group) => harmless(group.type) },
        { heading: 'message', cell: (group) => harmless(group.message.split('\n')[0] ?? '').slice(0, 80) },
        { heading: 'times', align: 'right', cell: (group) => String(group.count) },
        { heading: 'deployment', cell: (group) => group.deployment },
        { heading: 'last', cell: (group) => ago(group.lastAt, now) },
        { heading: 'request', cell: (group) => harmless(group.requestIds[0] ?? '') },
      ],
    })
  },
})
