import { defineCommand } from '../../command.ts'

export default defineCommand({
  name: 'webhook delete',
  summary: 'Delete a webhook with its deliveries',
  arguments: { name: { summary: 'name of the webhook' } },
  async run({ arguments: { name } }, { client, workspace, output }) {
    await client.call('deleteWebhook', { params: { ws: workspace, name } })
    output.document({ name, deleted: true }, () => `Webhook ${name} is deleted.\n`)
  },
})
