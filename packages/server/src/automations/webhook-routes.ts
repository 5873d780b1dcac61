import type { Handlers } from '../http/index.ts'
import { toPage, type Platform } from '../platform/index.ts'
import { toDelivery, toWebhook, type WebhookService } from './webhook-service.ts'
import { listDeliveries, listWebhooks } from './webhook-store.ts'

type Ids = 'listWebhooks' | 'createWebhook' | 'getWebhook' | 'deleteWebhook' | 'listDeliveries' | 'redeliver'

export function webhookHandlers(platform: Platform, webhooks: WebhookService): Handlers<Ids> {
  const { read } = platform.store
  const by = (call: { access: { actor: string }; requestId: string }) => ({
    actor: call.access.actor,
    requestId: call.requestId,
  })
  return {
    async listWebhooks({ params, query }) {
      const rows = await listWebhooks(read, params.ws, query.pageSize + 1, query.pageToken)
      return toPage(rows, query.pageSize, (row) => [row.name], toWebhook)
    },
    createWebhook: (call) => webhooks.create(call.params.ws, call.body, by(call)),
    getWebhook: async ({ params }) => toWebhook(await webhooks.require(read, params.ws, params.name)),
    async deleteWebhook(call) {
      await webhooks.remove(call.params.ws, call.params.name, by(call))
    },
    async listDeliveries({ params, query }) {
      await webhooks.requireReceiver(params.ws, params.name)
      const rows = await listDeliveries(read, params.ws, params.name, query.pageSize + 1, query.pageToken)
      return toPage(rows, query.pageSize, (row) => [row.seq, row.id], toDelivery)
    },
    redeliver: async ({ params }) => toDelivery(await webhooks.redeliver(params.ws, params.name, params.delivery)),
  }
}
