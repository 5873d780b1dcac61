import { defineCommand } from '../../command.ts'

export default defineCommand({
  name: 'loop cancel',
  summary: 'Stop a loop: its job is canceled, its rollout rolled back',
  arguments: { id: { summary: 'id of the loop' } },
  options: { note: { flags: '--note', summary: 'why; it stands in the story', kind: 'text' } },
  async run({ arguments: { id }, options }, { client, workspace, output }) {
    const loop = await client.call('cancelLoop', { params: { ws: workspace, id }, body: { note: options.note ?? '' } })
    output.document(loop, () => `Loop ${loop.id} is canceled.\n`)
  },
})
