import { renderTrigger } from '../../automations/trigger-view.ts'
import { defineCommand } from '../../command.ts'
import { readSource } from '../../files/source-file.ts'

export default defineCommand({
  name: 'trigger create',
  summary: 'Create a trigger from its file',
  examples: ['modelyard trigger create -f trigger.yml'],
  options: {
    file: { flags: '-f, --file', summary: 'YAML file, or - for stdin', kind: 'text', value: 'FILE', required: true },
  },
  async run({ options }, session) {
    const { output, host } = session
    const source = await readSource(session, options.file)
    const trigger = await session.client.call('createTrigger', { params: { ws: session.workspace }, body: { source } })
    output.document(trigger, () => renderTrigger(trigger, output.style, host.clock.now()))
  },
})
