import { defineCommand } from '../../command.ts'
import { renderSchedule } from '../../schedules/schedule-view.ts'

export default defineCommand({
  name: 'schedule show',
  summary: 'One schedule with its next five times',
  arguments: { name: { summary: 'name of the schedule' } },
  async run({ arguments: { name } }, { client, workspace, output, host }) {
    const schedule = await client.call('getSchedule', { params: { ws: workspace, name } })
    output.document(schedule, () => renderSchedule(schedule, output.style, host.clock.now()))
  },
})
