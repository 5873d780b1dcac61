import { defineCommand } from '../../command.ts'

export default defineCommand({
  name: 'pipeline disable',
  summary: 'Refuse to start a pipeline',
  arguments: { name: { summary: 'name of the pipeline' } },
  async run({ arguments: { name } }, { client, workspace, output }) {
    const pipeline = await client.call('setPipelineEnabled', {
      params: { ws: workspace, name },
      body: { enabled: false },
    })
    output.document(pipeline, () => `Pipeline ${pipeline.name} is disabled.\n`)
  },
})
