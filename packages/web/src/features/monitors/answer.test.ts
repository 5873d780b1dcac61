import { describe, expect, it } from 'vitest'
import { servingRuns, versionLines } from './accuracy.ts'
import { answerOf } from './answer.ts'
import { groupRows, heatLevel, strongestCell, type Matrix } from './heat.ts'
import { placeOf, windowLabel, windowName } from './windows.ts'

const span = (quarter: number) => ({
  start: new Date(Date.UTC(2007, quarter * 3)).toISOString(),
  end: new Date(Date.UTC(2007, quarter * 3 + 3)).toISOString(),
  rows: 92,
  labels: 92,
})
const line = (version: string, deployment: string, values: (number | null)[], serving: boolean[]) => ({
  version,
  deployment,
  metric: 'mae',
  values,
  serving,
})
const feature = (name: string, values: (number | null)[], importance: number | null = null) => ({
  signal: 'inputs',
  feature: name,
  statistic: 'psi',
  importance,
  values,
  thresholds: values.map(() => 1),
  fired: values.map((value) => (value ?? 0) > 1),
})
const matrix: Matrix = {
  windows: [0, 1, 2, 3].map(span),
  features: [
    feature('temp', [0.1, 0.2, 0.1, 0.1]),
    feature('Polk', [1.2, 0.7, 1.5, 1.1], 0.2),
    feature('null', [null, null, null, null]),
  ],
  performance: [
    line('2', 'blue', [1.9, 1.7, 1.8, 2.4], [true, true, true, true]),
    line('3', 'green', [null, null, 1.3, 1.9], [false, false, false, true]),
  ],
  limits: { mae: [1.7, 1.7, 1.7, 1.7] },
}
const signals = [{ name: 'inputs', type: 'data_drift' as const }]

describe('the first sentence of a monitor', () => {
  it('speaks of the version in charge, not of its canary, and names the better one', () => {
    const answer = answerOf(matrix, groupRows(matrix, signals), undefined)
    expect(answer).toMatchObject({ verdict: 'wrong', version: 'version 2', value: 2.4, limit: 1.7, column: 3 })
    expect(answer.better).toEqual({ name: 'version 3', value: 1.9 })
    expect(answer).toMatchObject({ drifted: ['Polk'], watched: 3 })
  })

  it('does not call a model right when no label came', () => {
    const without = { ...matrix, performance: [] }
    expect(answerOf(without, groupRows(without, signals), undefined).verdict).toBe('unknown')
    const empty = { ...matrix, windows: [], features: [], performance: [] }
    expect(answerOf(empty, [], undefined).verdict).toBe('none')
  })

  it('reads a falling accuracy as worse', () => {
    const accuracy: Matrix = {
      ...matrix,
      performance: [{ ...line('1', 'blue', [0.9, 0.9, 0.9, 0.7], [true, true, true, true]), metric: 'accuracy' }],
      limits: { accuracy: [0.8, 0.8, 0.8, 0.8] },
    }
    expect(answerOf(accuracy, [], undefined).verdict).toBe('wrong')
  })
})

it('a cell that fired is never painted as quiet, nor a quiet one as an alert', () => {
  for (const value of [0, 0.2, 0.5, 0.7, 0.95, 1, 1.2, 1.7, 5]) {
    expect(heatLevel(value, 1, true)).toBeGreaterThanOrEqual(4)
    expect(heatLevel(value, 1, false)).toBeLessThanOrEqual(3)
  }
})

it('what weighs most comes first, and the strongest newest cell is chosen', () => {
  const groups = groupRows(matrix, signals)
  expect(groups[0]?.rows.map((row) => row.feature)).toEqual(['Polk', 'null', 'temp'])
  expect(strongestCell(groups)).toMatchObject({ feature: 'Polk', column: 3 })
})

it('a canary takes the bar over only when it is alone', () => {
  const lines = versionLines(matrix, 'mae')
  expect(servingRuns(lines, 4)).toEqual([{ line: 0, from: 0, to: 4 }])
})

it('windows are named by their size, in UTC', () => {
  expect(windowName({ calendar: 'quarter' }, span(3))).toBe('2007 Q4')
  expect(windowLabel({ calendar: 'month' }, span(0))).toEqual({ group: '2007', text: 'Jan' })
  expect(windowName({ milliseconds: 3_600_000 }, span(0))).toBe('1 Jan 2007, 00:00')
  expect(placeOf(matrix.windows, '2007-07-01T00:00:00.000Z')).toBe(2)
  expect(placeOf(matrix.windows, '2012-07-01T00:00:00.000Z')).toBeUndefined()
})
