import { defineCommand } from '../../command.ts'
import { collect, limitOption, showList } from '../../lists.ts'
import { day } from '../../monitors/alert-view.ts'
import { ago } from '../../output/words.ts'

export default defineCommand({
  name: 'monitor list',
  summary: 'Monitors with their newest window and open alerts',
  options: limitOption,
  async run({ options }, session) {
    const { output, workspace, host } = session
    const monitors = await collect(session, 'listMonitors', { params: { ws: workspace } }, options.limit)
    showList(output, monitors, {
      empty: 'No monitors yet. Create one with `modelyard monitor create -f monitor.yml`.',
      columns: [
        { heading: 'name', cell: (monitor) => monitor.name },
        { heading: 'endpoint', cell: (monitor) => monitor.endpoint },
        {
          heading: 'newest window',
          cell: (monitor) => monitor.windows.map((window) => `${day(window.start)}, ${window.rows} rows`).join(''),
        },
        {
          heading: 'open alerts',
          align: 'right',
          cell: (monitor) => {
            const open = monitor.alerts.filter((alert) => alert.status !== 'resolved').length
            return open === 0 ? output.style.green('0') : output.style.red(String(open))
          },
        },
        {
          heading: 'last run',
          cell: (monitor) =>
            monitor.lastError === null ? ago(monitor.lastRunAt, host.clock.now()) : output.style.red('failed'),
        },
      ],
    })
  },
})
