import { defineCommand } from '../../command.ts'
import { collect, limitOption, showList } from '../../lists.ts'
import { paintStatus } from '../../output/style.ts'
import { harmless } from '../../output/table.ts'
import { ago } from '../../output/words.ts'

export default defineCommand({
  name: 'trigger list',
  summary: 'Triggers',
  options: limitOption,
  async run({ options }, session) {
    const { output, host } = session
    showList(output, await collect(session, 'listTriggers', { params: { ws: session.workspace } }, options.limit), {
      empty: 'No triggers yet. Create one with `modelyard trigger create -f trigger.yml`.',
      columns: [
        { heading: 'name', cell: (trigger) => trigger.name },
        { heading: 'state', cell: (trigger) => paintStatus(output.style, trigger.enabled ? 'enabled' : 'disabled') },
        { heading: 'pipeline', cell: (trigger) => trigger.pipeline },
        { heading: 'endpoint', cell: (trigger) => trigger.rollout?.endpoint ?? '–' },
        { heading: 'fired', cell: (trigger) => ago(trigger.lastFiredAt, host.clock.now()) },
        { heading: 'last skip', cell: (trigger) => harmless(trigger.lastSkip?.reason ?? '–') },
      ],
    })
  },
})
