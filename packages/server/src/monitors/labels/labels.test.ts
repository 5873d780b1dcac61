import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EndpointPlace } from '../collection/doors.ts'
import { ingest } from '../collection/ingest.ts'
import { encodeParquet } from '../collection/parquet-encoding.ts'
import { placeOf } from '../collection/places.ts'
import { readCollected } from '../collection/reading.ts'
import { summary } from '../collection/summary.ts'
import { writeSegment } from '../collection/test-segments.ts'
import { addLabels } from './label-adding.ts'
import { countLabels } from './label-counting.ts'
import { splitCsvLine } from './csv-line.ts'
import type { LabelNaming } from './label-rows.ts'

const start = Date.parse('2026-03-01T10:00:00Z')
const settings = { signature: null, csv: false, modelName: null, modelVersion: null }
const byRequest: LabelNaming = { keys: null, label: null }
let home = ''
let place: EndpointPlace
let files = 0

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'modelyard-labels-'))
  place = placeOf(home, 'default', 'ridership')
})
afterEach(() => rm(home, { recursive: true, force: true }))

async function predict(...ids: string[]): Promise<void> {
  const name = `s${files++}`
  await writeSegment(
    place,
    'blue',
    name,
    ids.map((id, index) => ({
      at: start + index,
      id,
      request: {
        data: [
          { station: id, day: index },
          { station: id, day: index + 100 },
        ],
      },
      answer: [index, -index],
    })),
  )
  await ingest({ place, deployment: 'blue', settings, nowMs: start })
}

async function add(text: string | Uint8Array, format: 'csv' | 'jsonl' | 'parquet' = 'csv', naming = byRequest) {
  const path = join(home, `upload-${files++}`)
  await writeFile(path, text)
  return addLabels({ place, path, format, naming, nowMs: start + files })
}

/** Labels by `request/row`. */
async function labels(): Promise<Record<string, number | string | null>> {
  await using read = await readCollected({ place })
  const { label } = await read.labels()
  return Object.fromEntries(
    read.requestIds.map((id, row) => {
      const value =
        label.kind === 'number' ? (label.values[row] ?? null) : (label.dictionary[label.codes[row] ?? -1] ?? null)
      return [`${id}/${read.rowIndexes[row]}`, Number.isNaN(value) ? null : value]
    }),
  )
}

describe('labels', () => {
  test('find their rows whether they come before or after, and the newest wins', async () => {
    expect(await add('request_id,y\na,1\nb,2\n')).toMatchObject({ received: 2, added: 2, matched: 0 })
    await predict('a', 'b', 'c')
    expect(await labels()).toEqual({ 'a/0': 1, 'a/1': null, 'b/0': 2, 'b/1': null, 'c/0': null, 'c/1': null })
    expect(await add('request_id,row_index,y\na,1,5\na,0,1\nb,0,7\nnobody,0,3\n')).toEqual({
      received: 4,
      added: 2,
      replaced: 1,
      unchanged: 1,
      refused: 0,
      matched: 3,
      errors: [],
    })
    expect(await labels()).toMatchObject({ 'a/0': 1, 'a/1': 5, 'b/0': 7 })
    expect(await add('request_id,y\nb,8\nb,9\nb,9\n')).toMatchObject({
      added: 0,
      replaced: 2,
      unchanged: 1,
      matched: 1,
    })
    expect(await labels()).toMatchObject({ 'b/0': 9 })
  })

  test('of more rows than an index begins with are all counted', async () => {
    const ids = Array.from({ length: 5000 }, (_unused, index) => `r${index}`)
    await predict(...ids)
    expect(await add(`request_id,y\n${ids.map((id, index) => `${id},${index}`).join('\n')}\n`)).toMatchObject({
      added: 5000,
      matched: 5000,
    })
    const found = await labels()
    expect(ids.every((id, index) => found[`${id}/0`] === index)).toBe(true)
  })

  test('change the revision of the hours of their rows, and only when they say something new', async () => {
    await predict('a')
    expect(await summary({ place })).toMatchObject({ labels: 0, labelsRevision: 0 })
    await add('request_id,y\na,1\n')
    const first = await summary({ place })
    expect(first).toMatchObject({ labels: 1, labelsRevision: 1, hours: [{ labelsRevision: 1 }] })
    await add('request_id,y\na,1\n')
    await add('request_id,y\nb,1\n')
    expect(await summary({ place })).toMatchObject({ labels: 2, labelsRevision: 1 })
    await add('request_id,y\na,2\n')
    expect((await summary({ place })).labelsRevision).toBeGreaterThan(first.labelsRevision)
    expect(await countLabels({ place, sinceMs: 0 })).toBe(2)
    expect(await countLabels({ place, sinceMs: start + 10_000 })).toBe(0)
  })

  test('come as CSV with quotes, as JSON lines and as Parquet', async () => {
    await predict('a', 'b', 'c"x', 'd')
    await add('\uFEFF"requestId","note, or label"\r\n"a",1\r\n"c""x",3')
    await add('{"requestId": "b", "row_index": 1, "y": 2}\n\n{"requestId":"b","y":2.5}\n', 'jsonl')
    await add(
      encodeParquet([
        { name: 'request_id', type: 'text', values: ['d', 'd'], present: null },
        { name: 'row_index', type: 'int64', values: BigInt64Array.of(0n, 1n), present: null },
        { name: 'truth', type: 'double', values: Float64Array.of(4, 0), present: Uint8Array.of(1, 0) },
      ]),
      'parquet',
    ).then((report) =>
      expect(report).toMatchObject({ added: 1, refused: 1, errors: [{ row: 2, message: 'It has no label.' }] }),
    )
    expect(await labels()).toMatchObject({ 'a/0': 1, 'b/0': 2.5, 'b/1': 2, 'c"x/0': 3, 'd/0': 4, 'd/1': null })
  })

  test('may be words; a word among numbers is refused with its row', async () => {
    await predict('a', 'b')
    expect(await add('request_id,y\na,1\nb,many\n,3\na,\nb,4,5\nb,-1,2\nb,3\n')).toMatchObject({
      received: 7,
      added: 2,
      refused: 5,
      errors: [
        { row: 2, message: "It has the label 'many', and labels of this endpoint are numbers." },
        { row: 3, message: 'It has no `request_id`.' },
        { row: 4, message: 'It has no label.' },
        { row: 5 },
        { row: 6 },
      ],
    })
    const other = placeOf(home, 'default', 'churn')
    const path = join(home, 'words.jsonl')
    await writeFile(path, '{"request_id":"a","y":true}\n{"request_id":"b","y":"no"}\n{"request_id":"c","y":3}\n')
    await addLabels({ place: other, path, format: 'jsonl', naming: byRequest, nowMs: start })
    await writeSegment(
      other,
      'blue',
      's',
      ['a', 'b', 'c'].map((id) => ({ at: start, id, request: [[1]], answer: ['x'] })),
    )
    await ingest({ place: other, deployment: 'blue', settings, nowMs: start })
    await using read = await readCollected({ place: other })
    const { label } = await read.labels()
    expect(label.kind === 'text' && Array.from(label.codes, (code) => label.dictionary[code])).toEqual([
      'true',
      'no',
      '3',
    ])
  })

  test('are named by key columns of the inputs where the monitor says so', async () => {
    await predict('north', 'south')
    const naming = { keys: ['station', 'day'], label: 'riders' }
    expect(
      await add('station,day,riders,weather\nnorth,0.0,10\nsouth,101,20,x\nsouth,101,20,x\n', 'csv', naming),
    ).toMatchObject({
      added: 1,
      unchanged: 1,
      refused: 1,
      matched: 1,
    })
    expect(await add('{"station":"north","day":0,"riders":11}\n', 'jsonl', naming)).toMatchObject({
      added: 1,
      matched: 1,
    })
    expect(await labels()).toEqual({ 'north/0': 11, 'north/1': null, 'south/0': null, 'south/1': 20 })
    await add('request_id,riders\nnorth,12\n', 'csv', naming)
    expect(await labels()).toMatchObject({ 'north/0': 12 })
    await add('station,day,riders\nnorth,0,13\n', 'csv', naming)
    expect(await labels()).toMatchObject({ 'north/0': 13 })
  })

  test('that cannot be read change nothing', async () => {
    await predict('a')
    await add('request_id,y\na,1\n')
    const before = await summary({ place })
    for (const text of [
      '',
      'id,y\na,2\n',
      'request_id\na\n',
      'request_id,y,z\na,2,3\n',
      'request_id,y\na,2\n"b,3\n',
      `request_id,y\na,2\n${'x'.repeat(2 ** 21)},1\n`,
    ])
      await expect(add(text)).rejects.toMatchObject({ code: 'labels_invalid' })
    // Read again with every line, a row of this many would hold the thread for minutes.
    const manyLines = `request_id,label\n"${'a""\n'.repeat(200_000)}",1\n`
    await expect(add(manyLines)).rejects.toMatchObject({ code: 'labels_invalid' })
    await expect(add('PAR1 nothing', 'parquet')).rejects.toMatchObject({ code: 'labels_invalid' })
    await expect(add('[1]\n', 'jsonl')).rejects.toMatchObject({ code: 'labels_invalid' })
    expect(await summary({ place })).toEqual(before)
    expect(await labels()).toMatchObject({ 'a/0': 1 })
    expect(await add('request_id,y\na,1\n')).toMatchObject({ unchanged: 1 })
  })

  test('of many small files stay few files, and the same as a table that is updated row by row', async () => {
    await predict('a', 'b', 'c', 'd')
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(1), fc.integer({ min: 0, max: 3 })), {
            minLength: 1,
            maxLength: 5,
          }),
          { maxLength: 6 },
        ),
        async (uploads) => {
          const expected = await labels()
          for (const rows of uploads) {
            for (const [id, row, value] of rows) expected[`${id}/${row}`] = value
            const report = await add(`request_id,row_index,y\n${rows.map((row) => row.join(',')).join('\n')}\n`)
            expect(report.added + report.replaced + report.unchanged).toBe(rows.length)
          }
          expect(await labels()).toEqual(expected)
        },
      ),
      { numRuns: 15 },
    )
    expect((await readdir(join(place.stateFolder, 'labels', 'batches'))).length).toBeLessThan(12)
  })
})

describe('a line of CSV', () => {
  test('is split as it was joined', () => {
    const quoted = (value: string): string => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ') }), { minLength: 1 }),
        (values) => {
          fc.pre(!values.some((value) => value.startsWith('"') && !/[",\n]/.test(value)))
          expect(splitCsvLine(values.map(quoted).join(','))).toEqual(values)
        },
      ),
    )
    expect(splitCsvLine('a,"b')).toBeUndefined()
  })
})
