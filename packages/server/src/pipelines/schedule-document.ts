import { AssetName, Scalar, type ErrorPlace, type ScheduleTrigger } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import { z } from 'zod'
import { cronProblem, isTimeZone, parseTime, weekDayNames } from './schedule.ts'

const Text = z.string().max(1000)
const oneOrMore = <Item extends z.ZodType>(item: Item) =>
  z
    .union([item, z.array(item).min(1).max(60)])
    .transform((value): z.output<Item>[] => [value].flat() as z.output<Item>[])
const WeekDay = z
  .string()
  .transform((name) => name.toLowerCase())
  .refine((name) => weekDayNames.includes(name), 'is no day of the week; write it as Monday')

const Pattern = z.strictObject({
  hours: oneOrMore(z.number().int().min(0).max(23)).optional(),
  minutes: oneOrMore(z.number().int().min(0).max(59)).optional(),
  week_days: oneOrMore(WeekDay).optional(),
  month_days: oneOrMore(z.number().int().min(1).max(31)).optional(),
})
const Time = Text.optional()
const zoned = { start_time: Time, end_time: Time, time_zone: Text.optional(), timezone: Text.optional() }

/** The file of a schedule in the shape of Azure ML's CLI v2; `type: data` is ours. */
export const ScheduleDocument = z.strictObject({
  $schema: z.string().optional(),
  name: AssetName,
  display_name: Text.optional(),
  description: z.string().max(5000).optional(),
  tags: z.record(z.string().max(250), z.union([z.string(), z.number(), z.boolean()]).transform(String)).optional(),
  trigger: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('recurrence'),
      frequency: z
        .string()
        .transform((name) => name.toLowerCase())
        .pipe(z.enum(['minute', 'hour', 'day', 'week', 'month'])),
      interval: z.number().int().min(1).max(1000).default(1),
      schedule: Pattern.optional(),
      pattern: Pattern.optional(),
      ...zoned,
    }),
    z.strictObject({ type: z.literal('cron'), expression: Text, ...zoned }),
    z.strictObject({ type: z.literal('data'), data: z.string().min(1).max(250) }),
  ]),
  create_job: z.union([
    Text,
    z.strictObject({
      type: z.literal('pipeline').optional(),
      job: Text,
      inputs: z.record(z.string().max(250), Scalar).optional(),
      experiment_name: z.string().min(1).max(250).optional(),
      settings: z.looseObject({}).optional(),
    }),
  ]),
})
export type ScheduleDocument = z.output<typeof ScheduleDocument>

type Note = (path: readonly (string | number)[], message: string) => ErrorPlace

/** When a schedule starts its pipeline, everything filled in; `problems` where it cannot be read. */
export function triggerOf(
  { trigger }: ScheduleDocument,
  now: number,
  note: Note,
): { trigger: ScheduleTrigger; problems: ErrorPlace[] } {
  const problems: ErrorPlace[] = []
  if (trigger.type === 'data')
    return {
      trigger: { type: 'data', data: trigger.data.replace(/^(azureml|modelyard):/, '').replace(/@latest$/, '') },
      problems,
    }
  const timeZone = trigger.time_zone ?? trigger.timezone ?? 'UTC'
  if (!isTimeZone(timeZone)) {
    const key = trigger.time_zone === undefined ? 'timezone' : 'time_zone'
    problems.push(note(['trigger', key], `\`${timeZone.slice(0, 100)}\` is no time zone; write one as Europe/Berlin`))
    return { trigger: { type: 'data', data: '' }, problems }
  }
  const time = (key: 'start_time' | 'end_time'): number | undefined => {
    const text = trigger[key]
    const parsed = text === undefined ? undefined : parseTime(text, timeZone)
    if (text !== undefined && parsed === undefined)
      problems.push(note(['trigger', key], 'is no time; write it as 2030-01-31T08:00:00'))
    return parsed
  }
  const end = time('end_time')
  const common = {
    startTime: toTimestamp(time('start_time') ?? now),
    endTime: end === undefined ? null : toTimestamp(end),
    timeZone,
  }
  if (trigger.type === 'cron') {
    const problem = cronProblem(trigger.expression, timeZone)
    if (problem !== undefined) problems.push(note(['trigger', 'expression'], problem))
    return { trigger: { type: 'cron', expression: trigger.expression, ...common }, problems }
  }
  const pattern = trigger.schedule ?? trigger.pattern
  if (pattern !== undefined && (trigger.frequency === 'minute' || trigger.frequency === 'hour'))
    problems.push(
      note(['trigger', trigger.schedule === undefined ? 'pattern' : 'schedule'], 'goes with day, week and month'),
    )
  return {
    trigger: {
      type: 'recurrence',
      frequency: trigger.frequency,
      interval: trigger.interval,
      ...common,
      hours: pattern?.hours ?? null,
      minutes: pattern?.minutes ?? null,
      weekDays: pattern?.week_days ?? null,
      monthDays: pattern?.month_days ?? null,
    },
    problems,
  }
}

/** The published pipeline that a schedule starts, with what is set. */
export function targetOf({ create_job: job }: ScheduleDocument): {
  reference: string
  pipeline: string | undefined
  version: number | null
  set: Record<string, z.output<typeof Scalar>>
  experiment: string | null
  path: string[]
} {
  const reference = typeof job === 'string' ? job : job.job
  const match = /^(?:azureml:|modelyard:)?([^:@/]{1,250})(?:@latest|:(\d{1,9}))?$/.exec(reference)
  return {
    reference,
    pipeline: match?.[1],
    version: match?.[2] === undefined ? null : Number(match[2]),
    set: typeof job === 'string' ? {} : (job.inputs ?? {}),
    experiment: typeof job === 'string' ? null : (job.experiment_name ?? null),
    path: typeof job === 'string' ? ['create_job'] : ['create_job', 'job'],
  }
}
