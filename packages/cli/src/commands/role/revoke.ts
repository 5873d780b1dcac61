import { defineCommand } from '../../command.ts'
import { readRole } from '../../role-argument.ts'

export default defineCommand({
  name: 'role revoke',
  summary: 'Take a role from a principal',
  arguments: { principal: { summary: 'name of the principal' }, role: { summary: 'role to take away' } },
  async run({ arguments: { principal, role: text } }, { client, workspace, output }) {
    const role = readRole(text)
    await client.call('revokeRole', { params: { ws: workspace, principal, role } })
    output.document({ principal, role, revoked: true }, () => `${principal} is no longer ${role} in ${workspace}.\n`)
  },
})
