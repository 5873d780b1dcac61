import { defineCommand } from '../../command.ts'
import { usageFailure } from '../../failure.ts'

export default defineCommand({
  name: 'token create',
  summary: 'Create a token; its text is shown once',
  examples: ['modelyard token create --principal ci --description "deploys" --expires-in-days 30'],
  options: {
    principal: { flags: '--principal', summary: 'for somebody else than you', kind: 'text', value: 'NAME' },
    description: { flags: '--description', summary: 'what it is for', kind: 'text' },
    expiresInDays: { flags: '--expires-in-days', summary: 'days that it works (90)', kind: 'number' },
    neverExpires: { flags: '--never-expires', summary: 'works until it is deleted', kind: 'flag' },
  },
  serverWide: true,
  async run({ options }, { client, output }) {
    if (options.neverExpires && options.expiresInDays !== undefined)
      throw usageFailure('--never-expires and --expires-in-days exclude each other.', 'Give one of them.')
    const days = options.neverExpires ? null : options.expiresInDays
    const token = await client.call('createToken', {
      body: {
        ...(options.principal === undefined ? {} : { principal: options.principal }),
        ...(options.description === undefined ? {} : { description: options.description }),
        ...(days === undefined ? {} : { expiresInDays: days }),
      },
    })
    output.document(
      token,
      () =>
        `${token.token}\n${output.style.dim(`Shown once. ${token.id} of ${token.principal}, ${token.expiresAt === null ? 'never expires' : `until ${token.expiresAt}`}. Use it as MODELYARD_TOKEN.`)}\n`,
    )
  },
})
