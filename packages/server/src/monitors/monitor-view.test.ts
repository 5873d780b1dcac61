import { expect, test } from 'vitest'
import type { Decision } from './decision.ts'
import { toMatrix } from './monitor-view.ts'

const decision = (feature: string, statistic: string, value: number, threshold: number): Decision => ({
  signal: 'inputs',
  type: 'data_drift',
  feature,
  statistic,
  value,
  pValue: null,
  threshold,
  fired: value > threshold,
})
const row = (start: number, decisions: readonly Decision[], performance: unknown = []) => ({
  start_ms: start,
  place: 0,
  end_ms: start + 1000,
  rows: 10,
  labels: 0,
  complete: 1,
  decisions: JSON.stringify(decisions),
  performance: JSON.stringify(performance),
})

test('the heat map has a row for each feature and a column for each window; what is not there is a gap', () => {
  const version = { model: 'm', version: '1', deployment: 'blue', serving: true, rows: 10, labels: 5 }
  const matrix = toMatrix(
    [
      row(0, [decision('a', 'ks', 0.1, 0.2)], [{ ...version, metrics: { mae: 3 } }]),
      row(1000, [decision('b', 'chi2', 9, 3), decision('a', 'ks', 0.4, 0.2)]),
    ],
    { a: 0.7 },
  )
  expect(matrix.features).toEqual([
    expect.objectContaining({ feature: 'a', values: [0.1, 0.4], fired: [false, true], importance: 0.7 }),
    expect.objectContaining({ feature: 'b', values: [null, 9], thresholds: [null, 3], importance: null }),
  ])
  expect(matrix.performance).toEqual([expect.objectContaining({ version: '1', values: [3, null] })])
})

test('of several rates of one feature the one that is furthest beyond its limit is shown', () => {
  const rates = [
    decision('a', 'null_rate', 0.01, 0.1),
    decision('a', 'out_of_range_rate', 0.5, 0.1),
    decision('a', 'type_error_rate', 0, 0.1),
  ]
  expect(toMatrix([row(0, rates)], {}).features).toMatchObject([{ values: [0.5], fired: [true] }])
})
