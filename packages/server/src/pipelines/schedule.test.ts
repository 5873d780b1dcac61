import type { ScheduleTrigger } from '@modelyard/contract'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cronProblem, isTimeZone, nextOccurrence, nextTimes, parseTime } from './schedule.ts'

type Recurrence = Extract<ScheduleTrigger, { type: 'recurrence' }>
const recurrence = (more: Partial<Recurrence>): Recurrence => ({
  type: 'recurrence',
  frequency: 'day',
  interval: 1,
  startTime: '2026-01-01T00:00:00.000Z',
  endTime: null,
  timeZone: 'UTC',
  hours: null,
  minutes: null,
  weekDays: null,
  monthDays: null,
  ...more,
})
const after = (time: string, trigger: ScheduleTrigger, count = 3): string[] =>
  nextTimes(trigger, Date.parse(time), count).map((text) => text.replace(':00.000Z', ''))

describe('a recurrence', () => {
  test('of days keeps the wall clock over a change of the clocks', () => {
    const trigger = recurrence({ timeZone: 'Europe/Berlin', hours: [8], minutes: [30] })
    expect(after('2026-03-27T12:00:00Z', trigger)).toEqual(['2026-03-28T07:30', '2026-03-29T06:30', '2026-03-30T06:30'])
  })

  test('of hours is a length of time, counted from its start', () => {
    const trigger = recurrence({ frequency: 'hour', interval: 7, startTime: '2026-01-01T05:00:00.000Z' })
    expect(after('2026-01-01T05:00:00Z', trigger)).toEqual(['2026-01-01T12:00', '2026-01-01T19:00', '2026-01-02T02:00'])
  })

  test('every other week on two days leaves the weeks between out', () => {
    // The first of January 2026 is a Thursday.
    const trigger = recurrence({ frequency: 'week', interval: 2, hours: [6], weekDays: ['monday', 'friday'] })
    expect(after('2026-01-01T00:00:00Z', trigger, 4)).toEqual([
      '2026-01-02T06:00',
      '2026-01-12T06:00',
      '2026-01-16T06:00',
      '2026-01-26T06:00',
    ])
  })

  test('of months without a pattern comes on the day of its start, in months that have one', () => {
    const trigger = recurrence({ frequency: 'month', startTime: '2026-01-31T09:15:00.000Z' })
    expect(after('2026-01-31T09:15:00Z', trigger)).toEqual(['2026-03-31T09:15', '2026-05-31T09:15', '2026-07-31T09:15'])
  })

  test('ends at its end', () => {
    const trigger = recurrence({ hours: [8], endTime: '2026-01-03T00:00:00.000Z' })
    expect(after('2026-01-01T00:00:00Z', trigger, 9)).toEqual(['2026-01-01T08:00', '2026-01-02T08:00'])
  })

  test('comes after the moment that is asked about and never before its start, at even distances', () => {
    const frequency = fc.constantFrom('minute' as const, 'hour' as const, 'day' as const, 'week' as const)
    fc.assert(
      fc.property(
        frequency,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 4_000_000_000 }),
        (unit, interval, offset) => {
          const trigger = recurrence({ frequency: unit, interval })
          const at = Date.parse(trigger.startTime) - 1_000_000_000 + offset
          const first = nextOccurrence(trigger, at) ?? 0
          const second = nextOccurrence(trigger, first) ?? 0
          const lengths = { minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 }
          expect(first).toBeGreaterThan(at)
          expect(first).toBeGreaterThanOrEqual(Date.parse(trigger.startTime))
          expect(second - first).toBe(lengths[unit] * interval)
        },
      ),
    )
  })
})

describe('cron', () => {
  test('goes by the wall clock of its time zone', () => {
    const trigger = {
      type: 'cron' as const,
      expression: '0 8 * * 1-5',
      startTime: '2026-01-01T00:00:00.000Z',
      endTime: null,
      timeZone: 'America/Chicago',
    }
    expect(after('2026-01-01T20:00:00Z', trigger)).toEqual(['2026-01-02T14:00', '2026-01-05T14:00', '2026-01-06T14:00'])
  })

  test.each(['* * * *', '0 0 0 0 0', '61 * * * *', 'tomorrow at noon please', '0 0 30 2 *', '* * * * * *'])(
    '%s is refused',
    (expression) => {
      expect(cronProblem(expression, 'UTC')).toBeTypeOf('string')
    },
  )
})

describe('a time', () => {
  test.each([
    ['2026-07-10T10:00:00', 'America/New_York', '2026-07-10T14:00:00.000Z'],
    ['2026-01-10 10:00', 'America/New_York', '2026-01-10T15:00:00.000Z'],
    ['2026-07-10T10:00:00+02:00', 'UTC', '2026-07-10T08:00:00.000Z'],
    ['2026-07-10T10:00:00Z', 'Asia/Tokyo', '2026-07-10T10:00:00.000Z'],
    ['2026-07-10', 'Europe/Berlin', '2026-07-09T22:00:00.000Z'],
  ])('%s in %s is %s', (text, zone, expected) => {
    expect(new Date(parseTime(text, zone) ?? 0).toISOString()).toBe(expected)
  })

  test('that is none is none, and so is a zone', () => {
    expect(['2026-02-30', '25:00', 'now', '2026-01-01T24:61'].map((text) => parseTime(text, 'UTC'))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    expect([isTimeZone('Europe/Berlin'), isTimeZone('Nowhere/Land')]).toEqual([true, false])
  })
})
