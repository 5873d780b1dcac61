import type { Calibration } from './calibration.ts'
import { inSeason, possibleSeasons, yearMs, type Season } from './season.ts'

const mostWindows = 200

/** A stretch of the reference as long as the window that is judged, and the cells it is compared with. */
export interface PastWindow {
  /** First cell. */
  readonly begin: number
  readonly rest: ReadonlyMap<Season, Int32Array>
}

/** The windows of a reference. */
export interface PastWindows {
  readonly windows: readonly PastWindow[]
  /** Cells of a window. */
  readonly cells: number
  /** How many lie side by side without overlap. */
  readonly apart: number
  /** How many windows further the next one without overlap is. */
  readonly stride: number
  readonly seasons: readonly Season[]
  /** Turns of the year in the reference, at least 2 where the year is a season. */
  readonly years: number
  /** A cell longer than the window: the variance of a window is at most that many times a cell's. */
  readonly scale: number
}

/**
 * Cuts the reference into windows of a length, each half over the next. What a window is compared with leaves out its neighbours, which resemble
 * it, and in comparisons by the year the half years around it.
 */
export function pastWindows(cells: NonNullable<Calibration['cells']>, windowMs: number): PastWindows {
  const { startMs, cellMs, rows } = cells
  const length = Math.max(1, Math.round(windowMs / cellMs))
  const step = Math.max(1, Math.floor(length / 2), Math.ceil((rows.length - length) / mostWindows))
  const spanMs = rows.length * cellMs
  const seasons = possibleSeasons(spanMs, length * cellMs)
  const windows: PastWindow[] = []
  for (let begin = 0; begin + length <= rows.length; begin += step) {
    const [from, to] = [startMs + begin * cellMs, startMs + (begin + length) * cellMs]
    const rest = new Map<Season, Int32Array>()
    for (const season of seasons) {
      const kept: number[] = []
      for (let cell = 0; cell < rows.length; cell++) {
        if ((rows[cell] ?? 0) === 0) continue
        const middle = startMs + (cell + 0.5) * cellMs
        const yearly = season === 'year' || season === 'year+week'
        const near = yearly
          ? Math.abs(middle - (from + to) / 2) < yearMs / 2
          : cell >= begin - length && cell < begin + 2 * length
        if (!near && inSeason(season, middle, from, to)) kept.push(cell)
      }
      rest.set(season, Int32Array.from(kept))
    }
    windows.push({ begin, rest })
  }
  const filled = rows.reduce((count, each) => count + (each > 0 ? 1 : 0), 0)
  return {
    windows,
    cells: length,
    // A reference with gaps has as many windows as it has filled cells for.
    apart: Math.min(Math.floor(rows.length / length), Math.max(1, Math.floor(filled / Math.min(length, filled)))),
    stride: Math.max(1, Math.round(length / step)),
    seasons,
    years: Math.max(2, Math.round(spanMs / yearMs)),
    scale: Math.max(1, cellMs / windowMs),
  }
}
