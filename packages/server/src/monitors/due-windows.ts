import { createHash } from 'node:crypto'
import type { WindowSize } from '@modelyard/contract'
import type { CollectedSummary, HourSummary } from './collection/doors.ts'
import type { RowWindows, WindowInput } from './compute/request.ts'
import { isTimed, spanOf, type TimeSize } from './window.ts'

const hourMs = 3_600_000
/** Only the newest windows are computed: a window of a minute over years would never end. */
export const mostWindows = 2000
const shownHistory = 60

/** What is stored of a window, as far as it tells whether it is due. */
export interface KnownWindow {
  readonly start_ms: number
  readonly place: number
  readonly end_ms: number
  readonly rows: number
  readonly complete: number
  readonly skipped: number
  readonly fingerprint: string
}

/** What there is to compute. */
export interface DueWindows {
  readonly windows: readonly WindowInput[] | RowWindows
  /** Of windows of time: what each is computed from, by start. Windows of rows are told by {@link fingerprintOf} when they are known. */
  readonly fingerprints: ReadonlyMap<number, string>
  /** Stored windows that are no more: their rows belong to others now. */
  readonly gone: readonly { readonly start_ms: number; readonly place: number }[]
}

/**
 * Finds the windows whose rows or labels changed since they were computed. Nothing is read for it but the numbers of each hour.
 *
 * @param revision of the monitor's file: another one makes every window due
 */
export function dueWindows(
  size: WindowSize,
  summary: CollectedSummary,
  known: readonly KnownWindow[],
  revision: number,
  now: number,
): DueWindows {
  return isTimed(size) ? dueTimes(size, summary, known, revision, now) : dueRows(size.rows, summary, known, revision)
}

function dueTimes(
  size: TimeSize,
  { hours, lastEventMs }: CollectedSummary,
  known: readonly KnownWindow[],
  revision: number,
  now: number,
): DueWindows {
  // A clock that runs ahead somewhere does not end the windows of now.
  const latest = Math.min(lastEventMs ?? Number.NEGATIVE_INFINITY, now)
  const spans = [...hoursByWindow(size, hours)].toSorted(([a], [b]) => a - b).slice(-mostWindows)
  const stored = new Map(known.map((window) => [window.start_ms, window]))
  const windows: WindowInput[] = []
  const fingerprints = new Map<number, string>()
  const history: number[] = []
  for (const [start, { end, hours: mine }] of spans) {
    const closed = latest >= end
    const complete = closed || end <= now
    const before = stored.get(start)
    const rows = mine.reduce((sum, hour) => sum + hour.rows, 0)
    const fingerprint = `${digest([revision, complete, closed, ...mine.map((hour) => stateOf(hour))])}:${rows}`
    // Rows that went by retention took nothing of what was found in them.
    const kept = before !== undefined && (before.fingerprint === fingerprint || rows < rowsIn(before.fingerprint))
    if (!kept) {
      windows.push({
        startMs: start,
        endMs: end,
        place: 0,
        complete,
        closed,
        rowHistory: closed ? history.slice(-shownHistory) : null,
      })
      fingerprints.set(start, fingerprint)
    }
    if (closed) history.push(rows)
  }
  return { windows, fingerprints, gone: [] }
}

/** Rows of the hours that a window of time was computed from. */
function rowsIn(fingerprint: string): number {
  return Number(fingerprint.split(':')[1] ?? 0)
}

/** Hours that a window overlaps, by the window's start. */
function hoursByWindow(size: TimeSize, hours: readonly HourSummary[]) {
  const spans = new Map<number, { end: number; hours: HourSummary[] }>()
  for (const hour of hours) {
    let at = hour.startMs
    while (at < hour.startMs + hourMs) {
      const span = spanOf(at, size)
      const entry = spans.get(span.start) ?? { end: span.end, hours: [] }
      entry.hours.push(hour)
      spans.set(span.start, entry)
      at = span.end
    }
  }
  return spans
}

function dueRows(
  rows: number,
  { hours }: CollectedSummary,
  known: readonly KnownWindow[],
  revision: number,
): DueWindows {
  const fresh = known.findIndex((window, index) => {
    const first = index === 0 ? Number.NEGATIVE_INFINITY : window.start_ms
    const last = index === known.length - 1 ? Number.POSITIVE_INFINITY : window.end_ms
    return window.fingerprint !== fingerprintOf(hours, first, last, revision)
  })
  const from = fresh === -1 ? undefined : known[fresh]
  if (known.length > 0 && from === undefined) return { windows: [], fingerprints: new Map(), gone: [] }
  // Late rows before the first window make all windows new.
  const whole = from === undefined || fresh === 0
  return {
    windows: {
      fromMs: whole ? null : from.start_ms,
      skip: whole ? 0 : from.skipped,
      rows,
      firstPlace: whole ? 0 : from.place,
    },
    fingerprints: new Map(),
    gone: fresh === -1 ? [] : known.slice(fresh),
  }
}

/** What a window of rows is computed from: the hours it touches. */
export function fingerprintOf(hours: readonly HourSummary[], fromMs: number, toMs: number, revision: number): string {
  const mine = hours.filter((hour) => hour.startMs + hourMs > fromMs && hour.startMs <= toMs)
  return digest([revision, ...mine.map((hour) => stateOf(hour))])
}

function stateOf({ startMs, rowsRevision, labelsRevision }: HourSummary): readonly (number | string)[] {
  return [startMs, rowsRevision, labelsRevision]
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 27)
}
