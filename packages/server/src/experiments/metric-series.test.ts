import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { between, bucketed, decodeChunk, encodeChunk, inOrder, series, type Series } from './metric-series.ts'

function make(points: readonly (readonly [step: number, at: number, value: number])[]): Series {
  const made = series(points.length)
  for (const [index, [step, at, value]] of points.entries()) {
    made.steps[index] = step
    made.times[index] = at
    made.values[index] = value
  }
  return made
}

const list = (points: Series): number[][] =>
  Array.from(points.steps, (step, index) => [step, points.times[index] ?? 0, points.values[index] ?? 0])

describe('a series', () => {
  it('comes out of a chunk as it went in, NaN, infinities and -0 included, wherever the bytes lie', () => {
    const points = make([
      [-5, 1, Number.NaN],
      [0, 2, Number.POSITIVE_INFINITY],
      [2 ** 53 - 1, 3, -0],
    ])
    const bytes = encodeChunk(points)
    const shifted = new Uint8Array(bytes.length + 3)
    shifted.set(bytes, 3)
    const back = series(4)
    decodeChunk(shifted.subarray(3), 3, back, 1)
    expect(list(back).slice(1)).toEqual(list(points))
  })

  it('is put in order and loses what was sent twice, but nothing else', () => {
    const point = fc.tuple(
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 0, max: 5 }),
      fc.constantFrom(0, 1, Number.NaN, -1),
    )
    fc.assert(
      fc.property(fc.array(point, { maxLength: 60 }), (points) => {
        const ordered = list(inOrder(make(points), 'step'))
        const distinct = new Set(points.map((each) => each.join()))
        expect(ordered).toHaveLength(distinct.size)
        for (const [index, each] of ordered.entries()) {
          const before = ordered[index - 1]
          if (before !== undefined)
            expect(
              (before[0] ?? 0) < (each[0] ?? 0) || (before[0] === each[0] && (before[1] ?? 0) <= (each[1] ?? 0)),
            ).toBe(true)
        }
      }),
    )
  })

  it('keeps the greatest, the least, the first and the last value in its buckets', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true }), { minLength: 50, maxLength: 400 }),
        fc.integer({ min: 5, max: 24 }),
        (values, buckets) => {
          const { points, sampled } = bucketed(make(values.map((value, step) => [step, step, value])), buckets)
          expect(sampled).toBe(true)
          const kept = [...points.values]
          expect(kept.length).toBeLessThanOrEqual(buckets * 2 + 2)
          expect(Math.max(...kept)).toBe(Math.max(...values))
          expect(Math.min(...kept)).toBe(Math.min(...values))
          expect([points.steps[0], points.steps.at(-1)]).toEqual([0, values.length - 1])
        },
      ),
    )
  })

  it('is not thinned when it is short, and a range of steps is cut at both ends', () => {
    const points = make([0, 1, 2, 3, 4].map((step) => [step, step, step]))
    expect(bucketed(points, 10)).toEqual({ points, sampled: false })
    expect([...between(points, 1, 3).steps]).toEqual([1, 2, 3])
  })
})
