import { defineCommand } from '../../command.ts'
import { harmless, renderFields } from '../../output/table.ts'
import { ago } from '../../output/words.ts'

export default defineCommand({
  name: 'workspace show',
  summary: 'One workspace; without a name the one in use',
  arguments: { name: { summary: 'name of the workspace', optional: true } },
  async run({ arguments: { name } }, { client, workspace, output, host }) {
    const found = await client.call('getWorkspace', { params: { ws: name ?? workspace } })
    output.document(found, () =>
      renderFields(
        {
          workspace: output.style.bold(found.name),
          description: found.description === '' ? undefined : harmless(found.description),
          created: `${ago(found.createdAt, host.clock.now())} by ${harmless(found.createdBy)}`,
          page: found.url,
          'tracking uri': found.trackingUri,
        },
        output.style,
      ),
    )
  },
})
