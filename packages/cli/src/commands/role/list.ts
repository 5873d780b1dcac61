import { defineCommand } from '../../command.ts'
import { collect, showList } from '../../lists.ts'
import { ago } from '../../output/words.ts'

export default defineCommand({
  name: 'role list',
  summary: 'Who may do what in the workspace',
  async run(_input, session) {
    const now = session.host.clock.now()
    showList(session.output, await collect(session, 'listRoleAssignments', { params: { ws: session.workspace } }), {
      empty: 'No roles are assigned. Assign one with `modelyard role assign PRINCIPAL ROLE`.',
      columns: [
        { heading: 'principal', cell: (assignment) => assignment.principal },
        { heading: 'role', cell: (assignment) => assignment.role },
        { heading: 'scope', cell: (assignment) => (assignment.scope === '*' ? 'the whole server' : assignment.scope) },
        { heading: 'since', cell: (assignment) => ago(assignment.createdAt, now) },
      ],
    })
  },
})
