import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pickForCaller } from './traffic.ts'

const weights = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 5 })
const named = (values: readonly number[]): { name: string; weight: number }[] =>
  values.map((weight, index) => ({ name: `d${index}`, weight }))

describe('the deployment of a caller', () => {
  test('a growing weight only moves callers to what grows; a shrinking one only away from what shrinks', () => {
    fc.assert(
      fc.property(weights, fc.nat(4), fc.integer({ min: 1, max: 100 }), fc.string(), (values, place, more, caller) => {
        const index = place % values.length
        const small = named(values)
        const large = named(values.map((weight, other) => (other === index ? weight + more : weight)))
        const before = pickForCaller(small, caller)?.name
        const after = pickForCaller(large, caller)?.name
        expect([before, `d${index}`]).toContain(after)
      }),
    )
  })

  test('with two deployments a rollout moves nobody back', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(100), fc.string(), (one, other, caller) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)]
        if (pickForCaller(named([100 - low, low]), caller)?.name === 'd1')
          expect(pickForCaller(named([100 - high, high]), caller)?.name).toBe('d1')
      }),
    )
  })

  test('never one without a weight; shares follow the weights', () => {
    const found = new Map<string | undefined, number>()
    for (let caller = 0; caller < 20_000; caller++) {
      const name = pickForCaller(named([70, 25, 5, 0]), `user-${caller}`)?.name
      found.set(name, (found.get(name) ?? 0) + 1)
    }
    const share = (name: string): number => (found.get(name) ?? 0) / 20_000
    expect(share('d0')).toBeCloseTo(0.7, 1)
    expect(share('d1')).toBeCloseTo(0.25, 1)
    expect(share('d2')).toBeCloseTo(0.05, 1)
    expect(share('d3')).toBe(0)
    expect(pickForCaller(named([0, 0]), 'anybody')).toBeUndefined()
  })
})
