import { defineCommand } from '../../command.ts'
import { collect, limitOption, showList } from '../../lists.ts'
import { day, paintAlert } from '../../monitors/alert-view.ts'
import { harmless } from '../../output/table.ts'

export default defineCommand({
  name: 'alert list',
  summary: 'Alerts, newest first',
  examples: ['modelyard alert list --status firing', 'modelyard alert list --monitor ridership-watch --json'],
  options: {
    status: {
      flags: '--status',
      summary: 'only these',
      kind: 'text',
      choices: ['pending', 'firing', 'acknowledged', 'resolved'],
      value: 'STATUS',
    },
    monitor: { flags: '--monitor', summary: 'only of this monitor', kind: 'text', value: 'NAME' },
    endpoint: { flags: '--endpoint', summary: 'only of this endpoint', kind: 'text', value: 'E' },
    ...limitOption,
  },
  async run({ options }, session) {
    const { output, workspace } = session
    const query = {
      status: options.status as 'firing' | undefined,
      monitor: options.monitor,
      endpoint: options.endpoint,
    }
    const alerts = await collect(session, 'listAlerts', { params: { ws: workspace }, query }, options.limit)
    showList(output, alerts, {
      empty: 'No alerts.',
      columns: [
        { heading: 'alert', cell: (alert) => alert.id },
        { heading: 'status', cell: (alert) => paintAlert(output.style, alert.status) },
        { heading: 'since', cell: (alert) => day(alert.since) },
        { heading: 'monitor', cell: (alert) => harmless(alert.monitor) },
        { heading: 'signal', cell: (alert) => harmless(alert.signal) },
        {
          heading: 'features',
          cell: (alert) =>
            harmless(alert.features.slice(0, 3).join(', ')) +
            (alert.features.length > 3 ? ` and ${alert.features.length - 3} more` : ''),
        },
      ],
    })
  },
})
