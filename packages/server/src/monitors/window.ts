import type { WindowSize } from '@modelyard/contract'
import { calendarMs } from './period.ts'

/** Half-open `[start, end)`, milliseconds since the epoch. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** The size of windows that go by time. */
export type TimeSize = Exclude<WindowSize, { rows: number }>

/** Whether windows go by time; else by a number of rows. */
export function isTimed(size: WindowSize): size is TimeSize {
  return !('rows' in size)
}

/** The window that a moment lies in: aligned to the epoch in UTC, or a calendar month or quarter. */
export function spanOf(at: number, size: TimeSize): Span {
  if ('milliseconds' in size) {
    const start = Math.floor(at / size.milliseconds) * size.milliseconds
    return { start, end: start + size.milliseconds }
  }
  const moment = new Date(at)
  const months = size.calendar === 'month' ? 1 : 3
  const month = Math.floor(moment.getUTCMonth() / months) * months
  return {
    start: Date.UTC(moment.getUTCFullYear(), month),
    end: Date.UTC(moment.getUTCFullYear(), month + months),
  }
}

/** How long a window lasts, on average where months differ. Undefined for windows of rows. */
export function lengthOf(size: WindowSize): number | undefined {
  if ('rows' in size) return undefined
  return 'milliseconds' in size ? size.milliseconds : calendarMs(size.calendar)
}

/**
 * Windows of `rows` rows in the order of event times: the places at which they begin, and where the last one ends. The last one may be short.
 *
 * @param count how many rows there are
 */
export function rowRanges(count: number, rows: number): { from: number; to: number; full: boolean }[] {
  const ranges = []
  for (let from = 0; from < count; from += rows)
    ranges.push({ from, to: Math.min(count, from + rows), full: from + rows <= count })
  return ranges
}
