import type { Answer } from '@modelyard/client'

export type WindowSize = Answer<'getMonitor'>['window']
export interface WindowSpan {
  readonly start: string
  readonly end: string
}

const dayMs = 86_400_000
const month = (at: Date): string => at.toLocaleString('en-GB', { month: 'short', timeZone: 'UTC' })
const dayText = (at: Date): string => `${at.getUTCDate()} ${month(at)}`
const clock = (at: Date): string => at.toISOString().slice(11, 16)

/** How a window is called on an axis: in the group `2007` it is `Q4`; in `Nov 2026` it is `23`. Windows are in UTC. */
export function windowLabel(
  size: WindowSize,
  { start }: WindowSpan,
): { readonly group: string; readonly text: string } {
  const at = new Date(start)
  const year = String(at.getUTCFullYear())
  if ('calendar' in size)
    return { group: year, text: size.calendar === 'quarter' ? `Q${Math.floor(at.getUTCMonth() / 3) + 1}` : month(at) }
  if ('milliseconds' in size && size.milliseconds >= 85 * dayMs) return { group: year, text: month(at) }
  if ('milliseconds' in size && size.milliseconds >= dayMs)
    return { group: `${month(at)} ${year}`, text: String(at.getUTCDate()) }
  return { group: `${dayText(at)} ${year}`, text: clock(at) }
}

/** A window in a sentence: `2007 Q4`, `week of 3 Dec 2007`, `3 Dec 2007, 14:00`. */
export function windowName(size: WindowSize, span: WindowSpan): string {
  const at = new Date(span.start)
  if ('calendar' in size) {
    const { group, text } = windowLabel(size, span)
    return size.calendar === 'quarter' ? `${group} ${text}` : `${text} ${group}`
  }
  const date = `${dayText(at)} ${at.getUTCFullYear()}`
  if ('rows' in size) return `rows from ${date}, ${clock(at)}`
  if (size.milliseconds === 7 * dayMs) return `week of ${date}`
  if (size.milliseconds > dayMs) return `${date} to ${dayText(new Date(Date.parse(span.end) - 1))}`
  return size.milliseconds === dayMs ? date : `${date}, ${clock(at)}`
}

/** A window as a time in a sentence: `in 2007 Q4`, `on 3 Dec 2007`, `in the week of 3 Dec 2007`. */
export function inWindow(size: WindowSize, span: WindowSpan): string {
  const name = windowName(size, span)
  if ('calendar' in size) return `in ${name}`
  if ('rows' in size) return `in the ${name}`
  if (size.milliseconds === 7 * dayMs) return `in the ${name}`
  return size.milliseconds === dayMs ? `on ${name}` : `in ${name}`
}

/** `quarters`, `windows of 7 d`, `windows of 1,000 rows`. */
export function windowsText(size: WindowSize): string {
  if ('calendar' in size) return `${size.calendar}s`
  if ('rows' in size) return `windows of ${size.rows.toLocaleString('en-GB')} rows`
  const hours = size.milliseconds / 3_600_000
  if (hours === 1) return 'hours'
  if (hours === 24) return 'days'
  if (hours === 168) return 'weeks'
  return hours % 24 === 0 ? `windows of ${hours / 24} d` : `windows of ${Math.round(hours * 10) / 10} h`
}

/** `1 in 90 days`; how often a quiet monitor may cry. */
export function falseAlarmText({ count, periodMs }: Answer<'getMonitor'>['falseAlarms']): string {
  const days = periodMs / dayMs
  const period =
    days >= 85 && days <= 95 ? 'quarter' : days >= 28 && days <= 31 ? 'month' : days === 7 ? 'week' : undefined
  return `${count} expected false ${count === 1 ? 'alarm' : 'alarms'} per ${period ?? `${Math.round(days * 10) / 10} days`}`
}

/** Column of a time on an axis of windows, with its share of the window; undefined when it lies outside. */
export function placeOf(windows: readonly WindowSpan[], at: string): number | undefined {
  const time = Date.parse(at)
  const index = windows.findIndex((one) => Date.parse(one.start) <= time && time < Date.parse(one.end))
  const found = windows[index]
  if (found !== undefined)
    return index + (time - Date.parse(found.start)) / Math.max(1, Date.parse(found.end) - Date.parse(found.start))
  const last = windows.at(-1)
  return last !== undefined && time === Date.parse(last.end) ? windows.length : undefined
}
