import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from './host.ts'

interface Result {
  readonly signal: string
  readonly feature: string | null
  readonly statistic: string
  readonly dialect: string
  readonly value: number | null
  readonly fired: boolean
  readonly decides: boolean
  readonly reason?: string
}
interface Answer {
  readonly results: readonly Result[]
  readonly notes: readonly string[]
  readonly distributions?: readonly { feature: string; reference: number[]; current: number[] }[]
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'compare-'))
  const rows = (shift: number, word: string): string =>
    Array.from(
      { length: 300 },
      (_, row) => `${((row * 7919) % 300) / 300 + shift},${row % 3 === 0 ? word : 'same'}`,
    ).join('\n')
  writeFileSync(join(folder, 'a.csv'), `number,word,gone\n${rows(0, 'one').replaceAll('\n', ',1\n')},1\n`)
  writeFileSync(join(folder, 'b.csv'), `number,word,new\n${rows(0.5, 'other').replaceAll('\n', ',1\n')},1\n`)
  writeFileSync(join(folder, 'none.csv'), 'number,word\n')
  writeFileSync(join(folder, 'wrong.parquet'), 'no')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function compared(...more: string[]): Promise<Answer> {
  const words = ['monitor', 'compare', '--reference', 'a.csv', '--current', 'b.csv', '--json', ...more]
  const { code, stdout } = await run(words, { folder })
  expect(code).toBe(0)
  return JSON.parse(stdout) as Answer
}

describe('monitor compare', () => {
  it('says what moved, with one statistic of each feature that decides, and what it could not compare', async () => {
    const { results, notes, distributions } = await compared('--distributions')
    const drift = results.filter(({ signal }) => signal === 'data_drift')
    for (const feature of ['number', 'word', 'gone'])
      expect(drift.filter((result) => result.feature === feature && result.decides)).toHaveLength(1)
    expect(drift.filter(({ fired }) => fired).map(({ feature, statistic }) => [feature, statistic])).toEqual([
      ['number', 'ks'],
      ['word', 'chi2'],
    ])
    expect(drift.find(({ statistic }) => statistic === 'ks')?.value).toBeCloseTo(151 / 300, 12)
    const gone = results.filter(({ feature }) => feature === 'gone')
    expect(gone.find(({ decides }) => decides)?.reason).toMatch(/^column_missing/)
    expect(gone.find(({ statistic }) => statistic === 'null_rate')).toMatchObject({ value: 1, fired: true })
    expect(results.find(({ statistic }) => statistic === 'new_category_rate')).toMatchObject({ fired: true })
    expect(notes).toEqual([
      'The current rows lack: gone.',
      'The reference has no such columns, they were not compared: new.',
    ])
    for (const { reference } of distributions ?? []) expect(reference.reduce((sum, count) => sum + count)).toBe(300)
  })

  it('speaks the dialects of other products', async () => {
    for (const [dialect, statistic] of [
      ['evidently', 'ks'],
      ['nannyml', 'js'],
      ['azureml', 'wasserstein'],
    ] as const) {
      const { results } = await compared('--dialect', dialect)
      const decides = results.find(
        (result) => result.feature === 'number' && result.signal === 'data_drift' && result.decides,
      )
      expect(decides).toMatchObject({ statistic, fired: true })
    }
  })

  it('of a file without rows says so', async () => {
    const words = ['monitor', 'compare', '--reference', 'a.csv', '--current', 'none.csv', '--json']
    const { code, stdout } = await run(words, { folder })
    expect(code).toBe(0)
    const { results, notes } = JSON.parse(stdout) as Answer
    expect(results.some(({ fired }) => fired)).toBe(false)
    expect(notes).toContain('The current side has no rows.')
  })

  it.each([
    [['--current', 'wrong.parquet'], 'wrong.parquet cannot be read'],
    [['--current', 'missing.csv'], 'missing.csv cannot be read'],
    [['--current', 'b.csv', '--alpha', '2'], '--alpha is a probability'],
    [['--current', 'b.csv', '--dialect', 'other'], 'evidently, nannyml'],
  ])('%j ends with 2 and words', async (more, hint) => {
    const { code, stderr } = await run(['monitor', 'compare', '--reference', 'a.csv', ...more], { folder })
    expect(code).toBe(2)
    expect(stderr).toContain(hint)
  })
})
