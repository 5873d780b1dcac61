import type { Handlers } from '../http/index.ts'
import { toPage, type Platform } from '../platform/index.ts'
import type { ScheduleService } from './schedule-service.ts'
import { listSchedules } from './schedule-store.ts'

type Ids = 'listSchedules' | 'createSchedule' | 'getSchedule' | 'setScheduleEnabled' | 'deleteSchedule'

export function scheduleHandlers(platform: Platform, schedules: ScheduleService): Handlers<Ids> {
  const by = (call: { access: { actor: string }; requestId: string }) => ({
    actor: call.access.actor,
    requestId: call.requestId,
  })
  return {
    async listSchedules({ params, query }) {
      const { pageSize, pageToken, pipeline } = query
      const rows = await listSchedules(platform.store.read, { workspace: params.ws, pipeline }, pageSize + 1, pageToken)
      return toPage(rows, pageSize, (row) => [row.name], schedules.toDocument)
    },
    async createSchedule(call) {
      return schedules.toDocument(await schedules.create(call.params.ws, call.body, by(call)))
    },
    getSchedule: async ({ params }) => schedules.toDocument(await schedules.require(params.ws, params.name)),
    async setScheduleEnabled(call) {
      return schedules.toDocument(
        await schedules.setEnabled(call.params.ws, call.params.name, call.body.enabled, by(call)),
      )
    },
    async deleteSchedule(call) {
      await schedules.remove(call.params.ws, call.params.name, by(call))
    },
  }
}
