import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgeServiceRule, parseServiceRule, type ServicePoint, type ServiceRule } from './service-rule.ts'

const rule = (text: string): ServiceRule => {
  const parsed = parseServiceRule(text)
  if (typeof parsed === 'string') throw new Error(parsed)
  return parsed
}
const now = 1_800_000_000_000
const point = (secondsAgo: number, more: Partial<ServicePoint> = {}): ServicePoint => ({
  at: now - secondsAgo * 1000,
  durationMs: 10_000,
  requests: 10,
  errors: 0,
  rejected: 0,
  p50Ms: 10,
  p95Ms: 20,
  p99Ms: 30,
  cpuCores: null,
  memoryBytes: null,
  ...more,
})
const minutes = (count: number, more: Partial<ServicePoint> = {}): ServicePoint[] =>
  Array.from({ length: count * 6 }, (_unused, index) => point((count * 6 - index) * 10, more))

describe('a rule', () => {
  test.each([
    ['p95_ms > 200 for 5m', { measure: 'p95_ms', operator: '>', limit: 200, forMs: 300_000 }],
    ['error_rate >= 1 % for 30s', { measure: 'error_rate', operator: '>=', limit: 0.01, forMs: 30_000 }],
    ['requests_per_second<1 for 10m', { measure: 'requests_per_second', operator: '<', limit: 1 }],
  ])('%s is read', (text, expected) => expect(parseServiceRule(text)).toMatchObject(expected))

  test.each(['p95 > 200 for 5m', 'p95_ms > fast for 5m', 'p95_ms > 200', 'p95_ms > 200 for 5x', 'p95_ms > 1 for 1s'])(
    '%s is refused in words',
    (text) => expect(typeof parseServiceRule(text)).toBe('string'),
  )

  test('no text breaks the reading', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseServiceRule(text)))
  })
})

describe('a rule over time', () => {
  const slow = rule('p95_ms > 200 for 5m')

  test('is breached only when it holds for as long as it says', () => {
    expect(judgeServiceRule(slow, minutes(6, { p95Ms: 300 }), now, 0).state).toBe('breached')
    expect(judgeServiceRule(slow, minutes(2, { p95Ms: 300 }), now, 0)).toMatchObject({ state: 'pending', value: 300 })
    expect(judgeServiceRule(slow, minutes(6), now, 0).state).toBe('quiet')
    const recovered = [...minutes(6, { p95Ms: 300 }).slice(0, -6), ...minutes(1)]
    expect(judgeServiceRule(slow, recovered, now, 0).state).toBe('quiet')
  })

  test('says nothing of latency without requests, and everything of requests', () => {
    expect(judgeServiceRule(slow, [], now, 0).state).toBe('silent')
    const dead = rule('requests_per_second < 1 for 10m')
    expect(judgeServiceRule(dead, [], now, 0)).toMatchObject({ state: 'breached', value: 0 })
    expect(judgeServiceRule(dead, [], now, now - 60_000).state).toBe('silent')
    expect(judgeServiceRule(dead, minutes(10, { requests: 5 }), now, 0)).toMatchObject({
      state: 'breached',
      value: 0.5,
    })
    expect(judgeServiceRule(dead, minutes(10, { requests: 20 }), now, 0)).toMatchObject({ state: 'quiet', value: 2 })
  })

  test('counts errors over all requests of a slice', () => {
    const errors = rule('error_rate > 0.01 for 1m')
    expect(judgeServiceRule(errors, minutes(2, { errors: 1 }), now, 0)).toMatchObject({ state: 'breached', value: 0.1 })
    expect(judgeServiceRule(errors, minutes(2), now, 0)).toMatchObject({ state: 'quiet', value: 0 })
  })
})
