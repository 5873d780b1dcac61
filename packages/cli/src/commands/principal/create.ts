import { defineCommand } from '../../command.ts'

export default defineCommand({
  name: 'principal create',
  summary: 'Let somebody or something in',
  examples: ['modelyard principal create ci --kind service'],
  arguments: { name: { summary: 'name of the principal' } },
  options: {
    kind: { flags: '--kind', summary: 'user or service', kind: 'text', choices: ['user', 'service'], value: 'KIND' },
    displayName: { flags: '--display-name', summary: 'name that people see', kind: 'text' },
  },
  serverWide: true,
  async run({ arguments: { name }, options }, { client, output }) {
    const principal = await client.call('createPrincipal', {
      body: {
        name,
        kind: options.kind === 'service' ? 'service' : 'user',
        ...(options.displayName === undefined ? {} : { displayName: options.displayName }),
      },
    })
    output.document(
      principal,
      () =>
        `Principal ${principal.name} is there. It may nothing yet: modelyard role assign ${principal.name} Reader\nA key for it: modelyard token create --principal ${principal.name}\n`,
    )
  },
})
