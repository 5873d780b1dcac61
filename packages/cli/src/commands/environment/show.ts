import { defineCommand } from '../../command.ts'
import { renderEnvironment } from '../../environments/environment-view.ts'

export default defineCommand({
  name: 'environment show',
  summary: 'One version of an environment: what it asks for, what is installed',
  examples: ['modelyard environment show training', 'modelyard environment show training --version 2'],
  arguments: { name: { summary: 'name of the environment' } },
  options: {
    version: { flags: '--version', summary: 'which version (the newest, unless said)', kind: 'text', value: 'V' },
  },
  async run({ arguments: { name }, options }, { client, workspace, output, host }) {
    const version = await client.call('getEnvironmentVersion', {
      params: { ws: workspace, name, version: options.version ?? 'latest' },
    })
    output.document(version, () => renderEnvironment(version, output.style, host.clock.now()))
  },
})
