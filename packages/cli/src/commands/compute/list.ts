import { defineCommand } from '../../command.ts'
import { nodeCounts } from '../../compute-view.ts'
import { collect, limitOption, showList } from '../../lists.ts'

export default defineCommand({
  name: 'compute list',
  summary: 'Where steps can run',
  options: limitOption,
  async run({ options }, session) {
    const params = { ws: session.workspace }
    showList(session.output, await collect(session, 'listComputeTargets', { params }, options.limit), {
      empty: 'No compute targets. Create one with `modelyard compute create cpu-cluster --type cluster`.',
      columns: [
        { heading: 'name', cell: (target) => target.name },
        { heading: 'type', cell: (target) => target.type },
        { heading: 'nodes', cell: (target) => nodeCounts(target) },
        {
          heading: 'limits',
          cell: (target) => (target.type === 'local' ? '–' : `${target.minNodes}–${target.maxNodes}`),
        },
        { heading: 'running', align: 'right', cell: (target) => String(target.runningSteps) },
        { heading: 'queued', align: 'right', cell: (target) => String(target.queuedSteps) },
      ],
    })
  },
})
