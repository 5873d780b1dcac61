import { expect, test } from 'vitest'
import { isBroken } from './broken-data.ts'
import { gatherEvidence, type Decision } from './decision.ts'

const found = (statistic: string, value: number): Decision => ({
  signal: 'quality',
  type: 'data_quality',
  feature: statistic === 'row_count' ? null : 'price',
  statistic,
  value,
  pValue: null,
  threshold: 0.01,
  fired: true,
})
const broken = (...decisions: readonly Decision[]): boolean => isBroken(gatherEvidence(decisions, {}))

test('missing values, wrong types and missing rows are broken data; what the world may have become is not', () => {
  for (const statistic of ['null_rate', 'type_error_rate', 'row_count'])
    expect([statistic, broken(found(statistic, 0.5))]).toEqual([statistic, true])
  for (const statistic of ['out_of_range_rate', 'new_category_rate'])
    expect([statistic, broken(found(statistic, 0.5))]).toEqual([statistic, false])
})

test('missing values are not hidden by more values out of range in the same column', () => {
  expect(broken(found('out_of_range_rate', 0.9), found('null_rate', 0.05))).toBe(true)
})
