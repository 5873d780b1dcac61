import { defineCommand } from '../../command.ts'
import { renderMonitor } from '../../monitors/monitor-view.ts'

export default defineCommand({
  name: 'monitor show',
  summary: 'One monitor with its newest windows and its alerts',
  examples: ['modelyard monitor show ridership-watch', 'modelyard monitor show ridership-watch --json --windows 8'],
  arguments: { name: { summary: 'name of the monitor' } },
  options: {
    windows: { flags: '--windows', summary: 'at most that many, the newest (100)', kind: 'number', value: 'N' },
    distributions: { flags: '--distributions', summary: 'with the counts of each feature', kind: 'flag' },
  },
  async run({ arguments: { name }, options }, { client, workspace, output, host }) {
    const monitor = await client.call('getMonitor', {
      params: { ws: workspace, name },
      query: { windows: options.windows, distributions: String(options.distributions) },
    })
    output.document(monitor, () => renderMonitor(monitor, output.style, host.clock.now()))
  },
})
