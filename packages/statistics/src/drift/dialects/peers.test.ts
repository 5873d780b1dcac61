import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { columnOfWords } from '../../tables/gather.ts'
import { evidentlyDrift } from './evidently.ts'
import { nannymlDrift } from './nannyml.ts'

/** Columns of two sizes and what the two products themselves computed from them. */
interface Fixture {
  readonly data: Record<string, Record<string, [unknown[], unknown[]]>>
  readonly expected: Record<
    string,
    Record<string, { evidently: Record<string, number | string>; nannyml: Record<string, number> }>
  >
}
const { data, expected } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../tests/fixtures/peers.json'), 'utf8'),
) as Fixture
const cases = Object.entries(data).flatMap(([size, columns]) => Object.keys(columns).map((name) => ({ size, name })))
const probabilities = new Set(['ks', 'chi2'])
/** What Evidently calls its tests. */
const statistics: Readonly<Record<string, string>> = {
  ks: 'ks',
  chisquare: 'chi2',
  z: 'chi2',
  wasserstein: 'wasserstein',
  jensenshannon: 'js',
}

describe('a peer’s dialect gives the peer’s number', () => {
  it.each(cases)('Evidently: $name, $size', ({ size, name }) => {
    const [reference, current] = columns(size, name)
    const peer = expected[size]?.[name]?.evidently ?? {}
    const results = evidentlyDrift(name, reference, current)
    expect(results.length).toBeGreaterThan(2)
    for (const { statistic, dialect, value, pValue } of results) {
      const theirs = Number(peer[dialect === 'two_proportions' ? 'z' : statistic])
      const ours = probabilities.has(statistic) ? pValue : value
      expect(Math.abs((ours ?? Number.NaN) - theirs), statistic).toBeLessThan(1e-9)
    }
    const decided = results.filter((result) => result.decides)
    expect(decided.map((result) => result.statistic)).toEqual([statistics[String(peer['decides'])]])
  })

  it.each(cases)('NannyML: $name, $size', ({ size, name }) => {
    const [reference, current] = columns(size, name)
    const peer = expected[size]?.[name]?.nannyml ?? {}
    const results = nannymlDrift(name, reference, current)
    expect(results).toHaveLength(4)
    for (const { statistic, value } of results)
      expect(Math.abs((value ?? Number.NaN) - Number(peer[statistic])), statistic).toBeLessThan(1e-9)
    const decided = results.find((result) => result.decides)
    expect(decided?.statistic).toBe('js')
    expect(decided?.threshold).toBeCloseTo(Number(peer['threshold']), 9)
  })
})

function columns(size: string, name: string): [ReturnType<typeof columnOfWords>, ReturnType<typeof columnOfWords>] {
  const [reference, current] = data[size]?.[name] ?? [[], []]
  return [columnOfWords(reference.map(String)), columnOfWords(current.map(String))]
}
