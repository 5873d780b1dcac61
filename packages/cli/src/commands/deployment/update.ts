import { defineCommand } from '../../command.ts'
import { endpointOption, readDeploymentName } from '../../endpoints/deployment-name.ts'
import { prepareDeployment } from '../../endpoints/deployment-source.ts'
import { finishDeployment, waitOptions } from '../../endpoints/waiting.ts'

export default defineCommand({
  name: 'deployment update',
  summary: 'Replace a deployment without a failed request',
  examples: ['modelyard deployment update ridership/blue -f deployment.yml --wait'],
  arguments: { name: { summary: 'NAME, or ENDPOINT/NAME' } },
  options: {
    file: { flags: '-f, --file', summary: 'YAML file, or - for stdin', kind: 'text', value: 'FILE', required: true },
    ...endpointOption,
    ...waitOptions,
  },
  async run({ arguments: { name }, options }, session) {
    const target = readDeploymentName(name, options.endpoint)
    const { body } = await prepareDeployment(session, options.file)
    const deployment = await session.client.call('updateDeployment', {
      params: { ws: session.workspace, ...target },
      body,
    })
    return finishDeployment(session, deployment, options)
  },
})
