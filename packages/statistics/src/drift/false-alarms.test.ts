import { describe, expect, it } from 'vitest'
import { tableOf, type Table } from '../tables/table.ts'
import type { Column } from './columns.ts'
import { compareTables } from './compare.ts'

/** A small generator with a seed, so that a run that fails fails again (xorshift32, G. Marsaglia, 2003). */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** Ten features of the kinds that make thresholds difficult: ties, tails, rare and many categories, missing values. */
function rows(count: number, random: () => number, shift = 0): Table {
  const numbers = (draw: () => number, whole = false): Column => ({
    kind: 'number',
    whole,
    values: Float64Array.from({ length: count }, draw),
  })
  const words = (draw: () => number): Column => {
    const drawn = Array.from({ length: count }, () => String(draw()))
    const dictionary = [...new Set(drawn)]
    return { kind: 'text', dictionary, codes: Int32Array.from(drawn, (word) => dictionary.indexOf(word)) }
  }
  return tableOf(
    new Map<string, Column>([
      ['normal', numbers(() => normal(random) + shift)],
      ['heavy tail', numbers(() => normal(random) / (0.05 + random()))],
      ['skewed', numbers(() => Math.exp(normal(random)))],
      ['mostly zero', numbers(() => (random() < 0.7 ? 0 : random()))],
      ['count', numbers(() => Math.floor(random() * random() * 40), true)],
      ['few integers', numbers(() => Math.floor(random() * 4), true)],
      ['missing', numbers(() => (random() < 0.1 ? Number.NaN : random()))],
      ['words', words(() => Math.floor(random() * 5))],
      ['rare words', words(() => Math.floor(1 / (0.02 + random())))],
      ['many words', words(() => Math.floor(random() * 200))],
    ]),
  )
}

async function fired(reference: Table, current: Table, alpha: number): Promise<string[]> {
  const { drift, quality } = await compareTables(reference, current, { alpha })
  return [...drift, ...quality].filter((result) => result.fired).map((result) => String(result.feature))
}

describe('thresholds', () => {
  it('keep the promised rate of false alarms over ten features of every kind', async () => {
    const random = generator(20_261)
    const [runs, alpha] = [300, 0.2]
    for (const [reference, current] of [
      [1000, 100],
      [400, 400],
    ] as const) {
      let alarms = 0
      for (let run = 0; run < runs; run++)
        if ((await fired(rows(reference, random), rows(current, random), alpha)).length > 0) alarms++
      // Three standard deviations above what is promised.
      expect(alarms).toBeLessThan(runs * alpha + 3 * Math.sqrt(runs * alpha * (1 - alpha)))
    }
  }, 120_000)

  it('find a shift by one standard deviation of one feature in ten in a window of 100 rows, and name that feature alone', async () => {
    const random = generator(4711)
    const runs = 100
    let found = 0
    for (let run = 0; run < runs; run++) {
      const named = await fired(rows(1000, random), rows(100, random, 1), 1 / 13)
      if (named.includes('normal')) found++
    }
    expect(found).toBeGreaterThanOrEqual(97)
  }, 60_000)

  it('are not crossed by a change too small to matter, however many rows there are', async () => {
    const random = generator(99)
    expect(await fired(rows(60_000, random), rows(60_000, random, 0.02), 0.01)).toEqual([])
  }, 60_000)
})

describe('what would break a comparison does not', () => {
  const column = (values: number[]): Column => ({ kind: 'number', whole: false, values: Float64Array.from(values) })
  const plain = Array.from({ length: 200 }, (_, index) => Math.sin(index * 12.9898) * 43_758.5453)

  it.each([
    ['all missing', plain.map(() => Number.NaN), 'null_rate'],
    [
      'infinities',
      plain.map((value, index) => (index % 3 === 0 ? Number.POSITIVE_INFINITY : value)),
      'out_of_range_rate',
    ],
    ['a third missing', plain.map((value, index) => (index % 3 === 0 ? Number.NaN : value)), 'null_rate'],
  ])('%s', async (_name, values, statistic) => {
    const { drift, quality } = await compareTables(
      tableOf(new Map([['x', column(plain)]])),
      tableOf(new Map([['x', column(values)]])),
      { alpha: 0.01 },
    )
    expect(quality.find((result) => result.statistic === statistic)?.fired).toBe(true)
    for (const { value, reason } of [...drift, ...quality]) expect(value !== null || reason !== undefined).toBe(true)
  })

  it('a column that disappears: says so, and its rows count as missing', async () => {
    const { drift, quality } = await compareTables(
      tableOf(new Map([['x', column(plain)]])),
      tableOf(new Map([['y', column(plain)]])),
      { alpha: 0.01 },
    )
    expect(drift.every((result) => !result.fired && result.reason?.startsWith('column_missing') === true)).toBe(true)
    expect(quality.find((result) => result.statistic === 'null_rate')).toMatchObject({ value: 1, fired: true })
  })

  it('a constant that stays is no change; one that moves is', async () => {
    const constant = (value: number): Table => tableOf(new Map([['x', column(plain.map(() => value))]]))
    expect(await fired(constant(5), constant(5), 0.01)).toEqual([])
    expect(await fired(constant(5), constant(6), 0.01)).toContain('x')
  })

  it('too few rows decide nothing and say how many are needed', async () => {
    const few = tableOf(new Map([['x', column(plain.slice(0, 10))]]))
    const { drift } = await compareTables(tableOf(new Map([['x', column(plain)]])), few, { alpha: 0.01 })
    expect(drift.find((result) => result.decides)).toMatchObject({
      statistic: 'ks',
      threshold: null,
      fired: false,
      reason: 'insufficient_data: 10 of at least 20 values on the side that has fewer',
    })
  })

  it('too few rows decide nothing by a threshold of the user either', async () => {
    const reference = tableOf(new Map([['x', column(plain)]]))
    const thresholds = { js: 0.01, null_rate: 0.05 }
    const compare = (values: number[]) =>
      compareTables(reference, tableOf(new Map([['x', column(values)]])), { alpha: 0.01, thresholds })
    const few = await compare([...plain.slice(0, 9), Number.NaN])
    expect([...few.drift, ...few.quality].filter((result) => result.fired)).toEqual([])
    expect(few.drift.filter((result) => result.decides)).toMatchObject([
      { value: null, reason: expect.stringMatching(/^insufficient_data/) as string },
    ])
    const enough = await compare([...plain.slice(0, 40), Number.NaN, Number.NaN, Number.NaN])
    expect([...enough.drift, ...enough.quality].filter((result) => result.fired)).toMatchObject([
      { statistic: 'js', threshold: 0.01 },
      { statistic: 'null_rate', threshold: 0.05 },
    ])
  })

  it('above 10,000 rows distances are off by no more than they say', async () => {
    const random = generator(5)
    const draw = (shift: number): number[] => Array.from({ length: 30_000 }, () => normal(random) + shift)
    const [a, b] = [draw(0), draw(0.3)]
    const { drift } = await compareTables(tableOf(new Map([['x', column(a)]])), tableOf(new Map([['x', column(b)]])), {
      alpha: 0.01,
    })
    const { kolmogorovSmirnov } = await import('./kolmogorov-smirnov.ts')
    const { wasserstein } = await import('./wasserstein.ts')
    const [first, second] = [Float64Array.from(a).toSorted(), Float64Array.from(b).toSorted()]
    const exact = { ks: kolmogorovSmirnov(first, second).distance, wasserstein: wasserstein(first, second) }
    for (const statistic of ['ks', 'wasserstein'] as const) {
      const result = drift.find((each) => each.statistic === statistic)
      expect(result?.approximate).toBe(true)
      expect(Math.abs((result?.value ?? 0) - exact[statistic])).toBeLessThanOrEqual(result?.bound ?? 0)
      expect(result?.bound).toBeLessThan(0.05)
    }
  })
})
