import { renderLoop } from '../../automations/loop-view.ts'
import { defineCommand } from '../../command.ts'

export default defineCommand({
  name: 'loop show',
  summary: 'One loop as a story: what was decided when, and on what',
  arguments: { id: { summary: 'id of the loop' } },
  async run({ arguments: { id } }, { client, workspace, output, host }) {
    const loop = await client.call('getLoop', { params: { ws: workspace, id } })
    output.document(loop, () => renderLoop(loop, output.style, host.clock.now()))
  },
})
