import { latencyBoundsMs } from '@modelyard/contract'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judge, type Judged } from './checks.ts'
import { lowerBound, upperBound } from './confidence.ts'
import { noCounters, noEvidence, withReading, type Counters } from './evidence.ts'

const policy = {
  steps: [10, 100],
  bakeMs: 0,
  minRequests: 20,
  approval: 'auto' as const,
  maxErrorRate: 0.01,
  maxLatencyRatio: 1.5,
  minAgreement: null,
}

/** So many requests that all took about `ms`. */
function counters(requests: number, errors = 0, ms = 4): Counters {
  const bucket = latencyBoundsMs.findIndex((bound) => ms <= bound)
  return {
    requests,
    errors,
    rejected: 0,
    latencies: Array.from({ length: latencyBoundsMs.length + 1 }, (_, index) => (index === bucket ? requests : 0)),
  }
}
const judged = (candidate: Counters, stable: Counters, more: Partial<Judged> = {}): Judged => ({
  evidence: { ...noEvidence, candidate, stable },
  baseline: noCounters,
  policy,
  weight: 10,
  isSticky: false,
  ...more,
})
const verdict = (name: string, given: Judged) => judge(given).find((found) => found.name === name)?.verdict

describe('errors', () => {
  it('fail when they are more than chance and more than allowed', () =>
    expect(verdict('errors', judged(counters(10, 10), counters(90)))).toBe('fail'))
  it('are undecided when they may be chance', () =>
    expect(verdict('errors', judged(counters(20, 1), counters(180)))).toBe('inconclusive'))
  it('pass when the stable deployment has as many', () =>
    expect(verdict('errors', judged(counters(1000, 100), counters(9000, 900)))).toBe('pass'))
  it('are undecided while nobody at all was answered: as bad as before is not good', () =>
    expect(verdict('errors', judged(counters(100, 100), counters(900, 900)))).toBe('inconclusive'))
  it('of a step that leaves nothing to the stable deployment are compared with what it did before', () => {
    const alone = { baseline: counters(900, 90), weight: 100 }
    expect(verdict('errors', judged(counters(100, 10), noCounters, alone))).toBe('pass')
    expect(verdict('errors', judged(counters(100, 60), noCounters, alone))).toBe('fail')
  })
  it('of requests turned away count', () =>
    expect(verdict('errors', judged({ ...counters(10), rejected: 90 }, counters(900)))).toBe('fail'))
})

describe('a shadow', () => {
  const shadow = (compared: number, failed: number): Judged => ({
    ...judged(noCounters, counters(1000), { weight: 0 }),
    evidence: { ...noEvidence, stable: counters(1000, 500), copies: { compared, agreed: compared, failed } },
  })
  it('is judged by its copies alone, whatever share of the requests fails at the stable deployment', () => {
    expect(judge(shadow(100, 0)).map(({ verdict: found }) => found)).toEqual(['pass', 'pass', 'pass'])
    expect(verdict('errors', shadow(50, 50))).toBe('fail')
    expect(verdict('errors', shadow(24, 1))).toBe('inconclusive')
    expect(verdict('requests', shadow(10, 0))).toBe('inconclusive')
  })
})

describe('latency', () => {
  it('fails when it is clearly slower', () =>
    expect(verdict('latency', judged(counters(60, 0, 240), counters(500)))).toBe('fail'))
  it('passes when the difference is the noise of the machine', () =>
    expect(verdict('latency', judged(counters(60, 0, 5), counters(500, 0, 1)))).toBe('pass'))
  it('of a slow start does not keep a step waiting', () => {
    const slowStart = {
      ...counters(28),
      latencies: counters(28).latencies.map((count, index) => (index === 16 ? 2 : count)),
    }
    expect(verdict('latency', judged(slowStart, counters(500)))).toBe('pass')
  })
  it('of few requests that are all slow waits for more, and fails with them', () => {
    expect(verdict('latency', judged(counters(8, 0, 2400), counters(8)))).toBe('inconclusive')
    expect(verdict('latency', judged(counters(25, 0, 2400), counters(25)))).toBe('fail')
  })
  it('has nothing to be compared with without a stable request', () =>
    expect(verdict('latency', judged(counters(100, 0, 9000), noCounters))).toBe('pass'))
})

describe('the ratio', () => {
  it('stops the comparison when the candidate gets another share than it should', () => {
    expect(verdict('sample_ratio', judged(counters(200), counters(800)))).toBe('inconclusive')
    expect(verdict('sample_ratio', judged(counters(105), counters(895)))).toBe('pass')
    expect(verdict('sample_ratio', judged(counters(200), counters(800), { isSticky: true }))).toBe('pass')
  })
})

describe('agreement', () => {
  const agreeing = (compared: number, agreed: number): Judged => ({
    ...judged(counters(100), counters(900), { policy: { ...policy, minAgreement: 0.95 } }),
    evidence: {
      ...noEvidence,
      candidate: counters(100),
      stable: counters(900),
      copies: { compared, agreed, failed: 0 },
    },
  })
  it('passes, fails, or waits for more copies', () =>
    expect(
      [agreeing(100, 99), agreeing(100, 50), agreeing(100, 94), agreeing(3, 3)].map((given) =>
        verdict('agreement', given),
      ),
    ).toEqual(['pass', 'fail', 'inconclusive', 'inconclusive']))
})

describe('bounds that hold at every look', () => {
  it('lie around the observed share, and a share of 5 % is wrongly excluded in at most 1 % of the lives of 500 requests', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), (hits, misses) => {
        const total = hits + misses
        fc.pre(total > 0)
        expect(lowerBound(hits, total, 0.01)).toBeLessThanOrEqual(hits / total)
        expect(upperBound(hits, total, 0.01)).toBeGreaterThanOrEqual(hits / total)
      }),
    )
    let [seed, wrong] = [7, 0]
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
    for (let life = 0; life < 400; life++) {
      let hits = 0
      for (let total = 1; total <= 500; total++) {
        if (random() < 0.05) hits++
        if (total % 5 === 0 && lowerBound(hits, total, 0.01) > 0.05) {
          wrong++
          break
        }
      }
    }
    expect(wrong / 400).toBeLessThanOrEqual(0.02)
  })
})

describe('evidence', () => {
  it('is what counters grew by, across a gateway that started anew', () => {
    const reading = (green: number, blue: number) => ({
      deployments: { green: counters(green), blue: counters(blue) },
      copies: { compared: green, agreed: green, failed: 0 },
    })
    const found = [reading(100, 500), reading(110, 590), reading(3, 20), reading(5, 40)].reduce(
      (evidence, next) => withReading(evidence, 'green', next),
      noEvidence,
    )
    expect([found.candidate.requests, found.stable.requests, found.copies.compared]).toEqual([15, 130, 15])
    expect(found.candidate.latencies.reduce((total, count) => total + count, 0)).toBe(15)
  })
})
