import type { RolloutCheck, RolloutVerdict } from '@modelyard/contract'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decide,
  isEnded,
  mirrorOf,
  observe,
  plan,
  refusalOf,
  split,
  trafficOf,
  type Decision,
  type Rollout,
} from './rollout.ts'

const start = 1_700_000_000_000
const sumOf = (traffic: Readonly<Record<string, number>>): number =>
  Object.values(traffic).reduce((sum, weight) => sum + weight, 0)
const check = (verdict: RolloutVerdict, name: RolloutCheck['name'] = 'errors'): RolloutCheck => ({
  name,
  stable: 0,
  candidate: 0,
  limit: 0,
  unit: 'share',
  verdict,
  reason: verdict,
})

const policies = fc.record({
  steps: fc
    .uniqueArray(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 5 })
    .map((all) => all.toSorted((a, b) => a - b)),
  bakeMs: fc.constantFrom(0, 1000, 60_000),
  minRequests: fc.constant(20),
  approval: fc.constantFrom('auto' as const, 'manual' as const),
  maxErrorRate: fc.constant(0.01),
  maxLatencyRatio: fc.constant(1.5),
  minAgreement: fc.constantFrom(null, 0.9),
})
const stables = fc.constantFrom<Record<string, number>>(
  { blue: 100 },
  { blue: 33, red: 67 },
  { blue: 60, green: 10, red: 30 },
)
const looks = fc.record({
  kind: fc.constant('look' as const),
  after: fc.constantFrom(0, 500, 1000, 60_000, 700_000),
  candidate: fc.constantFrom('ready' as const, 'ready' as const, 'ready' as const, 'away' as const, 'failed' as const),
  isApplied: fc.boolean(),
  verdict: fc.constantFrom<RolloutVerdict>('pass', 'pass', 'pass', 'inconclusive', 'fail'),
})
const words = fc.record({
  kind: fc.constant('word' as const),
  word: fc.constantFrom<Decision>('approve', 'pause', 'resume', 'promote', 'rollback'),
})
const planned = (policy: Rollout['policy'], stable: Record<string, number>): Rollout =>
  plan({ deployment: 'green', policy, stable, mirrorBefore: {} })

describe('a rollout, whatever happens to it', () => {
  it('keeps the weights at 100, never lowers a step, and has all traffic only after every step passed or a person said so', () => {
    fc.assert(
      fc.property(
        policies,
        stables,
        fc.array(fc.oneof({ weight: 4, arbitrary: looks }, words), { maxLength: 60 }),
        (policy, stable, inputs) => {
          let rollout = planned(policy, stable)
          let at = start
          let isByHand = false
          for (const input of inputs) {
            const before = rollout
            if (input.kind === 'look') {
              at += input.after
              rollout = observe(rollout, {
                ...input,
                at,
                failure: '',
                checks: [check('pass', 'requests'), check(input.verdict)],
              })
              if (input.verdict !== 'pass' && before.state !== rollout.state) expect(rollout.state).not.toBe('promoted')
            } else {
              const after = decide(rollout, input.word, at, '')
              if (typeof after === 'string') continue
              rollout = after
              isByHand ||= input.word === 'promote'
            }
            expect(sumOf(trafficOf(rollout))).toBe(100)
            expect(Object.values(trafficOf(rollout)).every((weight) => Number.isInteger(weight) && weight >= 0)).toBe(
              true,
            )
            if (rollout.state === 'rolledBack') expect(trafficOf(rollout)).toEqual(stable)
            else if (!isEnded(rollout)) expect(rollout.step).toBeGreaterThanOrEqual(before.step)
            if (rollout.state === 'promoted' && !isByHand)
              expect(rollout.steps.every((step) => step.state === 'passed')).toBe(true)
            if (isEnded(rollout)) expect(mirrorOf(rollout)).toEqual({})
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  it('ends, or waits for a person with its reason: nothing goes on for ever', () => {
    fc.assert(
      fc.property(policies, stables, fc.array(looks, { minLength: 1, maxLength: 40 }), (policy, stable, inputs) => {
        let rollout = planned(policy, stable)
        let at = start
        for (const input of inputs)
          rollout = observe(rollout, { ...input, at: (at += input.after), failure: '', checks: [check(input.verdict)] })
        // From anywhere: a candidate that is there and evidence that never decides.
        for (let look = 0; look < 20 && rollout.state === 'running' && !rollout.waitsForApproval; look++)
          rollout = observe(rollout, {
            at: (at += 700_000),
            candidate: 'ready',
            failure: '',
            isApplied: true,
            checks: [check('inconclusive')],
          })
        expect(isEnded(rollout) || rollout.state === 'paused' || rollout.waitsForApproval).toBe(true)
        if (!isEnded(rollout)) expect(rollout.reason).not.toBe('')
      }),
    )
  })

  it('loses its traffic at the first look at evidence that fails, also while it is paused or waits', () => {
    fc.assert(
      fc.property(policies, stables, fc.boolean(), (policy, stable, isPaused) => {
        let rollout = observe(planned(policy, stable), {
          at: start,
          candidate: 'ready',
          failure: '',
          isApplied: true,
          checks: [],
        })
        if (isPaused) rollout = decide(rollout, 'pause', start, '') as Rollout
        rollout = observe(rollout, {
          at: start + 1,
          candidate: 'ready',
          failure: '',
          isApplied: true,
          checks: [check('fail')],
        })
        expect([rollout.state, rollout.reason, trafficOf(rollout)]).toEqual(['rolledBack', 'fail', stable])
      }),
    )
  })

  it('compares with copies while it is a shadow, and longer where agreement is asked for', () => {
    const policy = {
      steps: [0, 10, 100],
      bakeMs: 0,
      minRequests: 0,
      approval: 'auto' as const,
      maxErrorRate: 0,
      maxLatencyRatio: 2,
      minAgreement: null,
    }
    const at = (step: number, minAgreement: number | null): Rollout => ({
      ...planned({ ...policy, minAgreement }, { blue: 100 }),
      step,
    })
    expect([0, 1, 2].map((step) => mirrorOf(at(step, null)))).toEqual([{ green: 100 }, {}, {}])
    expect([0, 1, 2].map((step) => mirrorOf(at(step, 0.9)))).toEqual([{ green: 100 }, { green: 100 }, {}])
  })
})

describe('a split', () => {
  it('gives the candidate exactly its weight and the others their shares of the rest', () => {
    expect(split({ blue: 33, red: 67 }, 'green', 10)).toEqual({ blue: 30, red: 60, green: 10 })
    expect(split({ blue: 90, green: 10 }, 'green', 50)).toEqual({ blue: 50, green: 50 })
    expect(split({ blue: 50, red: 50 }, 'green', 99)).toEqual({ blue: 1, red: 0, green: 99 })
  })
})

describe('a policy', () => {
  const policy = {
    bakeMs: 0,
    minRequests: 0,
    approval: 'auto' as const,
    maxErrorRate: 0,
    maxLatencyRatio: 2,
    minAgreement: null,
  }
  it.each([[[10, 10]], [[50, 10]], [[0, 0, 100]]])('whose steps are %j is refused', (steps) =>
    expect(refusalOf({ ...policy, steps })).toContain('greater'),
  )
  it('that asks for agreement where nothing is left to compare with is refused', () =>
    expect(refusalOf({ ...policy, steps: [100], minAgreement: 0.9 })).toContain('Agreement'))
  it('of growing steps is followed', () => expect(refusalOf({ ...policy, steps: [0, 10, 100] })).toBeUndefined())
})
