import { defineCommand } from '../../command.ts'
import { readSource } from '../../files/source-file.ts'
import { renderSchedule } from '../../schedules/schedule-view.ts'

export default defineCommand({
  name: 'schedule create',
  summary: 'Create a schedule of a published pipeline from its file, or replace one with --replace',
  examples: ['modelyard schedule create -f nightly.yml', 'modelyard schedule create -f nightly.yml --replace'],
  options: {
    file: { flags: '-f, --file', summary: 'YAML file, or - for stdin', kind: 'text', value: 'FILE', required: true },
    replace: { flags: '--replace', summary: 'instead of the schedule of that name', kind: 'flag' },
  },
  async run({ options }, session) {
    const { client, workspace, output, host } = session
    const source = await readSource(session, options.file)
    const schedule = await client.call('createSchedule', {
      params: { ws: workspace },
      body: { source, replace: options.replace },
    })
    output.document(schedule, () => renderSchedule(schedule, output.style, host.clock.now()))
  },
})
