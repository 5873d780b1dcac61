import { defineCommand } from '../../command.ts'
import { renderAlert } from '../../monitors/alert-view.ts'

export default defineCommand({
  name: 'alert ack',
  summary: 'Say that somebody looks after an alert; it notifies no more',
  examples: ['modelyard alert ack alrt_01k… --note "known: the sensor was replaced"'],
  arguments: { id: { summary: 'id of the alert' } },
  options: { note: { flags: '--note', summary: 'why', kind: 'text', value: 'TEXT' } },
  async run({ arguments: { id }, options }, { client, workspace, output, host }) {
    const alert = await client.call('acknowledgeAlert', {
      params: { ws: workspace, id },
      body: { note: options.note ?? '' },
    })
    output.document(alert, () => renderAlert(alert, output.style, host.clock.now()))
  },
})
