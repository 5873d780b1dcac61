import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultPython } from '@modelyard/platform'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { compact } from './compaction.ts'
import { exportCsv } from './csv-export.ts'
import { readFileSync } from 'node:fs'
import type { DeploymentSettings, EndpointPlace } from './doors.ts'
import { ingest } from './ingest.ts'
import { placeOf } from './places.ts'
import { readCollected } from './reading.ts'
import { retain } from './retention.ts'
import { summary } from './summary.ts'
import { writeSegment, type TestRecord } from './test-segments.ts'

const none: DeploymentSettings = { signature: null, csv: false, modelName: null, modelVersion: null }
const start = Date.parse('2026-03-01T10:00:00Z')
const hourMs = 3_600_000
let home = ''
let place: EndpointPlace

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'modelyard-collection-'))
  place = placeOf(home, 'default', 'ridership')
})
afterEach(() => rm(home, { recursive: true, force: true }))

async function take(name: string, records: readonly TestRecord[], settings = none): Promise<void> {
  await writeSegment(place, 'blue', name, records)
  await ingest({ place, deployment: 'blue', settings, nowMs: start })
}

/** What pyarrow and pandas make of a folder as it lies. */
function readByPandas(collection: string): { types: Record<string, string>; rows: Record<string, unknown>[] } {
  const program = `
import json, sys, pandas as pd, pyarrow.dataset as ds
folder = sys.argv[1]
table = ds.dataset(folder, format='parquet', partitioning='hive').to_table()
frame = pd.read_parquet(folder)
assert table.num_rows == len(frame)
frame = frame.sort_values(['request_id', 'row_index'])
types = {field.name: str(field.type) for field in table.schema}
print(json.dumps({'types': types, 'rows': json.loads(frame.to_json(orient='records', date_unit='ms'))}))
`
  const { stdout, stderr, status } = spawnSync(
    defaultPython() ?? 'python3',
    ['-c', program, join(place.rowsFolder, 'blue', collection)],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as ReturnType<typeof readByPandas>
}

describe('segments become Parquet that pandas reads as it lies', () => {
  test('every form of a body gives the same rows', async () => {
    const row = { a: 1, b: 2.5, c: 'x', d: true }
    const cells = Object.values(row)
    const columns = Object.keys(row)
    const bodies: unknown[] = [
      { data: [row] },
      { inputs: [row] },
      { instances: [row] },
      { dataframe_records: [row] },
      [row],
      { input_data: { columns, data: [cells] } },
      { dataframe_split: { columns, index: [0], data: [cells] } },
      { data: [cells] },
      { columns, data: [cells] },
      { inputs: { a: [1], b: [2.5], c: ['x'], d: [true] } },
      [cells],
    ]
    const signature = columns.map((name, index) => ({
      name,
      type: ['long', 'double', 'string', 'boolean'][index] ?? '',
    }))
    await take(
      's1',
      bodies.map((request, index) => ({
        at: start + index,
        id: `r${String(index).padStart(2, '0')}`,
        request,
        answer: index % 2 === 0 ? [index] : { predictions: [index] },
        version: '3',
      })),
      { ...none, signature },
    )
    const inputs = readByPandas('inputs')
    expect(inputs.types).toMatchObject({ a: 'int64', b: 'double', c: 'string', d: 'bool', row_index: 'int32' })
    expect(inputs.types['event_time']).toBe('timestamp[ms, tz=UTC]')
    expect(inputs.rows).toHaveLength(bodies.length)
    for (const stored of inputs.rows) expect(stored).toMatchObject({ ...row, type_errors: null, year: 2026, month: 3 })
    const predictions = readByPandas('predictions')
    expect(predictions.rows.map((stored) => stored['prediction'])).toEqual(bodies.map((_body, index) => index))
    expect(predictions.rows[0]).toMatchObject({ model_version: '3', event_time: start })
  })

  test('whole numbers become doubles in older files, too, once a fraction comes; later columns are missing in them', async () => {
    await take('s1', [{ at: start, id: 'a', request: { data: [{ x: 1 }] }, answer: [7] }])
    expect(readByPandas('inputs').types['x']).toBe('int64')
    await take('s2', [{ at: start + hourMs, id: 'b', request: { data: [{ x: 1.5, z: 'new' }] }, answer: [7.25] }])
    const { types, rows } = readByPandas('inputs')
    expect(types).toMatchObject({ x: 'double', z: 'string' })
    expect(rows.map(({ x, z }) => [x, z])).toEqual([
      [1, null],
      [1.5, 'new'],
    ])
    expect(readByPandas('predictions').rows.map((row) => row['prediction'])).toEqual([7, 7.25])
  })

  test('what does not fit its column is missing and named; nulls and infinities are what they are', async () => {
    await take('s1', [
      { at: start, id: 'a', request: { data: [{ n: 1, t: 'x', b: true }] }, answer: [1] },
      { at: start, id: 'b', request: { data: [{ n: 'word', t: 5, b: 'yes' }] }, answer: [1] },
      {
        at: start,
        id: 'c',
        request: '{"data": [{"n": Infinity, "t": null, "b": NaN}, {"n": -Infinity, "t": "NaN"}]}',
        answer: [1, 2],
      },
      { at: start, id: 'd', request: { data: [{ n: 2, t: 'x', b: false }] }, answer: [1] },
      { at: start, id: 'e', request: { data: [{ n: 3, t: 'y', b: false }] }, answer: [1] },
    ])
    const { rows } = readByPandas('inputs')
    expect(rows.map((row) => row['type_errors'])).toEqual([null, 'n,t,b', null, null, null, null])
    await using read = await readCollected({ place })
    const numbers = await read.inputs.read('n')
    expect(numbers.kind === 'number' && [...numbers.values]).toEqual([
      1,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      2,
      3,
    ])
    expect(Object.fromEntries(await read.typeErrors())).toEqual({ n: 1, t: 1, b: 1 })
  })

  test('features with names that partitions and row columns take are kept under another and read under their own', async () => {
    await take('s1', [
      {
        at: start,
        id: 'a',
        request: { data: [{ month: 3, feature_month: 4, event_time: 'noon', x: 1, Hour: 17, '': 6 }] },
        answer: [1],
      },
    ])
    expect(readByPandas('inputs').rows[0]).toMatchObject({
      feature_month: 3,
      feature_feature_month: 4,
      feature_event_time: 'noon',
      month: 3,
      // DuckDB knows no case: `Hour` would be the partition there.
      feature_Hour: 17,
      feature_: 6,
    })
    await using read = await readCollected({ place })
    expect(read.inputs.names).toEqual(['month', 'feature_month', 'event_time', 'x', 'Hour', ''])
    expect(await read.inputs.read('month')).toMatchObject({ whole: true })
  })

  test('rows of a collector lie beside, and as CSV in the layout of the article when that is asked for', async () => {
    const settings = { ...none, csv: true, modelName: 'ridership', modelVersion: '4' }
    await take(
      's1',
      [
        { at: start, id: 'a', collector: 'signals', request: { columns: ['x', 'note'], data: [[1, 'a,"b"']] } },
        { at: start + 1, id: 'a', collector: 'inputs', request: [{ x: 5 }] },
        { at: start + 2, id: 'b', collector: '../up', request: [{ x: 5 }] },
      ],
      settings,
    )
    expect((await readdir(join(place.rowsFolder, 'blue'))).toSorted()).toEqual(['collector-inputs', 'signals'])
    expect(readByPandas('signals').rows[0]).toMatchObject({ x: 1, note: 'a,"b"', request_id: 'a' })
    const csv = join(place.csvFolder, 'ridership/4/signals/2026/03/01/data.csv')
    for (let time = 0; time < 2; time++) {
      await exportCsv({ place, deployment: 'blue', settings })
      const [header, row, ...others] = readFileSync(csv, 'utf8').trim().split('\n')
      expect(header).toMatch(/^x,note,\$aml_dc_correlation_id,/)
      expect(row).toMatch(/^1,"a,""b""",a,2026-03-01T10:00:00.000Z,/)
      expect(others).toEqual([])
    }
  })

  test('in Azure’s folders what a script collects under a name stands in place of the gateway’s own rows', async () => {
    const azure = { subscriptionId: 'sub', resourceGroup: 'group' }
    const settings = { ...none, csv: true, azure, modelName: 'ridership', modelVersion: '4' }
    await take(
      's1',
      [
        { at: start, id: 'a', request: { data: [{ v: 1 }] }, answer: [7] },
        { at: start + 1, id: 'a', collector: 'inputs', request: [{ x: 5 }] },
      ],
      settings,
    )
    await exportCsv({ place, deployment: 'blue', settings })
    const folder = join(place.azureFolder, 'sub/group', place.workspace, place.endpoint, 'ridership/4')
    const lines = (name: string): string[] =>
      readFileSync(join(folder, name, `2026/03/01/${name}.csv`), 'utf8')
        .trim()
        .split('\n')
    expect(lines('inputs').map((line) => line.split(',')[0])).toEqual(['x', '5'])
    expect(lines('predictions').map((line) => line.split(',')[0])).toEqual(['prediction', '7'])
  })
})

describe('files of an hour', () => {
  test('are merged in the order of time, once, and answer the same rows', async () => {
    for (let segment = 0; segment < 4; segment++)
      await take(`s${segment}`, [
        {
          at: start + 40 - segment,
          id: `x${segment}`,
          request: { data: [{ v: segment, w: `word${segment % 2}` }] },
          answer: [segment],
        },
        {
          at: start + 60 + segment,
          id: `y${segment}`,
          request: { data: [{ v: segment + 10 }] },
          answer: [segment + 0.5],
        },
      ])
    const before = await summary({ place })
    const report = await compact({ place, deployment: 'blue', beforeMs: start + 2 * hourMs })
    expect(report.removedFiles).toBe(6)
    expect((await compact({ place, deployment: 'blue', beforeMs: start + 2 * hourMs })).removedFiles).toBe(0)
    expect(await summary({ place })).toEqual(before)
    const { rows } = readByPandas('inputs')
    expect(rows).toHaveLength(8)
    await using read = await readCollected({ place })
    expect(read.requestIds).toEqual(['x3', 'x2', 'x1', 'x0', 'y0', 'y1', 'y2', 'y3'])
    const predictions = await read.predictions.read('prediction')
    expect(predictions.kind === 'number' && [...predictions.values]).toEqual([3, 2, 1, 0, 0.5, 1.5, 2.5, 3.5])
    const words = await read.inputs.read('w')
    expect(words.kind === 'text' && Array.from(words.codes, (code) => words.dictionary[code] ?? null)).toEqual([
      'word1',
      'word0',
      'word1',
      'word0',
      null,
      null,
      null,
      null,
    ])
  })

  test('of the present hour wait', async () => {
    for (let segment = 0; segment < 2; segment++)
      await take(`s${segment}`, [{ at: start, id: `${segment}`, request: [[1]], answer: [1] }])
    expect((await compact({ place, deployment: 'blue', beforeMs: start + hourMs - 1 })).removedFiles).toBe(0)
  })
})

describe('retention', () => {
  test('goes by when rows came, oldest first, inputs with their predictions', async () => {
    for (let day = 0; day < 3; day++) {
      await writeSegment(place, 'blue', `s${day}`, [
        { at: start - day * hourMs, id: `${day}`, request: [[1]], answer: [1] },
      ])
      await ingest({ place, deployment: 'blue', settings: none, nowMs: start + day * 24 * hourMs })
    }
    const limits = { days: 2, bytes: 2 ** 30 }
    expect(await retain({ place, limits, nowMs: start + 2.5 * 24 * hourMs })).toMatchObject({ removedFiles: 2 })
    expect((await summary({ place })).rows).toBe(2)
    expect(readByPandas('inputs').rows).toHaveLength(2)
    await retain({ place, limits: { days: 1000, bytes: 1 }, nowMs: start })
    expect((await summary({ place })).rows).toBe(0)
    expect(await readdir(join(place.rowsFolder, 'blue'))).toEqual([])
  })
})

describe('reading', () => {
  test('joins inputs and predictions by request and row, also where one of both is there, within a half-open period', async () => {
    await take('s1', [
      { at: start, id: 'both', request: { data: [{ x: 1 }, { x: 2 }] }, answer: [10, 20], version: '1' },
      { at: start + 1, id: 'onlyInput', request: { data: [{ x: 3 }] }, answer: 'oops' },
      { at: start + 2, id: 'onlyAnswer', request: 'no JSON', answer: [30], version: '2' },
      { at: start + 3, id: 'fewer', request: { data: [{ x: 4 }, { x: 5 }] }, answer: [40], version: '2' },
      { at: start + 4, id: 'late', request: { data: [{ x: 6 }] }, answer: [60], version: '2' },
    ])
    await using read = await readCollected({ place, fromMs: start, toMs: start + 4 })
    expect(read.requestIds).toEqual(['both', 'both', 'onlyInput', 'onlyAnswer', 'fewer', 'fewer'])
    expect([...read.rowIndexes]).toEqual([0, 1, 0, 0, 0, 1])
    const x = await read.inputs.read('x')
    const prediction = await read.predictions.read('prediction')
    expect(x.kind === 'number' && [...x.values]).toEqual([1, 2, 3, Number.NaN, 4, 5])
    expect(prediction.kind === 'number' && [...prediction.values]).toEqual([10, 20, Number.NaN, 30, 40, Number.NaN])
    expect([...read.hasInput]).toEqual([1, 1, 1, 0, 1, 1])
    expect([...read.hasPrediction]).toEqual([1, 1, 0, 1, 1, 0])
    expect(Array.from(read.modelVersions.codes, (code) => read.modelVersions.names[code] ?? null)).toEqual([
      '1',
      '1',
      null,
      '2',
      '2',
      null,
    ])
  })

  test('a request id that came twice is two rows', async () => {
    await take('s1', [
      { at: start, id: 'a', request: { data: [{ x: 1 }] }, answer: [1] },
      { at: start, id: 'a', request: { data: [{ x: 2 }] }, answer: [2] },
      { at: start, id: 'a', request: { data: [{ x: 3 }] }, answer: 'none' },
    ])
    await using read = await readCollected({ place })
    expect(read.rows).toBe(3)
  })
})
