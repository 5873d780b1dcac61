import { defineCommand } from '../../command.ts'
import { collect, limitOption, showList } from '../../lists.ts'
import { harmless } from '../../output/table.ts'
import { whenOf } from '../../schedules/schedule-view.ts'

export default defineCommand({
  name: 'schedule list',
  summary: 'Schedules',
  options: {
    ...limitOption,
    pipeline: { flags: '--pipeline', summary: 'of this published pipeline', kind: 'text', value: 'NAME' },
  },
  async run({ options }, session) {
    const query = options.pipeline === undefined ? {} : { pipeline: options.pipeline }
    const schedules = await collect(
      session,
      'listSchedules',
      { params: { ws: session.workspace }, query },
      options.limit,
    )
    showList(session.output, schedules, {
      empty: 'No schedules yet. Add one with `modelyard schedule create -f FILE`.',
      columns: [
        { heading: 'name', cell: (schedule) => schedule.name },
        { heading: 'pipeline', cell: (schedule) => harmless(schedule.pipeline) },
        { heading: 'when', cell: whenOf },
        { heading: 'next', cell: (schedule) => (schedule.enabled ? (schedule.nextTimes[0] ?? '–') : 'disabled') },
      ],
    })
  },
})
