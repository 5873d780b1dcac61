import { createWriteStream } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { defineCommand } from '../../command.ts'
import { usageFailure } from '../../failure.ts'
import { safeFilePath } from '../../monitors/collected-path.ts'
import { bytes, count } from '../../output/words.ts'

export default defineCommand({
  name: 'monitor data',
  summary: 'Write the collected rows of a monitor’s endpoint into a folder, as Parquet in its partitions',
  examples: [
    'modelyard monitor data ridership-watch --out rows',
    'modelyard monitor data ridership-watch --out rows --from 2006-01-01T00:00:00Z --to 2006-04-01T00:00:00Z',
  ],
  arguments: { name: { summary: 'name of the monitor' } },
  options: {
    out: { flags: '--out', summary: 'folder to write to', kind: 'text', value: 'DIR', required: true },
    from: { flags: '--from', summary: 'event time of the first rows (whole hours)', kind: 'text', value: 'TIME' },
    to: { flags: '--to', summary: 'event time of the first rows that are left out', kind: 'text', value: 'TIME' },
  },
  async run({ arguments: { name }, options }, { client, workspace, output, host }) {
    const query = { from: timeOf(options.from, '--from'), to: timeOf(options.to, '--to') }
    const { endpoint } = await client.call('getMonitor', { params: { ws: workspace, name }, query: { windows: 0 } })
    const params = { ws: workspace, endpoint }
    const folder = resolve(host.folder, options.out)
    const { items } = await client.call('listCollectedFiles', { params, query })
    await mkdir(folder, { recursive: true })
    for (const file of items) {
      const target = join(folder, safeFilePath(file.path))
      await mkdir(dirname(target), { recursive: true })
      const answer = await client.stream('getCollectedFile', { params, query: { path: file.path } })
      if (answer.body === null) continue
      await pipeline(Readable.fromWeb(answer.body), createWriteStream(`${target}.part`))
      await rename(`${target}.part`, target)
    }
    const rows = items.reduce((sum, file) => sum + file.rows, 0)
    const sizeBytes = items.reduce((sum, file) => sum + file.sizeBytes, 0)
    const files = items.map((file) => ({ ...file, path: safeFilePath(file.path) }))
    output.document({ name, endpoint, out: folder, rows, sizeBytes, files }, () =>
      items.length === 0
        ? `Nothing was collected${query.from === undefined && query.to === undefined ? '' : ' in that time'}.\n`
        : `${count(items.length, 'file')} with ${count(rows, 'row')} (${bytes(sizeBytes)}) in ${options.out}\n`,
    )
  },
})

function timeOf(text: string | undefined, flag: string): string | undefined {
  if (text === undefined) return undefined
  const at = Date.parse(text)
  if (Number.isNaN(at)) throw usageFailure(`${flag} is no time: ${text}.`, 'Write it as 2006-01-31T00:00:00Z.')
  return new Date(at).toISOString()
}
