import { defineCommand } from '../../command.ts'

export default defineCommand({
  name: 'webhook redeliver',
  summary: 'Try a delivery again at once',
  arguments: { name: { summary: 'name of the webhook, or mail' }, id: { summary: 'id of the delivery' } },
  async run({ arguments: { name, id } }, { client, workspace, output }) {
    const delivery = await client.call('redeliver', { params: { ws: workspace, name, delivery: id } })
    output.document(delivery, () => `Delivery ${delivery.id} is tried again.\n`)
  },
})
