import { Cron } from 'croner'
import type { ScheduleTrigger } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'

type Recurrence = Extract<ScheduleTrigger, { type: 'recurrence' }>
type Timed = Exclude<ScheduleTrigger, { type: 'data' }>

const minuteMs = 60_000
const dayMs = 86_400_000
/** Candidates that are looked at for one occurrence: every day of the largest interval, and then some. */
const mostCandidates = 100_000

/** Why an expression of cron cannot be read; undefined when it can. Five fields; the seconds are always 0. */
export function cronProblem(expression: string, timeZone: string): string | undefined {
  if (expression.trim().split(/\s+/).length !== 5) return 'needs five fields: minute, hour, day, month, day of the week'
  try {
    return new Cron(expression, { timezone: timeZone }).nextRun(new Date(0)) === null ? 'never comes' : undefined
  } catch (error) {
    return `cannot be read: ${(error as Error).message}`
  }
}

/** The first occurrence after a moment; undefined when there is none any more. `after` itself is none. */
export function nextOccurrence(trigger: Timed, after: number): number | undefined {
  const start = Date.parse(trigger.startTime)
  const from = Math.max(after, start - 1)
  const next =
    trigger.type === 'cron' ? nextOfCron(trigger.expression, trigger.timeZone, from) : recur(trigger, start, from)
  return next === undefined || (trigger.endTime !== null && next > Date.parse(trigger.endTime)) ? undefined : next
}

/** The next occurrences as timestamps. */
export function nextTimes(trigger: ScheduleTrigger, after: number, count: number): string[] {
  const times: string[] = []
  let at: number | undefined = after
  while (trigger.type !== 'data' && times.length < count) {
    at = nextOccurrence(trigger, at)
    if (at === undefined) break
    times.push(toTimestamp(at))
  }
  return times
}

function nextOfCron(expression: string, timeZone: string, after: number): number | undefined {
  return new Cron(expression, { timezone: timeZone }).nextRun(new Date(after))?.getTime()
}

/** Minutes and hours are lengths of time; days, weeks and months are those of the calendar of the time zone. */
function recur(trigger: Recurrence, start: number, after: number): number | undefined {
  if (trigger.frequency === 'minute' || trigger.frequency === 'hour') {
    const step = trigger.interval * (trigger.frequency === 'minute' ? minuteMs : 60 * minuteMs)
    return start + Math.max(0, Math.floor((after - start) / step) + 1) * step
  }
  const cron = new Cron(cronOf(trigger, start), { timezone: trigger.timeZone })
  const first = periodOf(trigger, start)
  let at = new Date(after)
  for (let look = 0; look < mostCandidates; look++) {
    const next = cron.nextRun(at)
    if (next === null) return undefined
    if ((periodOf(trigger, next.getTime()) - first) % trigger.interval === 0) return next.getTime()
    at = next
  }
  return undefined
}

/** The candidates of a recurrence: its pattern, and where it has none the time of day (and day) of its start. */
function cronOf(trigger: Recurrence, start: number): string {
  const local = localOf(start, trigger.timeZone)
  const minutes = trigger.minutes ?? [trigger.hours === null ? local.minute : 0]
  const hours = trigger.hours ?? [local.hour]
  const days = trigger.frequency === 'month' ? (trigger.monthDays ?? [local.day]).join(',') : '*'
  const weekDays = trigger.weekDays ?? (trigger.frequency === 'week' ? [weekDayNames[local.weekDay] ?? 'sunday'] : null)
  const names = weekDays === null || trigger.frequency === 'month' ? '*' : weekDays.map(weekDayNumber).join(',')
  return `${minutes.join(',')} ${hours.join(',')} ${days} * ${names}`
}

/** The number of the day, week (from Monday) or month that a moment lies in. */
function periodOf({ frequency, timeZone }: Recurrence, at: number): number {
  const { year, month, day } = localOf(at, timeZone)
  if (frequency === 'month') return year * 12 + month
  const days = Math.floor(Date.UTC(year, month, day) / dayMs)
  // Day 0, the first of 1970, was a Thursday.
  return frequency === 'week' ? Math.floor((days + 3) / 7) : days
}

export const weekDayNames = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

const weekDayNumber = (name: string): number => weekDayNames.indexOf(name)

const formats = new Map<string, Intl.DateTimeFormat>()

function localOf(at: number, timeZone: string) {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  formats.set(timeZone, format)
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
  const [year, month, day] = [part('year'), part('month') - 1, part('day')]
  const weekDay = new Date(Date.UTC(year, month, day)).getUTCDay()
  return { year, month, day, hour: part('hour'), minute: part('minute'), second: part('second'), weekDay }
}

/** A time as people write it: RFC 3339, or without an offset as the wall clock of a time zone shows it. */
export function parseTime(text: string, timeZone: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/.exec(
    text.trim(),
  )
  if (match === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0))
  const wall = Date.UTC(year, month - 1, day, hour, minute, second)
  if (new Date(wall).getUTCDate() !== day || hour > 23 || minute > 59 || second > 59) return undefined
  const offset = match[7]
  if (offset === 'Z') return wall
  if (offset !== undefined) {
    const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2))
    return wall - (offset.startsWith('-') ? -minutes : minutes) * minuteMs
  }
  // Twice: the offset of the guess may be that of the other side of a change of the clocks.
  let at = wall
  for (let turn = 0; turn < 2; turn++) {
    const local = localOf(at, timeZone)
    at += wall - Date.UTC(local.year, local.month, local.day, local.hour, local.minute, local.second)
  }
  return at
}

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
