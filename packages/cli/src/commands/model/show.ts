import { defineCommand } from '../../command.ts'
import { readModelReference, renderModel, renderModelVersion } from '../../model-view.ts'

export default defineCommand({
  name: 'model show',
  summary: 'A model with its versions, or one version',
  examples: [
    'modelyard model show ridership',
    'modelyard model show ridership:3',
    'modelyard model show ridership@champion',
  ],
  arguments: { model: { summary: 'NAME, NAME:VERSION or NAME@ALIAS' } },
  async run({ arguments: { model: text } }, { client, workspace, output, host }) {
    const { name, version } = readModelReference(text)
    const now = host.clock.now()
    if (version === undefined) {
      const model = await client.call('getModel', { params: { ws: workspace, name } })
      output.document(model, () => renderModel(model, output.style, now))
      return
    }
    const found = await client.call('getModelVersion', { params: { ws: workspace, name, version } })
    output.document(found, () => renderModelVersion(found, output.style, now))
  },
})
