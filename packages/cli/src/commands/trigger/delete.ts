import { defineCommand } from '../../command.ts'

export default defineCommand({
  name: 'trigger delete',
  summary: 'Delete a trigger; loops that run go on',
  arguments: { name: { summary: 'name of the trigger' } },
  async run({ arguments: { name } }, { client, workspace, output }) {
    await client.call('deleteTrigger', { params: { ws: workspace, name } })
    output.document({ name, deleted: true }, () => `Trigger ${name} is deleted.\n`)
  },
})
