import { renderTrigger } from '../../automations/trigger-view.ts'
import { defineCommand } from '../../command.ts'

export default defineCommand({
  name: 'trigger show',
  summary: 'One trigger with its guard rails and what held it back last',
  arguments: { name: { summary: 'name of the trigger' } },
  async run({ arguments: { name } }, { client, workspace, output, host }) {
    const trigger = await client.call('getTrigger', { params: { ws: workspace, name } })
    output.document(trigger, () => renderTrigger(trigger, output.style, host.clock.now()))
  },
})
