import { expect, it } from 'vitest'
import { gaugePlace, nextStep, stepKind, type Rollout, type RolloutCheck, type RolloutStep } from './rollout-words.ts'

const step = (weight: number, state: RolloutStep['state']): RolloutStep => ({
  weight,
  state,
  startedAt: null,
  endedAt: null,
  checks: [],
})
const rollout: Rollout = {
  id: 'roll_1',
  endpoint: 'rides',
  deployment: 'v2',
  stable: { blue: 100 },
  state: 'running',
  reason: '',
  step: 0,
  steps: [step(10, 'passed'), step(50, 'waiting'), step(100, 'waiting')],
  policy: {
    steps: [10, 50, 100],
    bakeMs: 0,
    minRequests: 0,
    approval: 'manual',
    maxErrorRate: 0.01,
    maxLatencyRatio: 1.5,
    minAgreement: null,
  },
  waitsForApproval: true,
  startedBy: 'root',
  createdAt: '2026-11-28T01:00:00.000Z',
  updatedAt: '2026-11-28T01:00:00.000Z',
  endedAt: null,
}

it('only the step that an approval begins asks for attention, and only while the rollout goes on', () => {
  expect(nextStep(rollout)).toBe(1)
  expect(rollout.steps.map((one, index) => stepKind(rollout, one, index))).toEqual(['succeeded', 'attention', 'queued'])
  const ended: Rollout = { ...rollout, state: 'rolledBack' }
  expect(ended.steps.map((one, index) => stepKind(ended, one, index))).toEqual(['succeeded', 'queued', 'queued'])
})

it('a gauge stays on its track, and is not drawn for a limit that is no size', () => {
  const check: RolloutCheck = {
    name: 'latency',
    stable: 10,
    candidate: 90,
    limit: 30,
    unit: 'ms',
    verdict: 'fail',
    reason: '',
  }
  expect(gaugePlace(check)).toBe(1)
  expect(gaugePlace({ ...check, candidate: 15 })).toBe(0.5)
  expect(gaugePlace({ ...check, limit: null })).toBeUndefined()
  expect(gaugePlace({ ...check, name: 'sample_ratio' })).toBeUndefined()
})
