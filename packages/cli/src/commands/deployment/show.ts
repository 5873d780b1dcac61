import { defineCommand } from '../../command.ts'
import { endpointOption, readDeploymentName } from '../../endpoints/deployment-name.ts'
import { renderDeployment } from '../../endpoints/endpoint-view.ts'

export default defineCommand({
  name: 'deployment show',
  summary: 'One deployment with its numbers',
  arguments: { name: { summary: 'NAME, or ENDPOINT/NAME' } },
  options: endpointOption,
  async run({ arguments: { name }, options }, { client, workspace, output, host }) {
    const target = readDeploymentName(name, options.endpoint)
    const deployment = await client.call('getDeployment', { params: { ws: workspace, ...target } })
    output.document(deployment, () => renderDeployment(deployment, output.style, host.clock.now()))
  },
})
