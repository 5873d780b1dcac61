import { expect, it } from 'vitest'
import { compareTables } from '../drift/compare.ts'
import type { Column } from '../drift/columns.ts'
import type { DriftResult } from '../drift/result.ts'
import { seeded } from '../performance/resampling.ts'
import { tableOf } from '../tables/table.ts'
import { calibrateReference } from './calibrate.ts'

const dayMs = 86_400_000
const start = Date.UTC(2001, 0, 1)
const yearDays = 1096
const quarterDays = 91

/** Days of 2001 to 2003 as the reference, and a quarter that begins so many days after it, of features by their names. */
function days(features: Readonly<Record<string, (day: number) => number>>, from: number, count: number) {
  const times = Float64Array.from({ length: count }, (_, day) => start + (from + day) * dayMs)
  const columns = Object.entries(features).map(([name, value]): [string, Column] => [
    name,
    { kind: 'number', whole: false, values: Float64Array.from(times, (_, day) => value(from + day)) },
  ])
  return { table: tableOf(new Map(columns)), times }
}

async function decisions(
  features: Readonly<Record<string, (day: number) => number>>,
  from: number,
): Promise<Map<string, DriftResult>> {
  const reference = days(features, 0, yearDays)
  const quarter = days(features, from, quarterDays)
  const calibration = await calibrateReference(reference.table, {
    eventTimes: reference.times,
    features: Object.keys(features),
    windowMs: quarterDays * dayMs,
  })
  const window = { startMs: start + from * dayMs, endMs: start + (from + quarterDays) * dayMs }
  const { drift } = await compareTables(reference.table, quarter.table, {
    alpha: 0.05,
    calibration,
    referenceTimes: reference.times,
    window,
  })
  return new Map(drift.filter(({ decides }) => decides).map((result) => [result.feature ?? '', result]))
}

function features(): Record<string, (day: number) => number> {
  const random = seeded(7)
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const wave = (day: number): number => Math.sin((2 * Math.PI * day) / 365.2425)
  const week = (day: number): number => (day % 7 < 5 ? 3 : 0)
  return {
    quiet: (day) => week(day) + wave(day) + normal(),
    rising: (day) => week(day) + wave(day) + day / 500 + normal(),
    moved: (day) => week(day) + wave(day) + (day > yearDays ? 1.5 : 0) + normal(),
  }
}

it('three years of days tell of a quarter: what stays is quiet, what rose on or moved is told', async () => {
  const found = await decisions(features(), yearDays + 20)
  expect([...found].filter(([, { fired }]) => fired).map(([name]) => name)).toEqual(['rising', 'moved'])
  for (const { threshold, statistic, dialect } of found.values()) {
    expect(threshold).toBeLessThan(0.6)
    expect(`${statistic}/${dialect}`).toMatch(/^ks\/.*\/year$/)
  }
})

it('a feature that wanders for months at a time gets no threshold from its weeks', async () => {
  const random = seeded(11)
  let place = 0
  const wandering = { wandering: () => (place += random() - 0.5) }
  const { threshold, fired, reason } = (await decisions(wandering, yearDays + 20)).get('wandering') ?? {}
  expect({ threshold, fired }).toEqual({ threshold: null, fired: false })
  expect(reason).toMatch(/^(insufficient_data|trend): /)
})
