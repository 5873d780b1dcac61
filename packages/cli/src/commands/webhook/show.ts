import { renderWebhook } from '../../automations/webhook-view.ts'
import { defineCommand } from '../../command.ts'

export default defineCommand({
  name: 'webhook show',
  summary: 'One webhook',
  arguments: { name: { summary: 'name of the webhook' } },
  async run({ arguments: { name } }, { client, workspace, output, host }) {
    const webhook = await client.call('getWebhook', { params: { ws: workspace, name } })
    output.document(webhook, () => renderWebhook(webhook, output.style, host.clock.now()))
  },
})
