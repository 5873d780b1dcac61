import { defineCommand } from '../../command.ts'
import { collect, limitOption, showList } from '../../lists.ts'
import { paintStatus } from '../../output/style.ts'
import { harmless } from '../../output/table.ts'
import { ago } from '../../output/words.ts'

export default defineCommand({
  name: 'webhook deliveries',
  summary: 'What was sent, newest first; under the name `mail` the mails of alerts',
  examples: ['modelyard webhook deliveries releases --limit 20', 'modelyard webhook deliveries mail'],
  arguments: { name: { summary: 'name of the webhook, or mail' } },
  options: limitOption,
  async run({ arguments: { name }, options }, session) {
    const { output, host } = session
    const params = { ws: session.workspace, name }
    showList(output, await collect(session, 'listDeliveries', { params }, options.limit), {
      empty: 'Nothing was sent yet.',
      columns: [
        { heading: 'id', cell: (delivery) => delivery.id },
        { heading: 'status', cell: (delivery) => paintStatus(output.style, delivery.status) },
        { heading: 'event', cell: (delivery) => delivery.event },
        { heading: 'subject', cell: (delivery) => harmless(delivery.subject) },
        { heading: 'attempts', align: 'right', cell: (delivery) => String(delivery.attempts) },
        { heading: 'made', cell: (delivery) => ago(delivery.createdAt, host.clock.now()) },
        {
          heading: 'last answer',
          cell: (delivery) => harmless(delivery.lastError ?? String(delivery.lastStatus ?? '–')),
        },
      ],
    })
  },
})
