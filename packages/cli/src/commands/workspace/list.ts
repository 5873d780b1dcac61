import { defineCommand } from '../../command.ts'
import { collect, limitOption, showList } from '../../lists.ts'
import { harmless } from '../../output/table.ts'
import { ago } from '../../output/words.ts'

export default defineCommand({
  name: 'workspace list',
  summary: 'The workspaces you can see',
  options: limitOption,
  async run({ options }, session) {
    const { output, workspace: current, host } = session
    showList(output, await collect(session, 'listWorkspaces', {}, options.limit), {
      empty: 'You can see no workspace. Ask an Owner for a role, or create one with `modelyard workspace create NAME`.',
      columns: [
        { heading: '', cell: (workspace) => (workspace.name === current ? output.style.green('●') : ' ') },
        { heading: 'name', cell: (workspace) => workspace.name },
        { heading: 'description', cell: (workspace) => harmless(workspace.description) },
        { heading: 'created', cell: (workspace) => ago(workspace.createdAt, host.clock.now()) },
      ],
    })
  },
})
