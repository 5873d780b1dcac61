import { defineCommand } from '../../command.ts'
import { collect, limitOption, showList } from '../../lists.ts'
import { paintStatus } from '../../output/style.ts'
import { ago } from '../../output/words.ts'

export default defineCommand({
  name: 'pipeline list',
  summary: 'Published pipelines, newest first',
  options: limitOption,
  async run({ options }, session) {
    const { output, host } = session
    showList(output, await collect(session, 'listPipelines', { params: { ws: session.workspace } }, options.limit), {
      empty: 'No published pipelines yet. Publish one with `modelyard pipeline publish -f pipeline.yml --name NAME`.',
      columns: [
        { heading: 'name', cell: (pipeline) => pipeline.name },
        { heading: 'version', align: 'right', cell: (pipeline) => String(pipeline.version) },
        { heading: 'state', cell: (pipeline) => paintStatus(output.style, pipeline.enabled ? 'enabled' : 'disabled') },
        { heading: 'steps', align: 'right', cell: (pipeline) => String(pipeline.steps.length) },
        { heading: 'published', cell: (pipeline) => ago(pipeline.createdAt, host.clock.now()) },
        { heading: 'last job', cell: (pipeline) => paintStatus(output.style, pipeline.lastJobs[0]?.status ?? '–') },
      ],
    })
  },
})
