import { defineCommand } from '../../command.ts'
import { endpointOption, readDeploymentName } from '../../endpoints/deployment-name.ts'

export default defineCommand({
  name: 'deployment delete',
  summary: 'Delete a deployment that has no traffic',
  arguments: { name: { summary: 'NAME, or ENDPOINT/NAME' } },
  options: endpointOption,
  async run({ arguments: { name }, options }, { client, workspace, output }) {
    const target = readDeploymentName(name, options.endpoint)
    await client.call('deleteDeployment', { params: { ws: workspace, ...target } })
    output.document(
      { name: target.deployment, endpoint: target.endpoint, deleted: true },
      () => `Deployment ${target.endpoint}/${target.deployment} is deleted.\n`,
    )
  },
})
