import { defineCommand } from '../../command.ts'

export default defineCommand({
  name: 'workspace create',
  summary: 'Create a workspace; you become its Owner',
  examples: ['modelyard workspace create chicago --description "Riders of the L"'],
  arguments: { name: { summary: 'a-z, 0-9 and -' } },
  options: {
    displayName: { flags: '--display-name', summary: 'name that people see', kind: 'text' },
    description: { flags: '--description', summary: 'what it is for', kind: 'text' },
  },
  serverWide: true,
  async run({ arguments: { name }, options }, { client, output }) {
    const workspace = await client.call('createWorkspace', {
      body: {
        name,
        ...(options.displayName === undefined ? {} : { displayName: options.displayName }),
        ...(options.description === undefined ? {} : { description: options.description }),
      },
    })
    output.document(
      workspace,
      () =>
        `Workspace ${workspace.name} is there: ${workspace.url}\nWork in it here: modelyard workspace use ${workspace.name}\n`,
    )
  },
})
