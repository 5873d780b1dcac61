import { defineCommand } from '../../command.ts'
import { readSource } from '../../files/source-file.ts'
import { renderMonitor } from '../../monitors/monitor-view.ts'

export default defineCommand({
  name: 'monitor create',
  summary: 'Create a monitor from its file, or replace the file of one with --replace',
  examples: [
    'modelyard monitor create -f monitor.yml',
    'modelyard monitor create -f monitor.yml --replace ridership-watch',
  ],
  options: {
    file: { flags: '-f, --file', summary: 'YAML file, or - for stdin', kind: 'text', value: 'FILE', required: true },
    replace: {
      flags: '--replace',
      summary: 'the monitor whose file this replaces; its windows are computed again',
      kind: 'text',
      value: 'NAME',
    },
  },
  async run({ options }, session) {
    const { client, workspace, output, host } = session
    const source = await readSource(session, options.file)
    const monitor =
      options.replace === undefined
        ? await client.call('createMonitor', { params: { ws: workspace }, body: { source } })
        : await client.call('updateMonitor', { params: { ws: workspace, name: options.replace }, body: { source } })
    for (const warning of monitor.warnings) output.note(output.errorStyle.yellow(`note: ${warning}`))
    output.document(monitor, () => renderMonitor({ ...monitor, warnings: [] }, output.style, host.clock.now()))
  },
})
