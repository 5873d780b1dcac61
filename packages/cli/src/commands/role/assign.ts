import { defineCommand } from '../../command.ts'
import { readRole } from '../../role-argument.ts'

export default defineCommand({
  name: 'role assign',
  summary: 'Give a principal a role in the workspace',
  examples: ['modelyard role assign ci DataScientist --workspace chicago'],
  arguments: {
    principal: { summary: 'name of the principal' },
    role: { summary: 'Owner, Contributor, DataScientist, Operator, Reader or Runner' },
  },
  async run({ arguments: { principal, role } }, { client, workspace, output }) {
    const params = { ws: workspace, principal, role: readRole(role) }
    const assignment = await client.call('assignRole', { params })
    output.document(assignment, () => `${assignment.principal} is ${assignment.role} in ${workspace}.\n`)
  },
})
