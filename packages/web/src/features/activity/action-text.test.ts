import { eventNames } from '@modelyard/contract'
import { expect, it } from 'vitest'
import { actionDetail, actionText, subjectPath } from './action-text.ts'

it('no event reads as code', () => {
  for (const name of eventNames) expect(actionText(name)).toMatch(/^[a-z][a-z ,:]*$/)
})

it('an entry says its reason, and leads to the page of what it is about unless that is gone', () => {
  expect(actionDetail({ id: 'x', reason: 'cool-down until tomorrow' })).toBe('cool-down until tomorrow')
  expect(actionDetail({ weight: 10 })).toBe('10 %')
  expect(actionDetail(null)).toBe('')
  expect(subjectPath('rollout.paused', 'ridership/rol_1')).toEqual(['endpoints', 'ridership'])
  expect(subjectPath('trigger.deleted', 'retrain')).toBeUndefined()
})
