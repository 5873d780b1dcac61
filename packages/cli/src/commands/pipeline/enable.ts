import { defineCommand } from '../../command.ts'

export default defineCommand({
  name: 'pipeline enable',
  summary: 'Let a pipeline be started again',
  arguments: { name: { summary: 'name of the pipeline' } },
  async run({ arguments: { name } }, { client, workspace, output }) {
    const pipeline = await client.call('setPipelineEnabled', {
      params: { ws: workspace, name },
      body: { enabled: true },
    })
    output.document(pipeline, () => `Pipeline ${pipeline.name} is enabled.\n`)
  },
})
