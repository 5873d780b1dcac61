import { lastOf } from '../../automations/webhook-view.ts'
import { defineCommand } from '../../command.ts'
import { collect, limitOption, showList } from '../../lists.ts'
import { paintStatus } from '../../output/style.ts'
import { harmless } from '../../output/table.ts'

export default defineCommand({
  name: 'webhook list',
  summary: 'Webhooks',
  options: limitOption,
  async run({ options }, session) {
    const { output, host } = session
    showList(output, await collect(session, 'listWebhooks', { params: { ws: session.workspace } }, options.limit), {
      empty: 'No webhooks yet. Create one with `modelyard webhook create NAME ADDRESS`.',
      columns: [
        { heading: 'name', cell: (webhook) => webhook.name },
        { heading: 'state', cell: (webhook) => paintStatus(output.style, webhook.enabled ? 'enabled' : 'disabled') },
        { heading: 'format', cell: (webhook) => webhook.format },
        { heading: 'events', cell: (webhook) => webhook.events.join(' ') },
        { heading: 'url', cell: (webhook) => harmless(webhook.url) },
        { heading: 'last delivery', cell: (webhook) => lastOf(webhook, host.clock.now()) },
      ],
    })
  },
})
