import { expect, test } from 'vitest'
import { eventTimeOf } from './event-time.ts'

test.each([
  ['2007-03-01T00:00:00Z', '2007-03-01T00:00:00.000Z'],
  ['2007-03-01T02:00:00.5+02:00', '2007-03-01T00:00:00.500Z'],
  ['2007-03-01t00:00:00.123456789z', '2007-03-01T00:00:00.123Z'],
  ['2000-02-29T23:59:59Z', '2000-02-29T23:59:59.000Z'],
  ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59.999Z'],
])('%s is %s', (text, expected) => {
  expect(new Date(eventTimeOf(text, 5)).toISOString()).toBe(expected)
})

test.each([
  undefined,
  '',
  'yesterday',
  '2007-03-01',
  '2007-13-41T99:00:00Z',
  '2007-02-29T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '2007-02-28T24:00:00Z',
  '1172707200000',
  ['2007-03-01T00:00:00Z'],
])('%s is no time: the arrival is taken', (text) => {
  expect(eventTimeOf(text, 5)).toBe(5)
})
