import type { Access, Handlers } from '../../http/index.ts'
import { toPage, type Platform } from '../../platform/index.ts'
import type { EndpointService } from '../endpoint-service.ts'
import type { RolloutService } from './rollout-service.ts'
import { listRollouts } from './rollout-store.ts'
import { toRollout } from './rollout-view.ts'

type Ids = 'listRollouts' | 'startRollout' | 'getRollout' | 'decideRollout'

export function rolloutHandlers(
  platform: Platform,
  deps: { endpoints: EndpointService; rollouts: RolloutService; started: () => void },
): Handlers<Ids> {
  const { rollouts } = deps
  const { read } = platform.store
  const by = (call: { access: Access; requestId: string }) => ({ actor: call.access.actor, requestId: call.requestId })
  return {
    async listRollouts({ params, query }) {
      await deps.endpoints.requireEndpoint(read, params.ws, params.endpoint)
      return toPage(
        await listRollouts(read, params.ws, params.endpoint, query.pageSize + 1, query.pageToken),
        query.pageSize,
        (row) => [row.created_at, row.id],
        toRollout,
      )
    },
    async startRollout(call) {
      const row = await rollouts.start(call.params.ws, call.params.endpoint, call.body, by(call))
      deps.started()
      return toRollout(row)
    },
    getRollout: async ({ params }) => toRollout(await rollouts.require(params.ws, params.endpoint, params.rollout)),
    async decideRollout(call) {
      const { id } = await rollouts.require(call.params.ws, call.params.endpoint, call.params.rollout)
      return toRollout(await rollouts.word(id, call.params.decision, by(call), call.body.note))
    },
  }
}
