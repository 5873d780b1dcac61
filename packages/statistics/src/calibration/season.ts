/** Which rows of the reference a window is compared with: all, or those of the same part of its day, week or year. */
export type Season = 'none' | 'day' | 'week' | 'year' | 'year+week'

const dayMs = 86_400_000
const weekMs = 7 * dayMs
/** Of the Gregorian calendar. */
export const yearMs = 365.2425 * dayMs

/** How far before and after the window's own days of the year its neighbours reach: mixed in, so that single days do not matter. */
function neighbourMs(windowMs: number): number {
  return windowMs < 28 * dayMs ? 14 * dayMs : 7 * dayMs
}

/** Which seasons a reference of that length can show for windows of that length. Weeks and days need four turns, years two. */
export function possibleSeasons(spanMs: number, windowMs: number): readonly Season[] {
  const seasons: Season[] = ['none']
  const yearly = spanMs >= 1.9 * yearMs && windowMs + 2 * neighbourMs(windowMs) < yearMs / 2
  const weekly = spanMs >= 4 * weekMs && windowMs < weekMs
  if (spanMs >= 4 * dayMs && windowMs < dayMs) seasons.push('day')
  if (weekly) seasons.push('week')
  if (yearly) seasons.push('year')
  if (yearly && weekly) seasons.push('year+week')
  return seasons
}

/** Whether a time is in the same season as a window; all in Unix ms. */
export function inSeason(season: Season, time: number, startMs: number, endMs: number): boolean {
  const length = endMs - startMs
  const phase = (from: number, period: number): number => (((time - from) % period) + period) % period
  const pad = neighbourMs(length)
  const ofYear = (): boolean => phase(startMs - pad, yearMs) < length + 2 * pad
  const ofWeek = (): boolean => phase(startMs, weekMs) < length
  const answers: Readonly<Record<Season, () => boolean>> = {
    none: () => true,
    day: () => phase(startMs, dayMs) < length,
    week: ofWeek,
    year: ofYear,
    'year+week': () => ofYear() && ofWeek(),
  }
  return answers[season]()
}
