import { defineCommand } from '../../command.ts'
import { collect, limitOption, showList } from '../../lists.ts'
import { paintStatus } from '../../output/style.ts'
import { harmless } from '../../output/table.ts'
import { ago } from '../../output/words.ts'

export default defineCommand({
  name: 'loop list',
  summary: 'Loops, newest first',
  options: {
    ...limitOption,
    trigger: { flags: '--trigger', summary: 'only of this trigger', kind: 'text', value: 'NAME' },
    monitor: { flags: '--monitor', summary: 'only of this monitor', kind: 'text', value: 'NAME' },
    endpoint: { flags: '--endpoint', summary: 'only of this endpoint', kind: 'text', value: 'NAME' },
  },
  async run({ options: { limit, trigger, monitor, endpoint } }, session) {
    const { output, host } = session
    const query = {
      ...(trigger === undefined ? {} : { trigger }),
      ...(monitor === undefined ? {} : { monitor }),
      ...(endpoint === undefined ? {} : { endpoint }),
    }
    showList(output, await collect(session, 'listLoops', { params: { ws: session.workspace }, query }, limit), {
      empty: 'No loops yet. An alert of a monitor with a trigger starts one, or `modelyard trigger fire NAME`.',
      columns: [
        { heading: 'id', cell: (loop) => loop.id },
        { heading: 'status', cell: (loop) => paintStatus(output.style, loop.status) },
        { heading: 'trigger', cell: (loop) => loop.trigger },
        { heading: 'monitor', cell: (loop) => loop.monitor ?? '–' },
        {
          heading: 'model',
          cell: (loop) => (loop.model === null ? '–' : harmless(`${loop.model}:${loop.version ?? '–'}`)),
        },
        { heading: 'started', cell: (loop) => ago(loop.startedAt, host.clock.now()) },
        { heading: 'reason', cell: (loop) => harmless(loop.reason) || '–' },
      ],
    })
  },
})
