const minuteMs = 60_000
const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs
const yearMs = 365.25 * dayMs

/** Mean lengths in milliseconds of what people count false alarms by. */
const namedPeriods: Readonly<Record<string, number>> = {
  hour: hourMs,
  day: dayMs,
  week: 7 * dayMs,
  month: yearMs / 12,
  quarter: yearMs / 4,
  year: yearMs,
}

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: minuteMs,
  min: minuteMs,
  h: hourMs,
  d: dayMs,
  w: 7 * dayMs,
}

/** Mean length of a calendar window. */
export function calendarMs(calendar: 'month' | 'quarter'): number {
  return namedPeriods[calendar] ?? yearMs
}

/** `7d`, `1h`, `90m`, `1h30m`, or ISO 8601 as in `P7D` and `PT1H`. Undefined when it is none, or not above 0. */
export function parseDuration(text: string): number | undefined {
  const total = text.startsWith('P') ? isoDuration(text) : plainDuration(text)
  return total !== undefined && total > 0 && Number.isFinite(total) ? total : undefined
}

function plainDuration(text: string): number | undefined {
  if (!/^(\d{1,9}(\.\d{1,6})?(ms|s|min|m|h|d|w)\s?){1,4}$/.test(text)) return undefined
  let total = 0
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|min|m|h|d|w)/g))
    total += Number(amount) * (units[unit] ?? 0)
  return Math.round(total)
}

function isoDuration(text: string): number | undefined {
  const match = /^P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?$/.exec(text)
  if (match === null) return undefined
  const [weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0))
  return (
    (weeks ?? 0) * 7 * dayMs +
    (days ?? 0) * dayMs +
    (hours ?? 0) * hourMs +
    (minutes ?? 0) * minuteMs +
    (seconds ?? 0) * 1000
  )
}

/** How many false alarms are accepted in which time. A count of 0 means that nothing fires by itself. */
export interface FalseAlarms {
  readonly count: number
  readonly periodMs: number
}

/** `1 per quarter`, `2 per year`, `1 per 10 years`, `0.5 per 30d`, `off`. */
export function parseFalseAlarms(text: string): FalseAlarms | undefined {
  const words = text.trim().toLowerCase()
  if (['off', 'none', 'never'].includes(words)) return { count: 0, periodMs: calendarMs('quarter') }
  const match = /^(\d{1,4}(?:\.\d{1,4})?) (?:per|in|every|a) (?:(\d{1,4}) )?(\S{1,20})$/.exec(words)
  if (match === null) return undefined
  const [, count = '', times = '1', unit = ''] = match
  const length = namedPeriods[unit.replace(/s$/, '')] ?? parseDuration(unit)
  if (length === undefined || Number(count) === 0 || Number(times) === 0) return undefined
  return { count: Number(count), periodMs: Number(times) * length }
}
