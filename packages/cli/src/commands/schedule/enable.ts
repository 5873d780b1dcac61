import { defineCommand } from '../../command.ts'
import { renderSchedule } from '../../schedules/schedule-view.ts'

export default defineCommand({
  name: 'schedule enable',
  summary: 'Start by it again; what was missed is not made up for',
  arguments: { name: { summary: 'name of the schedule' } },
  async run({ arguments: { name } }, { client, workspace, output, host }) {
    const schedule = await client.call('setScheduleEnabled', {
      params: { ws: workspace, name },
      body: { enabled: true },
    })
    output.document(schedule, () => renderSchedule(schedule, output.style, host.clock.now()))
  },
})
