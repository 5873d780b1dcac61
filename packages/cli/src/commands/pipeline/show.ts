import { defineCommand } from '../../command.ts'
import { renderPipeline } from '../../pipeline-view.ts'

export default defineCommand({
  name: 'pipeline show',
  summary: 'One published pipeline with its last jobs',
  arguments: { name: { summary: 'name of the pipeline' } },
  async run({ arguments: { name } }, { client, workspace, output, host }) {
    const pipeline = await client.call('getPipeline', { params: { ws: workspace, name } })
    output.document(pipeline, () => renderPipeline(pipeline, output.style, host.clock.now()))
  },
})
