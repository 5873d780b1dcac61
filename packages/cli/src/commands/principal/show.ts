import { defineCommand } from '../../command.ts'
import { harmless, renderFields } from '../../output/table.ts'

export default defineCommand({
  name: 'principal show',
  summary: 'One principal',
  arguments: { name: { summary: 'name of the principal' } },
  serverWide: true,
  async run({ arguments: { name } }, { client, output }) {
    const principal = await client.call('getPrincipal', { params: { name } })
    output.document(principal, () =>
      renderFields(
        {
          principal: output.style.bold(principal.name),
          kind: principal.kind,
          'display name': harmless(principal.displayName),
          created: principal.createdAt,
        },
        output.style,
      ),
    )
  },
})
