import { defineCommand } from '../../command.ts'
import { harmless, renderFields } from '../../output/table.ts'

export default defineCommand({
  name: 'token show',
  summary: 'One token, without its text',
  arguments: { id: { summary: 'id of the token' } },
  serverWide: true,
  async run({ arguments: { id } }, { client, output }) {
    const token = await client.call('getToken', { params: { id } })
    output.document(token, () =>
      renderFields(
        {
          token: output.style.bold(token.id),
          principal: token.principal,
          description: token.description === '' ? undefined : harmless(token.description),
          prefix: token.prefix,
          expires: token.expiresAt ?? 'never',
          used: token.lastUsedAt ?? 'never',
        },
        output.style,
      ),
    )
  },
})
