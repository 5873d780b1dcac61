import { toTimestamp } from '@modelyard/platform'
import type { Handlers } from '../http/index.ts'
import { toPage, type Platform } from '../platform/index.ts'
import { toLoop, type LoopService } from './loop-service.ts'
import { listLoops } from './loop-store.ts'
import type { TriggerService } from './trigger-service.ts'
import { listTriggers } from './trigger-store.ts'
import { toTrigger } from './trigger.ts'

type Ids =
  | 'listTriggers'
  | 'createTrigger'
  | 'getTrigger'
  | 'deleteTrigger'
  | 'fireTrigger'
  | 'listLoops'
  | 'getLoop'
  | 'cancelLoop'

const weekMs = 7 * 86_400_000

export function triggerHandlers(
  platform: Platform,
  deps: { triggers: TriggerService; loops: LoopService; wake(): void },
): Handlers<Ids> {
  const { triggers, loops } = deps
  const { read } = platform.store
  const by = (call: { access: { actor: string }; requestId: string }) => ({
    actor: call.access.actor,
    requestId: call.requestId,
  })
  return {
    async listTriggers({ params, query }) {
      const rows = await listTriggers(read, params.ws, query.pageSize + 1, query.pageToken)
      return toPage(rows, query.pageSize, (row) => [row.name], toTrigger)
    },
    async createTrigger(call) {
      return toTrigger(await triggers.create(call.params.ws, call.body.source, by(call)))
    },
    getTrigger: async ({ params }) => toTrigger(await triggers.require(read, params.ws, params.name)),
    async deleteTrigger(call) {
      await triggers.remove(call.params.ws, call.params.name, by(call))
    },
    async fireTrigger(call) {
      return toLoop(await triggers.fire(call.params.ws, call.params.name, call.body.reason, by(call)))
    },
    async listLoops({ params, query }) {
      const { pageSize, pageToken, ...filter } = query
      const rows = await listLoops(read, { workspace: params.ws, ...filter }, pageSize + 1, pageToken)
      return toPage(
        rows,
        pageSize,
        (row) => [row.started_at, row.id],
        (row) => toLoop(row, true),
      )
    },
    getLoop: async ({ params }) => toLoop(await loops.require(params.ws, params.id)),
    async cancelLoop(call) {
      const canceled = await loops.cancel(call.params.ws, call.params.id, call.body.note, by(call))
      deps.wake()
      return toLoop(canceled)
    },
  }
}

/** The week's loops for the timeline of the overview. */
export async function loopTimeline(platform: Platform, workspace: string) {
  const since = platform.clock.now() - weekMs
  const rows = await listLoops(platform.store.read, { workspace }, 100)
  return rows
    .filter((row) => row.started_at > since)
    .map((row) => ({
      lane: 'rollouts' as const,
      name: `loop of ${row.trigger}`,
      at: toTimestamp(row.started_at),
      endedAt: row.ended_at === null ? null : toTimestamp(row.ended_at),
      status: row.status,
      link: `/w/${workspace}/loops/${row.id}`,
    }))
}
