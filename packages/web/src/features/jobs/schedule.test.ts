import { expect, it } from 'vitest'
import { criticalPath, type Step } from './schedule.ts'

const step = (name: string, seconds: number, needs: string[]): Step =>
  ({
    name,
    needs,
    reused: false,
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: new Date(Date.parse('2026-01-01T00:00:00Z') + seconds * 1000).toISOString(),
  }) as Step

it('the critical path is the chain that took longest, also with a diamond', () => {
  const path = criticalPath([step('a', 1, []), step('b', 5, ['a']), step('c', 2, ['a']), step('d', 1, ['b', 'c'])], 0)
  expect([...path.names].toSorted()).toEqual(['a', 'b', 'd'])
  expect(path.ms).toBe(7000)
})
