import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EndpointPlace } from '../collection/doors.ts'
import { ingest } from '../collection/ingest.ts'
import { placeOf } from '../collection/places.ts'
import { writeSegment, type TestRecord } from '../collection/test-segments.ts'
import { addLabels } from '../labels/label-adding.ts'
import { parseMonitor } from '../monitor-document.ts'
import { keyOfVersion, type ComputedWindow, type ComputeInput, type VersionInput } from './request.ts'
import { computeWindows } from './windows.ts'

const dayMs = 86_400_000
const start = Date.UTC(2026, 0, 5)
const rowsPerDay = 200

let home: string
let place: EndpointPlace
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'windows-'))
  place = placeOf(home, 'default', 'rides')
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

/** Numbers that look like chance and are the same each time. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

type Row = Record<string, number | string | null>
const features = Array.from({ length: 10 }, (_unused, index) => `f${index}`)

function rowOf(random: () => number, change: (row: Row) => void = () => undefined): Row {
  const row: Row = Object.fromEntries(features.map((name) => [name, normal(random)]))
  row['kind'] = ['bus', 'train', 'tram'][Math.floor(random() * 3)] ?? 'bus'
  change(row)
  return row
}

function writeReference(): VersionInput['reference'] {
  const random = chance(7)
  const names = [...features, 'kind', 'event_time', 'rides']
  const lines = [names.join(',')]
  for (let day = 0; day < 60; day++)
    for (let index = 0; index < 50; index++) {
      const row = rowOf(random)
      const at = new Date(start - (60 - day) * dayMs + index * 60_000).toISOString()
      lines.push(
        [...features.map((name) => row[name]), row['kind'], at, Number(row['f0']) * 2 + normal(random)].join(','),
      )
    }
  const path = join(home, 'blob')
  writeFileSync(path, `${lines.join('\n')}\n`)
  const digest = createHash('sha256').update(lines.join()).digest('hex')
  return { file: { path, name: 'train.csv', digest }, label: 'rides', time: null }
}

/** One day of predictions after the other; `change` says what is different. */
async function predict(days: number, change: (row: Row, day: number, index: number) => void, seed = 1): Promise<void> {
  const random = chance(seed)
  const records: TestRecord[] = []
  for (let day = 0; day < days; day++)
    for (let index = 0; index < rowsPerDay; index++) {
      const row = rowOf(random, (made) => change(made, day, index))
      records.push({
        at: start + day * dayMs + index * 60_000,
        id: `r-${day}-${index}`,
        request: JSON.stringify({ data: [row] }).replaceAll('"__infinity__"', 'Infinity'),
        answer: [Number(row['f0'] ?? 0) * 2],
        version: '3',
      })
    }
  await writeSegment(place, 'blue', `seg-${seed}`, records)
  await ingest({
    place,
    deployment: 'blue',
    settings: { signature: null, csv: false, modelName: 'rides', modelVersion: '3' },
    nowMs: start,
  })
}

const version = (more: Partial<VersionInput> = {}): VersionInput => ({
  key: keyOfVersion('rides', '3', 'blue'),
  model: 'rides',
  version: '3',
  reference: writeReference(),
  inputs: null,
  baseline: null,
  predictions: null,
  predictionSource: 'the first window',
  ...more,
})

async function compute(days: number, more: Partial<ComputeInput> = {}) {
  const plan = parseMonitor({
    name: 'm.yml',
    text: 'name: w\nendpoint: rides\nwindow: { size: 1d }\nreference: { label: rides }\nsignals:\n  inputs: { type: data_drift }\n  answers: { type: prediction_drift }\n  quality: { type: data_quality }\n  accuracy: { type: model_performance, metrics: [mae, rmse] }\n  estimate: { type: performance_estimate }\n',
  })
  return computeWindows({
    place,
    size: plan.window,
    windows: Array.from({ length: days }, (_unused, day) => ({
      startMs: start + day * dayMs,
      endMs: start + (day + 1) * dayMs,
      place: 0,
      complete: true,
      closed: true,
      rowHistory: null,
    })),
    signals: plan.signals,
    falseAlarms: plan.falseAlarms,
    versions: [version()],
    deployments: [{ name: 'blue', model: 'rides', version: '3', serving: true }],
    seenColumns: [...features, 'kind'],
    cacheFolder: join(home, 'cache'),
    nowMs: start + 100 * dayMs,
    ...more,
  })
}
const fired = (window: ComputedWindow | undefined): string[] =>
  (window?.results ?? [])
    .filter((result) => result.fired)
    .map((result) => `${result.signal}/${result.feature ?? result.statistic}`)

describe('windows', () => {
  test('without a change stay quiet; the shift of one feature of ten by one deviation is named in its first window', async () => {
    await predict(12, (row, day) => {
      if (day >= 8) row['f4'] = Number(row['f4']) + 1
    })
    const { windows, references, learned } = await compute(12)
    expect(windows.slice(0, 8).map(fired)).toEqual(Array.from({ length: 8 }, () => []))
    for (const window of windows.slice(8)) expect(fired(window)).toContain('inputs/f4')
    expect(
      windows
        .slice(8)
        .flatMap(fired)
        .every((name) => name.endsWith('/f4')),
    ).toBe(true)
    expect(references).toMatchObject([{ key: 'rides:3', rows: 3000, timed: true }])
    expect(Object.entries(references[0]?.importance ?? {}).toSorted(([, a], [, b]) => b - a)[0]?.[0]).toBe('f0')
    expect(learned).toMatchObject([{ key: 'rides:3', source: expect.stringContaining('2026-01-05') as string }])
    const drift = windows[8]?.results.filter((result) => result.signal === 'inputs' && result.feature === 'f4') ?? []
    expect(drift.map((result) => result.statistic)).toEqual([
      'ks',
      'wasserstein',
      'psi',
      'js',
      'hellinger',
      'tvd',
      'linf',
    ])
    expect(drift.filter((result) => result.decides)).toHaveLength(1)
    expect(windows[8]?.distributions.find(({ feature }) => feature === 'f4')).toMatchObject({
      kind: 'numeric',
      nulls: { current: 0 },
    })
  })

  test('name a column that disappeared, one that is all null, categories never seen, and infinities, and break on none of them', async () => {
    await predict(5, (row, day) => {
      if (day === 1) delete row['f1']
      if (day === 2) for (const name of features) row[name] = null
      if (day === 3) row['kind'] = 'hovercraft'
      if (day === 4) row['f2'] = '__infinity__'
    })
    const { windows } = await compute(5)
    expect(fired(windows[0])).toEqual([])
    expect(fired(windows[1])).toEqual(['quality/f1'])
    const missing = windows[1]?.results.find((result) => result.feature === 'f1' && result.signal === 'inputs')
    expect(missing?.reason ?? missing?.value).toBeDefined()
    expect(fired(windows[2])).toEqual(expect.arrayContaining(features.map((name) => `quality/${name}`)))
    expect(fired(windows[3])).toEqual(expect.arrayContaining(['inputs/kind', 'quality/kind']))
    expect(fired(windows[4])).toEqual(expect.arrayContaining(['inputs/f2']))
    for (const window of windows)
      for (const result of window.results) expect(result.value === null || Number.isFinite(result.value)).toBe(true)
    expect(JSON.stringify(windows)).not.toContain('Infinity')
  })

  test('measure accuracy by the labels that have come, whatever their order; the newest of contradictory ones counts', async () => {
    await predict(4, () => undefined)
    const labels = (day: number, error: number): string =>
      Array.from({ length: rowsPerDay }, (_unused, index) =>
        JSON.stringify({ request_id: `r-${day}-${index}`, rides: error }),
      ).join('\n')
    const add = async (text: string): Promise<void> => {
      const path = join(home, 'labels.jsonl')
      writeFileSync(path, text)
      await addLabels({
        place,
        path,
        format: 'jsonl',
        naming: { keys: null, label: 'rides' },
        nowMs: start + 90 * dayMs,
      })
    }
    await add(`${labels(2, 0)}\n${labels(0, 0)}`)
    const first = await compute(4)
    expect(first.windows.map((window) => window.labels)).toEqual([rowsPerDay, 0, rowsPerDay, 0])
    expect(first.windows[1]?.results.find((result) => result.statistic === 'mae')).toMatchObject({
      value: null,
      fired: false,
      reason: expect.stringContaining('insufficient_data') as string,
    })
    const quiet = first.windows[2]?.results.find((result) => result.statistic === 'mae')
    expect(quiet).toMatchObject({ fired: false, threshold: expect.any(Number) as number })
    await add(`${labels(2, 40)}\n`)
    const again = await compute(4)
    expect(again.windows[2]?.results.find((result) => result.statistic === 'mae')).toMatchObject({ fired: true })
    expect(again.windows[2]?.performance).toMatchObject([
      { version: '3', deployment: 'blue', labels: rowsPerDay, metrics: { mae: expect.any(Number) as number } },
    ])
    expect(again.windows[2]?.labelDelayMs?.p50).toBeGreaterThan(dayMs)
  })

  test('of N rows follow each other without losing one, and go on in the middle of a moment', async () => {
    await predict(2, () => undefined)
    const all = await compute(0, { size: { rows: 150 }, windows: { fromMs: null, skip: 0, rows: 150, firstPlace: 0 } })
    expect(all.windows.map((window) => [window.place, window.rows, window.complete])).toEqual([
      [0, 150, true],
      [1, 150, true],
      [2, 100, false],
    ])
    const second = all.windows[1]
    const rest = await compute(0, {
      size: { rows: 150 },
      windows: { fromMs: second?.startMs ?? 0, skip: second?.skip ?? 0, rows: 150, firstPlace: 1 },
    })
    expect(rest.windows.map((window) => [window.startMs, window.rows])).toEqual(
      all.windows.slice(1).map((window) => [window.startMs, window.rows]),
    )
  })

  test('say why where there is nothing to compare with', async () => {
    await predict(1, () => undefined)
    const { windows } = await compute(1, { versions: [version({ reference: null })] })
    expect(windows[0]?.results.filter((result) => result.signal === 'inputs')).toMatchObject([
      { value: null, fired: false, reason: expect.stringContaining('no_reference') as string },
    ])
  })
})
