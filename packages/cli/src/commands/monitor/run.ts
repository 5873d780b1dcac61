import { defineCommand } from '../../command.ts'
import { renderMonitor } from '../../monitors/monitor-view.ts'

export default defineCommand({
  name: 'monitor run',
  summary: 'Collect what the gateway holds, compute what is due, and show it',
  examples: ['modelyard monitor run ridership-watch', 'modelyard monitor run ridership-watch --json --distributions'],
  arguments: { name: { summary: 'name of the monitor' } },
  options: {
    windows: { flags: '--windows', summary: 'show at most that many, the newest (100)', kind: 'number', value: 'N' },
    distributions: { flags: '--distributions', summary: 'with the counts of each feature', kind: 'flag' },
  },
  async run({ arguments: { name }, options }, { client, workspace, output, host }) {
    const monitor = await client.call('runMonitor', {
      params: { ws: workspace, name },
      query: { windows: options.windows, distributions: String(options.distributions) },
    })
    output.document(monitor, () => renderMonitor(monitor, output.style, host.clock.now()))
  },
})
