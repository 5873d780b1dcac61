import { expect, it } from 'vitest'
import { staleKeys } from './stale.ts'

it('an event makes stale what shows its thing, and a log line nothing, since logs are read by offset', () => {
  expect(staleKeys('a', { name: 'step.changed', subject: 'job_1/train' })).toContainEqual(['a', 'jobs'])
  expect(staleKeys('a', { name: 'model_alias.moved', subject: 'm' })).toContainEqual(['a', 'models'])
  expect(staleKeys('a', { name: 'step.log_appended', subject: 'job_1/train' })).toEqual([])
  expect(staleKeys('a', { name: 'run.metrics_logged', subject: 'run_1' })).toContainEqual(['a', 'runs', 'run_1'])
})
