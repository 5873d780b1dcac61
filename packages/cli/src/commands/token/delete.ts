import { defineCommand } from '../../command.ts'

export default defineCommand({
  name: 'token delete',
  summary: 'Revoke a token',
  arguments: { id: { summary: 'id of the token' } },
  serverWide: true,
  async run({ arguments: { id } }, { client, output }) {
    await client.call('deleteToken', { params: { id } })
    output.document({ id, deleted: true }, () => `Token ${id} no longer works.\n`)
  },
})
