import { defineCommand } from '../../command.ts'
import { collect, limitOption, showList } from '../../lists.ts'
import { harmless } from '../../output/table.ts'
import { ago } from '../../output/words.ts'

export default defineCommand({
  name: 'principal list',
  summary: 'All principals',
  options: limitOption,
  serverWide: true,
  async run({ options }, session) {
    showList(session.output, await collect(session, 'listPrincipals', {}, options.limit), {
      empty: 'No principals. Create one with `modelyard principal create NAME`.',
      columns: [
        { heading: 'name', cell: (principal) => principal.name },
        { heading: 'kind', cell: (principal) => principal.kind },
        { heading: 'display name', cell: (principal) => harmless(principal.displayName) },
        { heading: 'created', cell: (principal) => ago(principal.createdAt, session.host.clock.now()) },
      ],
    })
  },
})
