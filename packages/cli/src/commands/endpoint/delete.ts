import { defineCommand } from '../../command.ts'

export default defineCommand({
  name: 'endpoint delete',
  summary: 'Delete an endpoint with its deployments',
  arguments: { name: { summary: 'name of the endpoint' } },
  async run({ arguments: { name } }, { client, workspace, output }) {
    await client.call('deleteEndpoint', { params: { ws: workspace, endpoint: name } })
    output.document({ name, deleted: true }, () => `Endpoint ${name} is deleted.\n`)
  },
})
