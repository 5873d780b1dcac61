import type { GateEvidence, LoopStage, Rollout } from '@modelyard/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { advance, newLoop, stageOf, type LoopFact, type LoopState } from './loop.ts'

const now = 1_800_000_000_000
const gate = (decision: GateEvidence['decision'], version: string | null): GateEvidence => ({
  model: 'm',
  metric: 'mae',
  goal: 'minimize',
  rows: 200,
  minImprovement: 0,
  minRows: 100,
  champion: decision === 'first' ? null : { version: '1', value: 1 },
  challenger: { version, value: 0.5 },
  difference: -0.5,
  interval: [-0.6, -0.4],
  pValue: 0.001,
  method: 'paired t',
  decision,
  reason: 'because',
  jobId: 'job_1',
  step: 'gate',
  decidedAt: new Date(now).toISOString(),
  sample: [],
  firstSample: [],
})
const rollout = (state: Rollout['state'], waitsForApproval: boolean): Rollout => ({
  id: 'roll_1',
  endpoint: 'e',
  deployment: 'v2',
  stable: { blue: 100 },
  state,
  reason: '',
  step: 0,
  steps: [{ weight: 10, state: 'running', startedAt: null, endedAt: null, checks: [] }],
  policy: {
    steps: [10],
    bakeMs: 0,
    minRequests: 0,
    approval: 'auto',
    maxErrorRate: 0.01,
    maxLatencyRatio: 1.5,
    minAgreement: null,
  },
  waitsForApproval,
  startedBy: 'system',
  createdAt: '',
  updatedAt: '',
  endedAt: null,
})

const anyFact: fc.Arbitrary<LoopFact> = fc.oneof(
  fc.constant<LoopFact>({ kind: 'jobStarted', jobId: 'job_1' }),
  fc
    .record({
      status: fc.constantFrom('succeeded', 'succeeded', 'failed', 'canceled'),
      gate: fc.constantFrom(
        null,
        gate('passed', '2'),
        gate('first', '1'),
        gate('refused', null),
        gate('insufficient', null),
      ),
      deploys: fc.boolean(),
    })
    .map((more): LoopFact => ({ kind: 'jobEnded', message: '', ...more })),
  fc.constant<LoopFact>({ kind: 'deploymentNamed', name: 'v2', previous: 'blue' }),
  fc.constant<LoopFact>({ kind: 'deploymentReady' }),
  fc.constant<LoopFact>({ kind: 'rolloutStarted', rolloutId: 'roll_1' }),
  fc
    .tuple(fc.constantFrom('running', 'paused', 'promoted', 'rolledBack'), fc.boolean())
    .map(([state, waits]): LoopFact => ({ kind: 'rolloutSeen', rollout: rollout(state, waits) })),
  fc.constantFrom<LoopFact>({ kind: 'championSeen', version: '2' }, { kind: 'championSeen', version: null }),
  fc.constant<LoopFact>({ kind: 'waits', detail: 'for another' }),
  fc.constant<LoopFact>({ kind: 'failed', message: 'no' }),
  fc.constant<LoopFact>({ kind: 'canceled', by: 'ana', note: '' }),
)

const begin = (): LoopState => newLoop(now, { title: 'price drifted', detail: '', evidence: null })

/** Every state that a story of facts goes through. */
function story(facts: readonly LoopFact[]): LoopState[] {
  const states = [begin()]
  for (const [index, fact] of facts.entries()) {
    const before = states.at(-1) ?? begin()
    states.push(advance(before, fact, now + index) ?? before)
  }
  return states
}
const statusOf = (loop: LoopState, name: LoopStage['name']): string =>
  loop.stages.find((stage) => stage.name === name)?.status ?? ''

test('the whole way: alert, job, gate, deployment, rollout, champion', () => {
  const last = story([
    { kind: 'jobStarted', jobId: 'job_1' },
    { kind: 'jobEnded', status: 'succeeded', message: '', gate: gate('passed', '2'), deploys: true },
    { kind: 'deploymentNamed', name: 'v2', previous: 'blue' },
    { kind: 'deploymentReady' },
    { kind: 'rolloutStarted', rolloutId: 'roll_1' },
    { kind: 'rolloutSeen', rollout: rollout('running', true) },
    { kind: 'rolloutSeen', rollout: rollout('promoted', false) },
    { kind: 'championSeen', version: '2' },
  ]).map((loop) => `${stageOf(loop)?.name ?? 'end'} ${loop.status}`)
  expect(last).toEqual([
    'retrain running',
    'retrain running',
    'deploy running',
    'deploy running',
    'rollout running',
    'rollout running',
    'rollout waiting',
    'promote running',
    'end promoted',
  ])
})

test('a loop that has ended never changes again, and a fact that is told twice changes nothing the second time', () => {
  fc.assert(
    fc.property(fc.array(anyFact, { maxLength: 25 }), anyFact, (facts, more) => {
      const last = story(facts).at(-1) ?? begin()
      if (last.endedAt !== null) expect(advance(last, more, now)).toBeUndefined()
      const once = advance(last, more, now)
      if (once !== undefined && more.kind !== 'canceled') expect(advance(once, more, now)).toBeUndefined()
    }),
    { numRuns: 3000 },
  )
})

test('stages go in order, one at a time, and an ended loop leaves none open', () => {
  fc.assert(
    fc.property(fc.array(anyFact, { maxLength: 25 }), (facts) => {
      for (const loop of story(facts)) {
        const open = loop.stages.findIndex((stage) => stage.status !== 'succeeded')
        const after = loop.stages.slice(open + 1).map((stage) => stage.status)
        if (open >= 0) expect(after.every((status) => status === 'waiting' || status === 'skipped')).toBe(true)
        if (loop.endedAt !== null)
          expect(loop.stages.some((stage) => ['waiting', 'running', 'paused'].includes(stage.status))).toBe(false)
        else expect(['running', 'waiting']).toContain(loop.status)
      }
    }),
    { numRuns: 3000 },
  )
})

test('nothing is promoted, or even deployed, that a gate did not pass and a rollout did not carry', () => {
  fc.assert(
    fc.property(fc.array(anyFact, { maxLength: 40 }), (facts) => {
      for (const loop of story(facts)) {
        if (loop.deployment !== null)
          expect([statusOf(loop, 'gate'), loop.version === null]).toEqual(['succeeded', false])
        if (loop.status === 'promoted')
          expect([statusOf(loop, 'deploy'), statusOf(loop, 'rollout'), loop.rolloutId]).toEqual([
            'succeeded',
            'succeeded',
            'roll_1',
          ])
      }
    }),
    { numRuns: 3000 },
  )
})
