import { defineCommand } from '../../command.ts'
import { endpointOption, readDeploymentName } from '../../endpoints/deployment-name.ts'
import { harmless } from '../../output/table.ts'

export default defineCommand({
  name: 'deployment logs',
  summary: 'The end of a deployment’s log',
  arguments: { name: { summary: 'NAME, or ENDPOINT/NAME' } },
  options: {
    ...endpointOption,
    tail: { flags: '--tail', summary: 'how many lines (500)', kind: 'number' },
    requestId: { flags: '--request-id', summary: 'only lines of this request', kind: 'text', value: 'ID' },
  },
  async run({ arguments: { name }, options }, { client, workspace, output }) {
    const target = readDeploymentName(name, options.endpoint)
    const query = { tail: options.tail, requestId: options.requestId }
    const log = await client.call('getDeploymentLogs', { params: { ws: workspace, ...target }, query })
    output.document(log, () =>
      log.lines.length === 0 ? 'Nothing was written yet.\n' : log.lines.map((line) => `${harmless(line)}\n`).join(''),
    )
  },
})
