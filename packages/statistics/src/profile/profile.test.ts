import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareTables } from '../drift/compare.ts'
import { seeded } from '../performance/resampling.ts'
import { columnOfWords } from '../tables/gather.ts'
import { tableOf, type Table } from '../tables/table.ts'
import { compareProfiles } from './compare-profiles.ts'
import { ExactSum } from './exact-sum.ts'
import { mergeProfiles } from './merge-profiles.ts'
import type { Profile } from './profile.ts'
import { profileTable } from './profile-table.ts'

function table(rows: number, seed: number, shift = 0): Table {
  const random = seeded(seed)
  const numbers = Float64Array.from({ length: rows }, () =>
    random() < 0.05 ? Number.NaN : Math.exp(3 * random()) * 1e3 ** random() + shift,
  )
  const words = Array.from({ length: rows }, () => `w${Math.floor(random() ** 2 * 12)}`)
  return tableOf(
    new Map([
      ['x', { kind: 'number', whole: false, values: numbers }],
      ['word', columnOfWords(words)],
    ]),
  )
}

describe('a profile', () => {
  it.each([900, 30_000])('gives the divergences that the rows give, %i rows', async (rows) => {
    const [reference, current] = [table(rows, 1), table(rows, 2, 40)]
    const first = await profileTable(reference)
    const results = compareProfiles(first, await profileTable(current, first))
    const { drift } = await compareTables(reference, current, { alpha: 0.01 })
    for (const statistic of ['psi', 'js', 'hellinger', 'linf', 'tvd', 'chi2'] as const)
      for (const feature of ['x', 'word']) {
        const raw = drift.find((result) => result.feature === feature && result.statistic === statistic)
        const ours = results.find((result) => result.feature === feature && result.statistic === statistic)
        expect([ours?.value, ours?.dialect]).toEqual([raw?.value, raw?.dialect])
      }
    const distance = results.find((result) => result.statistic === 'ks')
    const exact = drift.find((result) => result.statistic === 'ks' && result.feature === 'x')
    expect(Math.abs((distance?.value ?? 1) - (exact?.value ?? 0))).toBeLessThanOrEqual(
      (distance?.bound ?? 0) + (exact?.bound ?? 0),
    )
  })

  it('of 24 hours merged is that of the day to the last bit, in any order', async () => {
    const day = table(2400, 3)
    const like = await profileTable(day)
    const hours: Profile[] = []
    for (let hour = 0; hour < 24; hour++) hours.push(await profileTable(slice(day, hour * 100, (hour + 1) * 100), like))
    const merged = (order: readonly Profile[]): Profile => order.reduce((sum, each) => mergeProfiles(sum, each))
    const expected = JSON.stringify(await profileTable(day, like))
    const shuffled = hours.toSorted((a, b) => JSON.stringify(a).length - JSON.stringify(b).length)
    for (const order of [hours, hours.toReversed(), shuffled]) expect(JSON.stringify(merged(order))).toBe(expected)
    const halves = mergeProfiles(merged(hours.slice(0, 7)), merged(hours.slice(7)))
    expect(JSON.stringify(halves)).toBe(expected)
  })

  it('knows mean and deviation of what is far from zero', async () => {
    const values = Float64Array.from({ length: 1000 }, (_, row) => 1e9 + (row % 2))
    const { columns } = await profileTable(tableOf(new Map([['x', { kind: 'number', whole: false, values }]])))
    expect(columns['x']).toMatchObject({
      mean: 1e9 + 0.5,
      std: { population: expect.closeTo(0.5, 9) },
      min: 1e9,
      max: 1e9 + 1,
    })
  })

  it('refuses to merge what was counted on other edges', async () => {
    const [a, b] = [await profileTable(table(500, 4)), await profileTable(table(500, 5))]
    expect(() => mergeProfiles(a, b)).toThrow(RangeError)
  })

  it.each([
    ['nothing but missing values', [Number.NaN, Number.NaN]],
    ['infinities', [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1]],
    ['no rows', []],
  ])('of %s is JSON, and comes back the same', async (_name, values) => {
    const profile = await profileTable(
      tableOf(new Map([['x', { kind: 'number', whole: false, values: Float64Array.from(values) }]])),
    )
    expect(JSON.parse(JSON.stringify(profile))).toEqual(profile)
    expect(JSON.parse(JSON.stringify(mergeProfiles(profile, profile)))).toMatchObject({ rows: 2 * values.length })
    expect(compareProfiles(profile, profile).every(({ value, reason }) => value !== null || reason !== undefined)).toBe(
      true,
    )
  })
})

describe('an exact sum', () => {
  it('is the same in any order and rounded once', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e15, max: 1e15, noNaN: true }), { maxLength: 60 }), (values) => {
        const sum = (order: readonly number[]): ExactSum => {
          const all = new ExactSum()
          for (const value of order) all.add(value)
          return all
        }
        const [forward, backward] = [sum(values), sum(values.toReversed())]
        expect(forward.value()).toBe(backward.value())
        expect(forward.canonical()).toEqual(backward.canonical())
      }),
      { numRuns: 300, seed: 7 },
    )
    const cancelling = new ExactSum()
    for (const value of [1e100, 1, -1e100, 2 ** -60]) cancelling.add(value)
    expect(cancelling.value()).toBe(1)
    expect(cancelling.canonical()).toEqual([1, 2 ** -60])
  })
})

function slice(source: Table, begin: number, end: number): Table {
  return {
    rows: end - begin,
    names: source.names,
    async read(name) {
      const column = await source.read(name)
      return column.kind === 'number'
        ? { ...column, values: column.values.slice(begin, end) }
        : { ...column, codes: column.codes.slice(begin, end) }
    },
  }
}
