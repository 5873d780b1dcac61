import { defineCommand } from '../../command.ts'
import { renderSchedule } from '../../schedules/schedule-view.ts'

export default defineCommand({
  name: 'schedule disable',
  summary: 'Start nothing by it any more',
  arguments: { name: { summary: 'name of the schedule' } },
  async run({ arguments: { name } }, { client, workspace, output, host }) {
    const schedule = await client.call('setScheduleEnabled', {
      params: { ws: workspace, name },
      body: { enabled: false },
    })
    output.document(schedule, () => renderSchedule(schedule, output.style, host.clock.now()))
  },
})
