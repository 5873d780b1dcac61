import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EndpointPlace } from './doors.ts'
import { compact } from './compaction.ts'
import { ingest } from './ingest.ts'
import { eachValue, openParquetFile } from './parquet-file.ts'
import { placeOf } from './places.ts'
import { readCollected } from './reading.ts'
import { writeSegment } from './test-segments.ts'

const start = Date.parse('2026-03-01T10:00:00Z')
const settings = { signature: null, csv: false, modelName: null, modelVersion: null }
const rowsPerSegment = 120
/** After how many milliseconds of work each round is killed. */
const rounds = [0, 15, 40, 80, 150, 250, 400, 700, 1200]
let home = ''
let place: EndpointPlace

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'modelyard-kill-'))
  place = placeOf(home, 'default', 'ridership')
})
afterEach(() => rm(home, { recursive: true, force: true }))

/** Ingests and merges in a process of its own, which is killed after a while. Answers whether it came to its end before. */
async function workFor(delayMs: number): Promise<boolean> {
  const input = { place, deployment: 'blue', settings, nowMs: start, beforeMs: Number.MAX_SAFE_INTEGER }
  const program = `
import { ingest } from ${JSON.stringify(join(import.meta.dirname, 'ingest.ts'))}
import { compact } from ${JSON.stringify(join(import.meta.dirname, 'compaction.ts'))}
const input = ${JSON.stringify(input)}
process.send('begun')
await ingest(input)
await compact(input)
process.exit(0)
`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ended = Promise.withResolvers<NodeJS.Signals | null>()
  child.once('close', (_code, signal) => ended.resolve(signal))
  child.once('message', () => setTimeout(() => child.kill('SIGKILL'), delayMs))
  return (await ended.promise) === null
}

/** Every row in the folders, whatever any manifest says: what a reader of the files sees. */
async function rowsOnDisk(collection: string): Promise<string[]> {
  const folder = join(place.rowsFolder, 'blue', collection)
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const keys: string[] = []
  for (const name of names.filter((each) => each.endsWith('.parquet'))) {
    await using file = await openParquetFile(join(folder, name))
    const ids: unknown[] = []
    await eachValue(file, 'request_id', (value) => ids.push(value))
    await eachValue(file, 'row_index', (value, row) => keys.push(`${String(ids[row])}/${Number(value)}`))
  }
  return keys
}

test('a process killed at any moment of ingest, widening and merging leaves no row twice, none torn and none lost', async () => {
  let segments = 0
  let killed = 0
  for (const delayMs of rounds) {
    for (let more = 0; more < 3; more++) {
      const segment = segments++
      // A fraction from the fifth segment on, and a new column now and then: older files are rewritten.
      const row = (index: number): object => ({
        x: segment < 5 ? index : index + 0.5,
        [`late${Math.floor(segment / 9)}`]: 1,
      })
      await writeSegment(
        place,
        'blue',
        `s${String(segment).padStart(4, '0')}`,
        Array.from({ length: rowsPerSegment }, (_unused, index) => ({
          at: start + index * 60_000,
          id: `${segment}-${index}`,
          request: { data: [row(index)] },
          answer: [segment],
        })),
      )
    }
    if (!(await workFor(delayMs))) killed++
    for (const collection of ['inputs', 'predictions']) {
      const rows = await rowsOnDisk(collection)
      expect(new Set(rows).size).toBe(rows.length)
    }
  }
  expect(killed).toBeGreaterThan(1)
  await ingest({ place, deployment: 'blue', settings, nowMs: start })
  await compact({ place, deployment: 'blue', beforeMs: Number.MAX_SAFE_INTEGER })
  for (const collection of ['inputs', 'predictions'])
    expect(await rowsOnDisk(collection)).toHaveLength(segments * rowsPerSegment)
  await using read = await readCollected({ place })
  expect(read.rows).toBe(segments * rowsPerSegment)
  const x = await read.inputs.read('x')
  const prediction = await read.predictions.read('prediction')
  read.requestIds.forEach((id, row) => {
    const [segment, index] = id.split('-').map(Number)
    expect(prediction.kind === 'number' && prediction.values[row]).toBe(segment)
    expect(x.kind === 'number' && Math.floor(x.values[row] ?? Number.NaN)).toBe(index)
  })
}, 240_000)
