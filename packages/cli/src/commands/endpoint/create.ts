import { defineCommand } from '../../command.ts'
import { renderEndpoint } from '../../endpoints/endpoint-view.ts'
import { readSource } from '../../files/source-file.ts'

export default defineCommand({
  name: 'endpoint create',
  summary: 'Create an endpoint from its file',
  examples: ['modelyard endpoint create -f endpoint.yml'],
  options: {
    file: { flags: '-f, --file', summary: 'YAML file, or - for stdin', kind: 'text', value: 'FILE', required: true },
  },
  async run({ options }, session) {
    const { output, host } = session
    const source = await readSource(session, options.file)
    const endpoint = await session.client.call('createEndpoint', {
      params: { ws: session.workspace },
      body: { source },
    })
    output.document(endpoint, () => renderEndpoint(endpoint, output.style, host.clock.now()))
  },
})
