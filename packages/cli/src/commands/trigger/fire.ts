import { renderLoop } from '../../automations/loop-view.ts'
import { defineCommand } from '../../command.ts'

export default defineCommand({
  name: 'trigger fire',
  summary: 'Start a trigger by hand; its guard rails hold all the same',
  examples: ['modelyard trigger fire retrain --reason "new prices"'],
  arguments: { name: { summary: 'name of the trigger' } },
  options: { reason: { flags: '--reason', summary: 'why; it stands in the story', kind: 'text' } },
  async run({ arguments: { name }, options }, { client, workspace, output, host }) {
    const loop = await client.call('fireTrigger', {
      params: { ws: workspace, name },
      body: { reason: options.reason ?? '' },
    })
    output.document(loop, () => renderLoop(loop, output.style, host.clock.now()))
  },
})
