import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { defineCommand } from '../../command.ts'
import { exitCodes } from '../../exit-codes.ts'
import { usageFailure } from '../../failure.ts'
import { readStdin } from '../../files/source-file.ts'
import { labelTarget } from '../../monitors/label-target.ts'
import { harmless } from '../../output/table.ts'
import { count } from '../../output/words.ts'

const formats = ['csv', 'jsonl', 'parquet'] as const
type Format = (typeof formats)[number]

export default defineCommand({
  name: 'label add',
  summary: 'Add what really happened: CSV, JSON lines or Parquet with request_id (or key columns) and the label',
  examples: [
    'modelyard label add -f labels.csv',
    'modelyard label add -f labels.parquet --endpoint ridership',
    'cat labels.jsonl | modelyard label add -f - --format jsonl --monitor ridership-watch',
  ],
  options: {
    file: { flags: '-f, --file', summary: 'the file, or - for stdin', kind: 'text', value: 'FILE', required: true },
    endpoint: { flags: '--endpoint', summary: 'whose predictions they belong to', kind: 'text', value: 'E' },
    monitor: { flags: '--monitor', summary: 'whose key columns and label name hold', kind: 'text', value: 'NAME' },
    format: {
      flags: '--format',
      summary: 'where the name of the file does not say it',
      kind: 'text',
      choices: formats,
      value: 'FORMAT',
    },
  },
  async run({ options }, session) {
    const { client, workspace, output, host } = session
    const format = (options.format as Format | undefined) ?? formatOf(options.file)
    const target = await labelTarget(session, options)
    const bytes = options.file === '-' ? await readStdin(session) : await readFile(resolve(host.folder, options.file))
    const report = await client.call('addLabels', {
      params: { ws: workspace, endpoint: target.endpoint },
      query: { format, monitor: target.monitor },
      rawBody: Uint8Array.from(bytes),
    })
    output.document({ endpoint: target.endpoint, ...report }, () => {
      const parts = [
        `${report.added} added`,
        ...(report.replaced > 0 ? [`${report.replaced} replaced`] : []),
        ...(report.unchanged > 0 ? [`${report.unchanged} unchanged`] : []),
        ...(report.refused > 0 ? [output.style.yellow(`${report.refused} refused`)] : []),
      ]
      const errors = report.errors.slice(0, 5).map(({ row, message }) => `  row ${row}: ${harmless(message)}\n`)
      return `${count(report.received, 'label')} for ${target.endpoint}: ${parts.join(', ')}; ${report.matched} belong to known predictions.\n${errors.join('')}`
    })
    return report.received > 0 && report.refused === report.received ? exitCodes.failure : undefined
  },
})

function formatOf(file: string): Format {
  if (/\.(parquet|pq)$/i.test(file)) return 'parquet'
  if (/\.(jsonl|ndjson|json)$/i.test(file)) return 'jsonl'
  if (/\.csv$/i.test(file)) return 'csv'
  throw usageFailure(`The name ${file} does not say what it is.`, 'Give --format csv, jsonl or parquet.')
}
