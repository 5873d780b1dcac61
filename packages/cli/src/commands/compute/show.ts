import { defineCommand } from '../../command.ts'
import { renderComputeTarget } from '../../compute-view.ts'

export default defineCommand({
  name: 'compute show',
  summary: 'One compute target with its nodes',
  arguments: { name: { summary: 'name of the compute target' } },
  async run({ arguments: { name } }, { client, workspace, output, host }) {
    const target = await client.call('getComputeTarget', { params: { ws: workspace, name } })
    output.document(target, () => renderComputeTarget(target, output.style, host.clock.now()))
  },
})
