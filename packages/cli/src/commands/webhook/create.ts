import type { Request } from '@modelyard/client'
import { renderWebhook } from '../../automations/webhook-view.ts'
import { defineCommand } from '../../command.ts'

type Body = Request<'createWebhook'>['body']

export default defineCommand({
  name: 'webhook create',
  summary: 'Send events to an address; its secret is shown once',
  examples: [
    'modelyard webhook create releases https://ci.example.org/hook --event model_version.registered',
    'modelyard webhook create chat https://hooks.slack.com/services/… --format slack --event alert.firing',
  ],
  arguments: {
    name: { summary: 'name of the webhook' },
    address: { summary: 'http or https address of the receiver' },
  },
  options: {
    events: { flags: '--event', summary: 'an event; again for more (all)', kind: 'texts', value: 'NAME' },
    format: {
      flags: '--format',
      summary: 'what is sent (standard)',
      kind: 'text',
      value: 'FORMAT',
      choices: ['standard', 'alertmanager', 'slack'],
    },
  },
  async run({ arguments: { name, address }, options }, { client, workspace, output, host }) {
    const webhook = await client.call('createWebhook', {
      params: { ws: workspace },
      body: {
        name,
        url: address,
        ...(options.format === undefined ? {} : { format: options.format as Body['format'] }),
        // The server knows the events and refuses any other.
        ...(options.events.length === 0 ? {} : { events: options.events as Body['events'] }),
      },
    })
    output.document(
      webhook,
      () =>
        `${renderWebhook(webhook, output.style, host.clock.now())}${webhook.secret ?? ''}\n${output.style.dim('The secret is shown once. Receivers check signatures with it (Standard Webhooks).')}\n`,
    )
  },
})
