import { calibrateReference } from '@modelyard/statistics'
import { tableOf, type Column, type Table } from '@modelyard/statistics/tables'
import { describe, expect, test } from 'vitest'
import type { SignalPlan } from '../monitor-document.ts'
import { driftResults, type DriftInput } from './drift.ts'
import type { VersionInput } from './request.ts'

const dayMs = 86_400_000
const perDay = 50
const days = 300
const start = Date.UTC(2025, 0, 1)

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

/** Each day has its own level, in which it resembles the day before. */
function levels(seed: number): number[] {
  const random = chance(seed)
  let level = normal(random)
  return Array.from({ length: days }, () => (level = 0.5 * level + Math.sqrt(0.75) * normal(random)))
}

function rowsOf(level: readonly number[], random: () => number): Float64Array {
  return Float64Array.from({ length: level.length * perDay }, (_unused, row) => {
    return 0.4 * (level[Math.floor(row / perDay)] ?? 0) + normal(random)
  })
}
const numbers = (values: Float64Array): Column => ({ kind: 'number', values, whole: false })
const table = (columns: Record<string, Float64Array>): Table =>
  tableOf(new Map(Object.entries(columns).map(([name, values]) => [name, numbers(values)])))
const signal = (more: Partial<SignalPlan>): SignalPlan => ({
  name: 's',
  type: 'prediction_drift',
  features: null,
  exclude: [],
  metrics: [],
  label: null,
  key: [],
  rules: [],
  thresholds: {},
  ...more,
})

const day = levels(3)
const random = chance(4)
const reference = table({ f: rowsOf(day, random), label: rowsOf(day, random) })
const times = Float64Array.from({ length: days * perDay }, (_unused, row) => start + (row / perDay) * dayMs)
const calibration = await calibrateReference(reference, {
  eventTimes: times,
  features: ['f', 'label'],
  windowMs: dayMs,
})

/** Windows of later days, the first of which is all that is known of the predictions. */
async function windows(label: string | null, signals: readonly SignalPlan[], count: number, shift = 0) {
  const later = levels(5).slice(0, count)
  const predictions = rowsOf(later, chance(6))
  const version: VersionInput = {
    key: 'm:1',
    model: 'm',
    version: '1',
    reference: { file: { path: '', name: '', digest: '' }, label, time: null },
    inputs: null,
    baseline: null,
    predictions: { prediction: [...predictions.subarray(0, perDay)] },
    predictionSource: '',
    predictionsOfWindow: true,
  }
  const found = []
  for (let window = 1; window < count; window++) {
    const startMs = start + (days + window) * dayMs
    const mine = predictions.slice(window * perDay, (window + 1) * perDay).map((value) => value + shift)
    const input: DriftInput = {
      signals,
      window: { startMs, endMs: startMs + dayMs, rowHistory: null },
      rows: {
        rows: perDay,
        inputs: table({ f: mine }),
        predictions: table({ prediction: mine }),
        eventTimes: Float64Array.from(mine, (_value, row) => startMs + row),
      },
      version,
      reference: { table: reference, times, features: label === null ? ['f', 'label'] : ['f'], calibration },
      reason: '',
      alpha: 1 / 91,
      importance: new Map(),
      seenColumns: new Set(['f']),
    }
    found.push((await driftResults(input)).results)
  }
  return found
}

describe('predictions of which only a first window is known', () => {
  const fired = (found: Awaited<ReturnType<typeof windows>>): number =>
    found.flat().filter((result) => result.fired).length

  test('may differ from it as windows do from one another, whether or not the reference has a label', async () => {
    for (const label of ['label', null]) {
      expect(fired(await windows(label, [signal({})], 150))).toBeLessThanOrEqual(3)
      expect(fired(await windows(label, [signal({})], 20, 4))).toBe(19)
    }
  })

  test('are held to the threshold that a user sets', async () => {
    const [first] = await windows('label', [signal({ thresholds: { ks: 0.1 } })], 2)
    expect(first?.find((result) => result.decides)).toMatchObject({ statistic: 'ks', threshold: 0.1 })
  })
})

test('a feature that nobody has is named, not passed over', async () => {
  const signals = [
    signal({ name: 'inputs', type: 'data_drift', features: ['f', 'ff'] }),
    signal({ name: 'answers', features: ['prediction_x'] }),
  ]
  const [results = []] = await windows('label', signals, 2)
  expect(results.filter((result) => result.reason?.startsWith('no_column'))).toMatchObject([
    { signal: 'inputs', feature: 'ff', value: null, fired: false },
    { signal: 'answers', feature: 'prediction_x', value: null, fired: false },
  ])
  expect(results.some((result) => result.feature === 'f' && result.statistic === 'ks')).toBe(true)
})
