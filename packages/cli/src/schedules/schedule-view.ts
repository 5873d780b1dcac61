import type { Answer } from '@modelyard/client'
import type { Style } from '../output/style.ts'
import { harmless, renderFields } from '../output/table.ts'
import { ago } from '../output/words.ts'

export type Schedule = Answer<'getSchedule'>

/** A schedule with its next times, as people read it. */
export function renderSchedule(schedule: Schedule, style: Style, now: number): string {
  const set = Object.entries(schedule.parameters).map(([name, value]) => `${name}=${harmless(String(value))}`)
  const fields = renderFields(
    {
      schedule: `${style.bold(harmless(schedule.name))}${schedule.enabled ? '' : style.yellow('  disabled')}`,
      description: schedule.description === '' ? undefined : harmless(schedule.description),
      pipeline: `${harmless(schedule.pipeline)}${schedule.pipelineVersion === null ? '' : ` version ${schedule.pipelineVersion}`}`,
      parameters: set.length === 0 ? undefined : set.join(' '),
      when: whenOf(schedule),
      'last start': schedule.lastStartedAt === null ? 'never' : ago(schedule.lastStartedAt, now),
      'last job': schedule.lastJobId ?? undefined,
    },
    style,
  )
  const error = schedule.lastError === null ? '' : `${style.red('error')} ${harmless(schedule.lastError)}\n`
  const times = schedule.nextTimes.map((time) => `  ${time}\n`).join('')
  return `${fields}${error}${times === '' ? '' : `\nnext times\n${times}`}`
}

/** When it starts, in a few words. */
export function whenOf({ trigger }: Schedule): string {
  if (trigger.type === 'data') return `a new version of ${harmless(trigger.data)}`
  if (trigger.type === 'cron') return `${harmless(trigger.expression)} (${trigger.timeZone})`
  const every =
    trigger.interval === 1 ? `every ${trigger.frequency}` : `every ${trigger.interval} ${trigger.frequency}s`
  const days = trigger.weekDays ?? trigger.monthDays
  const at = trigger.hours === null ? '' : ` at ${clockTimes(trigger.hours, trigger.minutes ?? [0])}`
  return `${every}${days === null ? '' : ` on ${days.join(', ')}`}${at} (${trigger.timeZone})`
}

function clockTimes(hours: readonly number[], minutes: readonly number[]): string {
  const two = (number: number): string => String(number).padStart(2, '0')
  return hours.flatMap((hour) => minutes.map((minute) => `${two(hour)}:${two(minute)}`)).join(', ')
}
