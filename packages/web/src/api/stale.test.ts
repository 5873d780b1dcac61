import { eventNames } from '@modelyard/contract'
import { expect, it } from 'vitest'
import { staleKeys } from './stale.ts'
import { streamedEvents } from './streamed-events.ts'

it('an event makes stale what shows its thing, and a log line nothing, since logs are read by offset', () => {
  expect(staleKeys('a', { name: 'step.changed', subject: 'job_1/train' })).toContainEqual(['a', 'jobs'])
  expect(staleKeys('a', { name: 'model_alias.moved', subject: 'm' })).toContainEqual(['a', 'models'])
  expect(staleKeys('a', { name: 'step.log_appended', subject: 'job_1/train' })).toEqual([])
  expect(staleKeys('a', { name: 'run.metrics_logged', subject: 'run_1' })).toContainEqual(['a', 'runs', 'run_1'])
})

it('an alert, a window, a rollout and a loop reach every page that tells of them', () => {
  expect(staleKeys('a', { name: 'alert.firing', subject: 'alr_1' })).toEqual(
    expect.arrayContaining([
      ['a', 'alerts'],
      ['a', 'monitors'],
      ['a', 'overview'],
    ]),
  )
  expect(staleKeys('a', { name: 'monitor.computed', subject: 'm' })).toContainEqual(['a', 'monitors'])
  expect(staleKeys('a', { name: 'rollout.step_started', subject: 'r' })).toContainEqual(['a', 'endpoints'])
  expect(staleKeys('a', { name: 'loop.changed', subject: 'l' })).toContainEqual(['a', 'loops'])
  expect(staleKeys('a', { name: 'delivery.changed', subject: 'd' })).toEqual([['a', 'webhooks']])
})

it('every event of the contract is listened to or says why not', () => {
  for (const name of eventNames) expect(streamedEvents).toContain(name)
  const silent = eventNames.filter((name) => staleKeys('a', { name, subject: 'x/y' }).length === 0)
  expect(silent).toEqual(['step.log_appended'])
})
