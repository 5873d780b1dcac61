import { defineCommand } from '../../command.ts'
import { endpointOption } from '../../endpoints/deployment-name.ts'
import { prepareDeployment } from '../../endpoints/deployment-source.ts'
import { finishDeployment, waitOptions } from '../../endpoints/waiting.ts'
import { usageFailure } from '../../failure.ts'

export default defineCommand({
  name: 'deployment create',
  summary: 'Put a model behind an endpoint',
  examples: ['modelyard deployment create -f deployment.yml --endpoint ridership --wait'],
  options: {
    file: { flags: '-f, --file', summary: 'YAML file, or - for stdin', kind: 'text', value: 'FILE', required: true },
    ...endpointOption,
    ...waitOptions,
  },
  async run({ options }, session) {
    const { endpointName, body } = await prepareDeployment(session, options.file)
    const endpoint = options.endpoint ?? endpointName
    if (endpoint === undefined)
      throw usageFailure(`${options.file} has no endpoint_name.`, 'Add --endpoint ENDPOINT, or the key endpoint_name.')
    const params = { ws: session.workspace, endpoint }
    const deployment = await session.client.call('createDeployment', { params, body })
    return finishDeployment(session, deployment, options)
  },
})
