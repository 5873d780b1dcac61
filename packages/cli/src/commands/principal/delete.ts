import { defineCommand } from '../../command.ts'

export default defineCommand({
  name: 'principal delete',
  summary: 'Delete a principal with its tokens and roles',
  arguments: { name: { summary: 'name of the principal' } },
  serverWide: true,
  async run({ arguments: { name } }, { client, output }) {
    await client.call('deletePrincipal', { params: { name } })
    output.document({ name, deleted: true }, () => `Principal ${name} is deleted.\n`)
  },
})
