import { defineCommand } from '../../command.ts'

export default defineCommand({
  name: 'model alias',
  summary: 'Point an alias at a version',
  examples: ['modelyard model alias ridership 3 champion'],
  arguments: {
    name: { summary: 'name of the model' },
    version: { summary: 'number of the version' },
    alias: { summary: 'alias, such as champion' },
  },
  async run({ arguments: { name, version, alias } }, { client, workspace, output }) {
    const found = await client.call('setModelAlias', { params: { ws: workspace, name, alias }, body: { version } })
    output.document(found, () => `@${alias} of ${found.model} is version ${found.version}.\n`)
  },
})
