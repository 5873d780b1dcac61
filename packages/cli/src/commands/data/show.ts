import { defineCommand } from '../../command.ts'
import { renderFields, renderTable } from '../../output/table.ts'
import { ago, bytes } from '../../output/words.ts'

export default defineCommand({
  name: 'data show',
  summary: 'One data asset with its versions',
  arguments: { name: { summary: 'name of the data asset' } },
  async run({ arguments: { name } }, { client, workspace, output, host }) {
    const asset = await client.call('getDataAsset', { params: { ws: workspace, name } })
    const { style } = output
    output.document(asset, () => {
      const fields = renderFields(
        { 'data asset': style.bold(asset.name), type: asset.type, latest: asset.latestVersion },
        style,
      )
      const versions = renderTable(
        asset.versions ?? [],
        [
          { heading: 'version', cell: (version) => version.version },
          { heading: 'files', align: 'right', cell: (version) => String(version.fileCount) },
          { heading: 'size', align: 'right', cell: (version) => bytes(version.sizeBytes) },
          { heading: 'created', cell: (version) => ago(version.createdAt, host.clock.now()) },
          { heading: 'digest', cell: (version) => style.dim(version.digest.slice(0, 12)) },
        ],
        style,
      )
      return `${fields}\n${versions}`
    })
  },
})
