import { expect, it } from 'vitest'
import { scaleOf } from './scale.ts'

it('a scale holds its values, begins at zero unless they are far from it, and survives one value or none', () => {
  for (const numbers of [[0.6, 3], [0.91, 0.94], [5], [-2, 4], [1e-9, 2e-9], [1e12]]) {
    const { low, high, ticks } = scaleOf(numbers)
    expect(low).toBeLessThanOrEqual(Math.min(...numbers))
    expect(high).toBeGreaterThan(Math.max(...numbers) - 1e-12)
    expect(ticks.length).toBeGreaterThan(1)
    expect(ticks.length).toBeLessThan(12)
  }
  expect(scaleOf([0.6, 3]).low).toBe(0)
  expect(scaleOf([0.91, 0.94]).low).toBeGreaterThan(0.8)
  expect(scaleOf([])).toEqual({ low: 0, high: 1, ticks: [0, 1] })
})
