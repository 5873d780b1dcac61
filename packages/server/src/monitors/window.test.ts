import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rowRanges, spanOf, type TimeSize } from './window.ts'

const sizes = fc.oneof(
  fc.integer({ min: 60_000, max: 90 * 86_400_000 }).map((milliseconds): TimeSize => ({ milliseconds })),
  fc.constantFrom<TimeSize>({ calendar: 'month' }, { calendar: 'quarter' }),
)
const moments = fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(2200, 0) })

test('every moment lies in exactly one window; windows follow each other without gap or overlap', () => {
  fc.assert(
    fc.property(moments, sizes, (at, size) => {
      const span = spanOf(at, size)
      expect(span.start <= at && at < span.end).toBe(true)
      expect(spanOf(span.start, size)).toEqual(span)
      expect(spanOf(span.end - 1, size)).toEqual(span)
      expect(spanOf(span.end, size).start).toBe(span.end)
    }),
  )
})

test('windows are aligned to the epoch in UTC; months and quarters to the calendar', () => {
  const week = { milliseconds: 7 * 86_400_000 }
  expect(spanOf(0, week)).toEqual({ start: 0, end: week.milliseconds })
  expect(spanOf(-1, week)).toEqual({ start: -week.milliseconds, end: 0 })
  const at = Date.UTC(2004, 1, 29, 12)
  expect(spanOf(at, { calendar: 'month' })).toEqual({ start: Date.UTC(2004, 1), end: Date.UTC(2004, 2) })
  expect(spanOf(at, { calendar: 'quarter' })).toEqual({ start: Date.UTC(2004, 0), end: Date.UTC(2004, 3) })
})

test('windows of rows cover all rows in order, all but the last full', () => {
  fc.assert(
    fc.property(fc.nat(5000), fc.integer({ min: 1, max: 700 }), (count, rows) => {
      const ranges = rowRanges(count, rows)
      expect(ranges.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(count)
      ranges.slice(0, -1).forEach(({ full }) => expect(full).toBe(true))
      expect(ranges.at(-1)?.full ?? true).toBe(count % rows === 0)
    }),
  )
})
