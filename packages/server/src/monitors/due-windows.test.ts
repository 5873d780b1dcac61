import { describe, expect, test } from 'vitest'
import type { CollectedSummary, HourSummary } from './collection/doors.ts'
import { dueWindows, fingerprintOf, type KnownWindow } from './due-windows.ts'

const hourMs = 3_600_000
const day = { milliseconds: 24 * hourMs }
const start = Date.UTC(2026, 0, 5)

function summaryOf(hours: readonly (Partial<HourSummary> & { startMs: number })[]): CollectedSummary {
  const full = hours.map((hour) => ({ rows: 10, rowsRevision: 'a', labelsRevision: 0, ...hour }))
  return {
    rows: full.reduce((sum, hour) => sum + hour.rows, 0),
    firstEventMs: full[0]?.startMs ?? null,
    lastEventMs: full.at(-1)?.startMs ?? null,
    rowsRevision: '',
    labelsRevision: 0,
    labels: 0,
    deployments: ['blue'],
    inputColumns: [],
    predictionColumns: [],
    hours: full,
  }
}
const hours = (count: number, more: Partial<HourSummary> = {}) =>
  Array.from({ length: count }, (_unused, index) => ({ startMs: start + index * 6 * hourMs, ...more }))
const now = start + 100 * day.milliseconds

function known(due: ReturnType<typeof dueWindows>): KnownWindow[] {
  if ('rows' in due.windows) throw new Error('windows of time')
  return due.windows.map((window) => ({
    start_ms: window.startMs,
    place: 0,
    end_ms: window.endMs,
    rows: 40,
    complete: 1,
    skipped: 0,
    fingerprint: due.fingerprints.get(window.startMs) ?? '',
  }))
}

describe('windows of time', () => {
  test('are due once, and again when rows or labels of one of their hours came, or the file changed', () => {
    const first = dueWindows(day, summaryOf(hours(8)), [], 1, now)
    expect(first.windows).toMatchObject([
      { startMs: start, complete: true, closed: true },
      { startMs: start + day.milliseconds, complete: true, closed: false },
    ])
    const stored = known(first)
    expect(dueWindows(day, summaryOf(hours(8)), stored, 1, now).windows).toEqual([])
    const labelled = hours(8).map((hour, index) => (index === 2 ? { ...hour, labelsRevision: 7 } : hour))
    expect(dueWindows(day, summaryOf(labelled), stored, 1, now).windows).toMatchObject([{ startMs: start }])
    const late = hours(8).map((hour, index) => (index === 5 ? { ...hour, rows: 11, rowsRevision: 'b' } : hour))
    expect(dueWindows(day, summaryOf(late), stored, 1, now).windows).toMatchObject([
      { startMs: start + day.milliseconds },
    ])
    expect(dueWindows(day, summaryOf(hours(8)), stored, 2, now).windows).toHaveLength(2)
  })

  test('keep what was found when retention has taken their rows', () => {
    const stored = known(dueWindows(day, summaryOf(hours(8)), [], 1, now))
    expect(dueWindows(day, summaryOf(hours(8).slice(2)), stored, 1, now).windows).toEqual([])
  })

  test('are not over because a clock somewhere runs years ahead', () => {
    const ahead = [...hours(1), { startMs: start + 3650 * day.milliseconds }]
    const due = dueWindows(day, summaryOf(ahead), [], 1, start + hourMs)
    expect(due.windows).toMatchObject([
      { startMs: start, complete: false, closed: false, rowHistory: null },
      { complete: false, closed: false },
    ])
  })

  test('shorter than an hour are those that the hours with rows overlap', () => {
    const due = dueWindows({ milliseconds: hourMs / 4 }, summaryOf(hours(1)), [], 1, now)
    expect(due.windows).toHaveLength(4)
  })
})

describe('windows of rows', () => {
  const window = (index: number, fingerprint: string): KnownWindow => ({
    start_ms: start + index * 6 * hourMs,
    place: index,
    end_ms: start + (index + 1) * 6 * hourMs,
    rows: 10,
    complete: 1,
    skipped: index,
    fingerprint,
  })
  const of = (list: CollectedSummary): KnownWindow[] =>
    [0, 1, 2].map((index) =>
      window(
        index,
        fingerprintOf(
          list.hours,
          index === 0 ? Number.NEGATIVE_INFINITY : start + index * 6 * hourMs,
          index === 2 ? Number.POSITIVE_INFINITY : start + (index + 1) * 6 * hourMs,
          1,
        ),
      ),
    )

  test('begin anew with the first one that a late row changes', () => {
    const before = summaryOf(hours(4))
    expect(dueWindows({ rows: 10 }, before, of(before), 1, now).windows).toEqual([])
    const late = summaryOf(hours(4).map((hour, index) => (index === 2 ? { ...hour, rowsRevision: 'b' } : hour)))
    expect(dueWindows({ rows: 10 }, late, of(before), 1, now)).toMatchObject({
      windows: { fromMs: start + 6 * hourMs, skip: 1, firstPlace: 1 },
      gone: [{ place: 1 }, { place: 2 }],
    })
    const earlier = summaryOf([{ startMs: start - day.milliseconds }, ...hours(4)])
    expect(dueWindows({ rows: 10 }, earlier, of(before), 1, now).windows).toMatchObject({ fromMs: null, skip: 0 })
  })
})
