import type { Answer } from '@modelyard/client'
import { paintStatus, type Style } from '../output/style.ts'
import { harmless, renderFields } from '../output/table.ts'
import { ago } from '../output/words.ts'

export type Webhook = Answer<'getWebhook'>

export function renderWebhook(webhook: Webhook, style: Style, now: number): string {
  return renderFields(
    {
      webhook: style.bold(webhook.name),
      state: paintStatus(style, webhook.enabled ? 'enabled' : 'disabled'),
      url: harmless(webhook.url),
      events: webhook.events.join(', '),
      format: webhook.format,
      last: lastOf(webhook, now),
    },
    style,
  )
}

export const lastOf = ({ lastDelivery }: Webhook, now: number): string =>
  lastDelivery === null ? '–' : `${lastDelivery.status}, ${ago(lastDelivery.at, now)}`
