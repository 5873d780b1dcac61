import { defineCommand } from '../../command.ts'
import { renderAlert } from '../../monitors/alert-view.ts'

export default defineCommand({
  name: 'alert show',
  summary: 'One alert with its evidence',
  arguments: { id: { summary: 'id of the alert' } },
  async run({ arguments: { id } }, { client, workspace, output, host }) {
    const alert = await client.call('getAlert', { params: { ws: workspace, id } })
    output.document(alert, () => renderAlert(alert, output.style, host.clock.now()))
  },
})
