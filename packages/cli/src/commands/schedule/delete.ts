import { defineCommand } from '../../command.ts'

export default defineCommand({
  name: 'schedule delete',
  summary: 'Delete a schedule; its jobs stay',
  arguments: { name: { summary: 'name of the schedule' } },
  async run({ arguments: { name } }, { client, workspace, output }) {
    await client.call('deleteSchedule', { params: { ws: workspace, name } })
    output.document({ name, deleted: true }, () => `Schedule ${name} is deleted.\n`)
  },
})
