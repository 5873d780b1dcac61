import { defineCommand } from '../../command.ts'
import { collect, limitOption, showList } from '../../lists.ts'
import { harmless } from '../../output/table.ts'
import { ago } from '../../output/words.ts'

export default defineCommand({
  name: 'token list',
  summary: 'Your tokens, without their text',
  options: limitOption,
  serverWide: true,
  async run({ options }, session) {
    const now = session.host.clock.now()
    showList(session.output, await collect(session, 'listTokens', {}, options.limit), {
      empty: 'No tokens. Create one with `modelyard token create`.',
      columns: [
        { heading: 'id', cell: (token) => token.id },
        { heading: 'principal', cell: (token) => token.principal },
        { heading: 'description', cell: (token) => harmless(token.description) },
        { heading: 'expires', cell: (token) => token.expiresAt?.slice(0, 10) ?? 'never' },
        { heading: 'used', cell: (token) => (token.lastUsedAt === null ? 'never' : ago(token.lastUsedAt, now)) },
      ],
    })
  },
})
