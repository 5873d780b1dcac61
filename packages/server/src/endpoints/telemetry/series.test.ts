import { latencyBoundsMs } from '@modelyard/contract'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { groupOf, innermostFrame, withRequestIds } from './exceptions.ts'
import { mergeDeployments, mergeInTime, resolutionFor, startOf, toPoint, type Interval } from './series.ts'

const buckets = latencyBoundsMs.length + 1
const intervals = fc.record({
  at: fc.constant(0),
  requests: fc.nat(1000),
  errors: fc.nat(10),
  rejected: fc.nat(10),
  latencyCounts: fc.array(fc.nat(50), { minLength: buckets, maxLength: buckets }),
  latencySumMs: fc.nat(10_000),
  cpuSeconds: fc.nat(100),
  memoryBytes: fc.nat(1_000_000),
})

describe('intervals', () => {
  it('merge in any order to the same, and their percentiles come from all requests, not from percentiles', () => {
    fc.assert(
      fc.property(fc.array(intervals, { minLength: 2, maxLength: 6 }), (all) => {
        const merge = (list: readonly Interval[]): Interval => list.reduce((one, other) => mergeInTime(one, other))
        expect(merge(all)).toEqual(merge(all.toReversed()))
        const point = toPoint(merge(all), 60)
        expect(point.requests).toBe(all.reduce((sum, interval) => sum + interval.requests, 0))
        const each = all.map((interval) => toPoint(interval, 10).p95Ms).filter((value) => value !== null)
        if (point.p95Ms !== null) expect(point.p95Ms).toBeLessThanOrEqual(Math.max(...each) + 1e-9)
      }),
    )
  })

  it('of one slow and many fast requests have the 99th percentile of the many', () => {
    const at = (ms: number, requests: number): Interval => ({
      at: 0,
      requests,
      errors: 0,
      rejected: 0,
      latencyCounts: latencyBoundsMs.map((bound) => (bound === ms ? requests : 0)),
      latencySumMs: 0,
      cpuSeconds: 0,
      memoryBytes: 10,
    })
    expect(toPoint(mergeInTime(at(2, 999), at(5000, 1)), 60).p99Ms).toBeLessThanOrEqual(2)
    expect(mergeDeployments(at(2, 1), at(2, 1)).memoryBytes).toBe(20)
    expect(mergeInTime(at(2, 1), at(2, 1)).memoryBytes).toBe(10)
  })

  it('are read as finely as they are kept from that moment on', () => {
    const now = 1_800_000_000_000
    const hour = 3_600_000
    expect([1, 23, 25, 24 * 6, 24 * 8].map((hours) => resolutionFor(now - hours * hour, now))).toEqual([
      10, 10, 60, 60, 3600,
    ])
    expect(startOf(now + 12_345, 10) - now).toBe(10_000)
  })
})

describe('exceptions', () => {
  const traceback = (file: string, line: number): string =>
    `Traceback (most recent call last):\n  File "/app/score.py", line ${line}, in run\n    helper(x)\n  File "${file}", line 9, in helper\n    raise ValueError(x)\nValueError: 7`
  it('belong together by type and by the last line of the script itself, not of a library', () => {
    expect(innermostFrame(traceback('/venv/lib/python3.12/site-packages/numpy/a.py', 3))).toBe('/app/score.py:3 run')
    expect(innermostFrame(traceback('/app/other.py', 3))).toBe('/app/other.py:9 helper')
    expect(innermostFrame('ValueError: without frames')).toBe('')
    const of = (line: number, type = 'ValueError') =>
      groupOf({ deployment: 'blue', type, traceback: traceback('/x/site-packages/n.py', line) })
    expect(of(3)).toBe(of(3))
    expect(new Set([of(3), of(4), of(3, 'KeyError')]).size).toBe(3)
  })
  it('keep the newest request ids, each once', () => {
    expect(withRequestIds(['b', 'a'], ['a', 'c'])).toEqual(['c', 'a', 'b'])
    expect(
      withRequestIds(
        [],
        Array.from({ length: 50 }, (_, index) => `r${index}`),
      ),
    ).toHaveLength(20)
  })
})
