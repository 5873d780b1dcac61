import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createLogger, systemClock } from '@modelyard/platform'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Platform } from '../../platform/index.ts'
import { startMonitorThread, type MonitorThread } from '../thread/monitor-thread.ts'
import { createCollection, type Collection } from './index.ts'
import { writeSegment, type TestRecord } from './test-segments.ts'

const start = Date.parse('2026-03-01T10:00:00Z')
const settings = { signature: null, csv: false, modelName: 'm', modelVersion: '1' }
let home = ''
let thread: MonitorThread
let collection: Collection
/** Predictions that the gateway still holds; closing a segment writes them. */
let held: TestRecord[] = []
let rotations = 0

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'modelyard-collected-'))
  held = []
  rotations = 0
  const logger = createLogger({ name: 'test', level: 'silent' })
  thread = startMonitorThread(systemClock, logger)
  const platform = { clock: systemClock, logger, configuration: { home } } as unknown as Platform
  collection = createCollection(platform, {
    thread,
    async rotate(workspace, endpoint) {
      const name = `s${rotations++}`
      const records = held
      held = []
      await writeSegment(collection.place(workspace, endpoint), 'blue', name, records)
    },
    settingsOf: (_workspace, endpoint) =>
      Promise.resolve(endpoint === 'ridership' ? new Map([['blue', settings]]) : undefined),
    namingOf: () => Promise.resolve({ keys: null, label: null }),
  })
})
afterEach(async () => {
  await thread.stop()
  await rm(home, { recursive: true, force: true })
})

function answer(id: string): void {
  held.push({ at: start, id, request: { data: [{ x: 1 }] }, answer: [2] })
}

const call = (parts: object): never =>
  ({ params: { ws: 'default', endpoint: 'ridership' }, query: {}, body: {}, ...parts }) as never

test('what was answered before a flush is there after it, and calls that come together share one', async () => {
  answer('a')
  const first = collection.flush('default', 'ridership')
  answer('b')
  const others = [1, 2, 3].map(() => collection.flush('default', 'ridership'))
  await first
  await Promise.all(others)
  expect(rotations).toBe(2)
  expect(await collection.summary('default', 'ridership')).toMatchObject({ rows: 2, inputColumns: ['x'] })
  await expect(
    collection.handlers.listCollectedFiles(call({ params: { ws: 'default', endpoint: 'other' } })),
  ).rejects.toMatchObject({
    code: 'endpoint_not_found',
  })
})

test('a listed file can be downloaded, and nothing else', async () => {
  answer('a')
  const { items } = await collection.handlers.listCollectedFiles(call({}))
  expect(items.map(({ collection: name, rows }) => [name, rows])).toEqual([
    ['inputs', 1],
    ['predictions', 1],
  ])
  const path = items[0]?.path ?? ''
  const file = await collection.handlers.getCollectedFile(call({ query: { path } }))
  const body = file?.body
  if (!(body instanceof Readable)) throw new Error('no stream')
  const bytes = Buffer.concat((await body.toArray()) as Buffer[])
  expect(bytes).toEqual(await readFile(join(home, 'blobs/collected/default/ridership', path)))
  for (const other of [
    '../ridership/' + path,
    path.replace('/inputs/', '/../blue/inputs/'),
    '../../../../modelyard.db',
    '/etc/passwd',
    '',
  ])
    await expect(collection.handlers.getCollectedFile(call({ query: { path: other } }))).rejects.toMatchObject({
      code: 'collected_file_not_found',
    })
})

test('labels and the newest rows with them', async () => {
  for (const id of ['a', 'b', 'c']) answer(id)
  const upload = (text: string): object => ({ query: { format: 'csv' }, stream: Readable.from([Buffer.from(text)]) })
  expect(await collection.handlers.addLabels(call(upload('request_id,y\nb,5\n')))).toMatchObject({
    added: 1,
    matched: 0,
  })
  expect(await collection.handlers.listCollectedRows(call({ query: { limit: 2 } }))).toEqual({
    columns: [
      'request_id',
      'row_index',
      'event_time',
      'deployment',
      'model_version',
      'x',
      'prediction',
      'label',
      'labelled_at',
    ],
    rows: [
      ['c', 0, '2026-03-01T10:00:00.000Z', 'blue', null, 1, 2, null, null],
      ['b', 0, '2026-03-01T10:00:00.000Z', 'blue', null, 1, 2, 5, expect.any(String)],
    ],
  })
  await expect(collection.handlers.addLabels(call(upload('nothing\n')))).rejects.toMatchObject({
    code: 'labels_invalid',
  })
  expect(await collection.newLabels('default', 'ridership', 0)).toBe(1)
  expect(await collection.newLabels('default', 'ridership', systemClock.now() + 1000)).toBe(0)
})

test.skipIf(existsSync(join(import.meta.dirname, '../../../../../node_modules/@duckdb/node-api')))(
  'SQL without its engine says what to install',
  async () => {
    await expect(
      collection.handlers.queryCollected(call({ body: { sql: 'select 1', limit: 1 } })),
    ).rejects.toMatchObject({
      code: 'query_engine_missing',
    })
  },
)
