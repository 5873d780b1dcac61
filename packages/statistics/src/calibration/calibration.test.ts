import { describe, expect, it } from 'vitest'
import { compareTables } from '../drift/compare.ts'
import type { Column } from '../drift/columns.ts'
import type { DriftResult } from '../drift/result.ts'
import { seeded } from '../performance/resampling.ts'
import { tableOf, type Table } from '../tables/table.ts'
import { alphaOfWindow, divideAlpha } from './alpha.ts'
import { calibrateReference } from './calibrate.ts'
import type { Calibration } from './calibration.ts'

const hourMs = 3_600_000
const weekMs = 168 * hourMs
const start = Date.UTC(2001, 0, 1)
const random = seeded(31)
const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

type Draw = (time: number) => number | string

/** Rows at even steps; the series goes on where the last call ended. */
function series(features: Readonly<Record<string, Draw>>, stepMs = hourMs) {
  let now = start
  return (weeks: number): { table: Table; times: Float64Array; window: { startMs: number; endMs: number } } => {
    const startMs = now
    now += weeks * weekMs
    const times = Float64Array.from({ length: (weeks * weekMs) / stepMs }, (_, row) => startMs + row * stepMs)
    const columns = Object.entries(features).map(([name, draw]) => [name, columnOf(Array.from(times, draw))] as const)
    return { table: tableOf(new Map(columns)), times, window: { startMs, endMs: now } }
  }
}

function columnOf(values: readonly (number | string)[]): Column {
  if (values.every((value) => typeof value === 'number'))
    return {
      kind: 'number',
      whole: values.every((value) => Number.isInteger(value)),
      values: Float64Array.from(values),
    }
  const dictionary = [...new Set(values.map(String))]
  return { kind: 'text', dictionary, codes: Int32Array.from(values, (value) => dictionary.indexOf(String(value))) }
}

function autoregressive(rho: number): Draw {
  let state = normal()
  return () => (state = rho * state + Math.sqrt(1 - rho * rho) * normal())
}

async function judged(
  features: Readonly<Record<string, Draw>>,
  referenceWeeks: number,
  { alpha = 0.01, stepMs = hourMs, timed = true } = {},
): Promise<{ deciding: Map<string, DriftResult>; quality: readonly DriftResult[]; calibration: Calibration }> {
  const next = series(features, stepMs)
  const [reference, current] = [next(referenceWeeks), next(1)]
  const calibration = await calibrateReference(reference.table, {
    eventTimes: timed ? reference.times : null,
    features: reference.table.names,
    windowMs: weekMs,
  })
  const { drift, quality } = await compareTables(reference.table, current.table, {
    alpha,
    calibration: JSON.parse(JSON.stringify(calibration)) as Calibration,
    window: current.window,
    referenceTimes: timed ? reference.times : null,
    eventTimes: current.times,
  })
  const deciding = new Map(drift.filter((result) => result.decides).map((result) => [String(result.feature), result]))
  return { deciding, quality, calibration }
}

describe('thresholds calibrated on a timed reference', () => {
  it('are wider where rows resemble their neighbours, and hardly where they do not', async () => {
    const { deciding } = await judged({ even: normal, slow: autoregressive(0.9) }, 52)
    const plain = await judged({ even: normal, slow: autoregressive(0.9) }, 52, { timed: false })
    const of = (from: typeof deciding, name: string): number => from.get(name)?.threshold ?? Number.NaN
    expect(of(deciding, 'even') / of(plain.deciding, 'even')).toBeLessThan(1.4)
    expect(of(deciding, 'slow') / of(plain.deciding, 'slow')).toBeGreaterThan(2)
  })

  it('keep quiet weeks of ten correlated features quiet at the promised rate', async () => {
    let [alarms, weeks] = [0, 0]
    const alpha = alphaOfWindow({ count: 1, periodMs: 13 * weekMs }, weekMs)
    for (let run = 0; run < 25; run++) {
      const features = Object.fromEntries(
        Array.from({ length: 10 }, (_, place) => [`x${place}`, autoregressive(place < 5 ? 0.5 : 0.9)]),
      )
      const { deciding, quality } = await judged(features, 40, { alpha })
      weeks++
      if ([...deciding.values(), ...quality].some((result) => result.fired)) alarms++
    }
    expect(alarms).toBeLessThanOrEqual(weeks * alpha + 3 * Math.sqrt(weeks * alpha * (1 - alpha)))
  })

  it('compare with the same season where the reference has one, and say so', async () => {
    const season: Draw = (time) => 3 * Math.sin((2 * Math.PI * time) / (365.2425 * 24 * hourMs)) + normal()
    const month: Draw = (time) => `month ${new Date(time).getUTCMonth()}`
    const { deciding } = await judged({ season, month, even: normal }, 157, { stepMs: 3 * hourMs })
    expect(deciding.get('season')).toMatchObject({ fired: false, dialect: expect.stringMatching(/\/year$/) })
    expect(deciding.get('month')).toMatchObject({ fired: false, dialect: expect.stringMatching(/\/year$/) })
    expect(deciding.get('even')?.dialect).not.toMatch(/year/)
    expect(deciding.get('season')?.threshold).toBeLessThan(0.6)
  })

  it('say of a counter that it runs in one direction instead of keeping silent', async () => {
    const { deciding, quality } = await judged({ counter: (time) => (time - start) / hourMs }, 52)
    expect(deciding.get('counter')).toMatchObject({
      threshold: null,
      fired: false,
      reason: expect.stringMatching(/^trend: it rises/),
    })
    const range = quality.find((result) => result.statistic === 'out_of_range_rate')
    expect(range).toMatchObject({ threshold: null, fired: false, reason: expect.stringMatching(/^trend:/) })
  })

  it('promise nothing on a reference of three windows', async () => {
    const { deciding } = await judged({ x: normal }, 3)
    expect(deciding.get('x')).toMatchObject({
      value: null,
      threshold: null,
      fired: false,
      reason:
        'insufficient_data: the reference is 3 windows long, at least 4 are needed to know how much windows differ',
    })
  })

  it('find a shift by one standard deviation in a week of 168 correlated rows', async () => {
    let found = 0
    for (let run = 0; run < 10; run++) {
      const inner = autoregressive(0.5)
      const features: Record<string, Draw> = {
        moved: (time) => Number(inner(time)) + (time >= start + 52 * weekMs ? 1 : 0),
      }
      for (let place = 0; place < 9; place++) features[`x${place}`] = autoregressive(0.5)
      const next = series(features)
      const [reference, current] = [next(52), next(1)]
      const { drift } = await compareTables(reference.table, current.table, {
        alpha: 1 / 13,
        referenceTimes: reference.times,
        eventTimes: current.times,
      })
      if (drift.some((result) => result.fired && result.feature === 'moved')) found++
    }
    expect(found).toBeGreaterThanOrEqual(9)
  })
})

describe('the share of false alarms', () => {
  const quarterMs = 13 * weekMs

  it('of a window is its part of the period, and never more than a fifth', () => {
    expect(alphaOfWindow({ count: 1, periodMs: quarterMs }, weekMs)).toBeCloseTo(1 / 13, 12)
    expect(alphaOfWindow({ count: 1, periodMs: quarterMs }, quarterMs)).toBe(0.2)
    expect(alphaOfWindow({ count: 0, periodMs: quarterMs }, weekMs)).toBe(0)
    expect(() => alphaOfWindow({ count: 1, periodMs: 0 }, weekMs)).toThrow(RangeError)
  })

  it('is divided by importance, adds up, and leaves no feature deaf', () => {
    const parts = divideAlpha(
      0.08,
      ['a', 'b', 'c', 'd'],
      new Map([
        ['a', 1],
        ['b', 0],
        ['c', 3],
      ]),
    )
    expect([...parts.values()].reduce((sum, part) => sum + part, 0)).toBeCloseTo(0.08, 12)
    expect(parts.get('b')).toBeCloseTo(0.005, 12)
    expect(parts.get('c')).toBeGreaterThan(parts.get('a') ?? 1)
    expect(divideAlpha(0.08, ['a', 'b']).get('a')).toBe(0.04)
  })
})
