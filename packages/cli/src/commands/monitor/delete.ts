import { defineCommand } from '../../command.ts'

export default defineCommand({
  name: 'monitor delete',
  summary: 'Delete a monitor with its windows and alerts; collected rows stay',
  arguments: { name: { summary: 'name of the monitor' } },
  async run({ arguments: { name } }, { client, workspace, output }) {
    await client.call('deleteMonitor', { params: { ws: workspace, name } })
    output.document({ name, deleted: true }, () => `Monitor ${name} is deleted.\n`)
  },
})
