import { expect, it } from 'vitest'
import { stageLink } from './stage-link.ts'
import { stageSummary } from './stage-summary.ts'
import type { Loop, Stage } from './stage-words.ts'

const stage = (name: Stage['name'], more: Partial<Stage> = {}): Stage => ({
  name,
  status: 'succeeded',
  startedAt: '2026-11-28T01:00:00.000Z',
  endedAt: '2026-11-28T01:10:00.000Z',
  title: '',
  detail: '',
  link: null,
  evidence: null,
  ...more,
})
const loop: Loop = {
  id: 'loop_1',
  trigger: 'retrain',
  monitor: 'watch',
  endpoint: 'rides',
  alertId: 'alrt_1',
  status: 'waiting',
  reason: '',
  stages: [],
  jobId: 'job_1',
  model: 'rides',
  version: '2',
  deployment: 'v2',
  rolloutId: 'roll_1',
  startedAt: '2026-11-28T01:00:00.000Z',
  endedAt: null,
}
const gate = { decision: 'refused', difference: 0.1234, interval: [-0.5, 0.7], metric: 'mae', challenger: { value: 2 } }
const step = (weight: number, state: string) => ({ weight, state, checks: [] })

it('a lap says of each stage what it was decided on, in words that fit its cell', () => {
  expect(stageSummary(loop, stage('gate', { evidence: gate }))).toEqual({
    head: 'refused',
    line: '+0.12 (−0.50 to +0.70)',
  })
  const steps = [step(10, 'passed'), step(50, 'paused'), step(100, 'waiting')]
  const rollout = stage('rollout', {
    status: 'paused',
    title: 'Waits for somebody to approve',
    evidence: { steps, stable: {} },
  })
  expect(stageSummary(loop, rollout)).toEqual({ head: '10, 50 %', line: 'waits for approval' })
  expect(stageSummary(loop, stage('promote', { status: 'waiting' })).head).toBe('next')
})

it('evidence of a shape that nobody knows is told by its stage, not by a crash', () => {
  for (const evidence of [null, 3, 'text', [], { steps: 'x' }, { steps: [null], stable: {} }, { decision: 1 }])
    for (const name of ['alert', 'retrain', 'gate', 'deploy', 'rollout', 'promote'] as const)
      expect(stageSummary(loop, stage(name, { evidence })).head).not.toBe('')
})

it('each stage that began leads to the page of its evidence', () => {
  expect(stageLink('walk', loop, stage('rollout'))).toBe('/w/walk/endpoints/rides?rollout=roll_1')
  expect(stageLink('walk', loop, stage('retrain'))).toBe('/w/walk/jobs/job_1')
  expect(stageLink('walk', loop, stage('promote', { status: 'waiting' }))).toBeUndefined()
})
