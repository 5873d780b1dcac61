import { defineCommand } from '../../command.ts'

export default defineCommand({
  name: 'compute delete',
  summary: 'Delete a cluster',
  arguments: { name: { summary: 'name of the compute target' } },
  async run({ arguments: { name } }, { client, workspace, output }) {
    await client.call('deleteComputeTarget', { params: { ws: workspace, name } })
    output.document({ name, deleted: true }, () => `Compute target ${name} is deleted.\n`)
  },
})
