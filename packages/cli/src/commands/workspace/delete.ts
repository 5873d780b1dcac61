import { defineCommand } from '../../command.ts'

export default defineCommand({
  name: 'workspace delete',
  summary: 'Delete a workspace and all in it',
  arguments: { name: { summary: 'name of the workspace' } },
  serverWide: true,
  async run({ arguments: { name } }, { client, output }) {
    await client.call('deleteWorkspace', { params: { ws: name } })
    output.document({ name, deleted: true }, () => `Workspace ${name} is deleted.\n`)
  },
})
