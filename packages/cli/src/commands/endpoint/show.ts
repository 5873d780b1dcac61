import { defineCommand } from '../../command.ts'
import { renderEndpoint } from '../../endpoints/endpoint-view.ts'

export default defineCommand({
  name: 'endpoint show',
  summary: 'One endpoint with its addresses, keys and deployments',
  arguments: { name: { summary: 'name of the endpoint' } },
  async run({ arguments: { name } }, { client, workspace, output, host }) {
    const endpoint = await client.call('getEndpoint', { params: { ws: workspace, endpoint: name } })
    output.document(endpoint, () => renderEndpoint(endpoint, output.style, host.clock.now()))
  },
})
