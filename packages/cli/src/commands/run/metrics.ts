import { defineCommand } from '../../command.ts'
import { harmless, renderTable } from '../../output/table.ts'
import { figure } from '../../output/words.ts'

export default defineCommand({
  name: 'run metrics',
  summary: 'Series of the metrics of a run',
  arguments: { id: { summary: 'id of the run' } },
  options: {
    name: { flags: '--name', summary: 'only this metric', kind: 'text', value: 'M' },
    buckets: { flags: '--buckets', summary: 'thin out to this many, extremes kept', kind: 'number' },
  },
  async run({ arguments: { id }, options }, { client, workspace, output }) {
    const { name, buckets } = options
    const series = await client.call('getRunMetric', { params: { ws: workspace, id }, query: { name, buckets } })
    const { style } = output
    output.document(series, () => {
      if (series.length === 0) return 'No metrics were logged.\n'
      return series
        .map((each) => {
          const shown = each.points.slice(-20)
          const more = each.total > shown.length ? style.dim(`  the last ${shown.length} of ${each.total}`) : ''
          return `${style.bold(harmless(each.name))}${more}\n${renderTable(
            shown,
            [
              { heading: 'step', align: 'right', cell: (point) => String(point.step) },
              { heading: 'value', align: 'right', cell: (point) => figure(point.value) },
              { heading: 'at', cell: (point) => style.dim(point.at) },
            ],
            style,
          )}`
        })
        .join('\n')
    })
  },
})
