import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decide, type GuardFacts } from './guard-rails.ts'

const dayMs = 86_400_000
const now = 1_800_000_000_000

const free: GuardFacts = {
  now,
  trigger: { name: 'retrain', enabled: true, coolDownMs: 0, budgetPerDay: 24, minNewLabels: 100 },
  pipeline: { name: 'train', enabled: true },
  alertType: 'data_drift',
  brokenData: null,
  openLoop: null,
  restsSince: null,
  startsOfDay: [],
  newLabels: 100,
}
const ruleOf = (facts: GuardFacts): string => {
  const decision = decide(facts)
  return decision.start ? 'start' : decision.rule
}

const anyFacts: fc.Arbitrary<GuardFacts> = fc.record({
  now: fc.constant(now),
  trigger: fc.record({
    name: fc.constant('retrain'),
    enabled: fc.boolean(),
    coolDownMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 30 * dayMs })),
    budgetPerDay: fc.integer({ min: 1, max: 5 }),
    minNewLabels: fc.integer({ min: 0, max: 300 }),
  }),
  pipeline: fc.record({ name: fc.constant('train'), enabled: fc.constantFrom(true, true, false, undefined) }),
  alertType: fc.constantFrom(null, 'data_drift', 'prediction_drift', 'model_performance', 'data_quality', 'service'),
  brokenData: fc.option(fc.record({ id: fc.constant('alr_1'), summary: fc.constant('nulls') })),
  openLoop: fc.option(fc.record({ id: fc.constant('loop_1'), trigger: fc.constant('other') })),
  restsSince: fc.option(fc.integer({ min: now - 40 * dayMs, max: now + dayMs })),
  startsOfDay: fc.array(fc.integer({ min: now - 2 * dayMs, max: now + dayMs }), { maxLength: 8 }),
  newLabels: fc.option(fc.integer({ min: 0, max: 300 })),
})

describe('the guard rails', () => {
  test('each rule holds back by itself, and says what it is about', () => {
    const cases: [string, Partial<GuardFacts>][] = [
      ['start', {}],
      ['trigger_disabled', { trigger: { ...free.trigger, enabled: false } }],
      ['pipeline_missing', { pipeline: { name: 'train', enabled: undefined } }],
      ['pipeline_disabled', { pipeline: { name: 'train', enabled: false } }],
      ['alert_kind', { alertType: 'service' }],
      ['start', { alertType: 'data_quality' }],
      ['data_quality', { brokenData: { id: 'alr_1', summary: 'nulls in price' } }],
      ['one_at_a_time', { openLoop: { id: 'loop_1', trigger: 'retrain' } }],
      ['cool_down', { trigger: { ...free.trigger, coolDownMs: dayMs }, restsSince: now - dayMs + 1 }],
      ['start', { trigger: { ...free.trigger, coolDownMs: dayMs }, restsSince: now - dayMs }],
      ['budget', { trigger: { ...free.trigger, budgetPerDay: 1 }, startsOfDay: [now - dayMs + 1] }],
      ['start', { trigger: { ...free.trigger, budgetPerDay: 1 }, startsOfDay: [now - dayMs] }],
      ['labels', { newLabels: 99 }],
      ['start', { newLabels: null }],
    ]
    for (const [rule, change] of cases) expect([change, ruleOf({ ...free, ...change })]).toEqual([change, rule])
  })

  test('a start means that no rule is broken', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        if (!decide(facts).start) return
        expect(facts.trigger.enabled && facts.pipeline.enabled).toBe(true)
        expect([facts.brokenData, facts.openLoop]).toEqual([null, null])
        expect(facts.startsOfDay.filter((at) => at > now - dayMs).length).toBeLessThan(facts.trigger.budgetPerDay)
        if (facts.newLabels !== null) expect(facts.newLabels).toBeGreaterThanOrEqual(facts.trigger.minNewLabels)
        if (facts.restsSince !== null && facts.trigger.coolDownMs > 0)
          expect(facts.restsSince + facts.trigger.coolDownMs).toBeLessThanOrEqual(now)
      }),
      { numRuns: 2000 },
    )
  })

  test('when only time holds it back, that time is ahead, never further than the rule itself, and ends the rule', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const decision = decide(facts)
        if (decision.start || decision.retryAt === null) return
        const longest = decision.rule === 'cool_down' ? facts.trigger.coolDownMs : dayMs
        expect(decision.retryAt).toBeGreaterThan(now)
        expect(decision.retryAt).toBeLessThanOrEqual(now + longest)
        const past = { restsSince: facts.restsSince === null ? null : Math.min(facts.restsSince, now) }
        const starts = facts.startsOfDay.map((at) => Math.min(at, now))
        expect(ruleOf({ ...facts, ...past, startsOfDay: starts, now: decision.retryAt })).not.toBe(decision.rule)
      }),
      { numRuns: 2000 },
    )
  })
})
