import { z } from 'zod'
import { AssetName, page, PageQuery, Scalar, SourceFile, Tags, Timestamp, WorkspaceParams } from './primitives.ts'
import { defineRoutes } from './route.ts'

export const ScheduleTrigger = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('recurrence'),
    frequency: z.enum(['minute', 'hour', 'day', 'week', 'month']),
    interval: z.number().int(),
    /** The first time that it may start; the pace is counted from it. */
    startTime: Timestamp,
    endTime: Timestamp.nullable(),
    timeZone: z.string(),
    hours: z.array(z.number().int()).nullable(),
    minutes: z.array(z.number().int()).nullable(),
    weekDays: z.array(z.string()).nullable(),
    monthDays: z.array(z.number().int()).nullable(),
  }),
  z.object({
    type: z.literal('cron'),
    expression: z.string(),
    startTime: Timestamp,
    endTime: Timestamp.nullable(),
    timeZone: z.string(),
  }),
  /** Starts when the data asset has a new version. */
  z.object({ type: z.literal('data'), data: z.string() }),
])

/** Starts a published pipeline by the clock, or when a data asset changes. */
export const Schedule = z
  .object({
    name: z.string(),
    description: z.string(),
    tags: Tags,
    pipeline: z.string(),
    /** null: the newest version at each start. */
    pipelineVersion: z.number().int().nullable(),
    experiment: z.string().nullable(),
    parameters: z.record(z.string(), Scalar),
    trigger: ScheduleTrigger,
    enabled: z.boolean(),
    /** The next five times; empty when it is disabled, over, or waits for data. */
    nextTimes: z.array(Timestamp),
    lastStartedAt: Timestamp.nullable(),
    lastJobId: z.string().nullable(),
    /** Why the last start was refused; null when it was not. */
    lastError: z.string().nullable(),
    createdAt: Timestamp,
    createdBy: z.string(),
    updatedAt: Timestamp,
  })
  .meta({ id: 'Schedule' })

export type Schedule = z.infer<typeof Schedule>
export type ScheduleTrigger = z.infer<typeof ScheduleTrigger>

const NameParams = WorkspaceParams.extend({ name: z.string().max(128) })

export const scheduleRoutes = defineRoutes({
  listSchedules: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/schedules',
    summary: 'Schedules by name',
    access: 'pipeline.read',
    params: WorkspaceParams,
    query: PageQuery.extend({ pipeline: AssetName.optional() }),
    response: page(Schedule),
    errors: ['workspace_not_found', 'cursor_invalid'],
  },
  createSchedule: {
    method: 'POST',
    path: '/api/v1/workspaces/:ws/schedules',
    summary: 'A schedule from its file; with `replace` the file of one that exists',
    access: 'pipeline.write',
    params: WorkspaceParams,
    body: z.object({ source: SourceFile, replace: z.boolean().default(false) }).strict(),
    response: Schedule,
    status: 201,
    errors: ['workspace_not_found', 'document_invalid', 'already_exists', 'pipeline_not_found'],
  },
  getSchedule: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/schedules/:name',
    summary: 'One schedule with its next five times',
    access: 'pipeline.read',
    params: NameParams,
    response: Schedule,
    errors: ['schedule_not_found'],
  },
  setScheduleEnabled: {
    method: 'PATCH',
    path: '/api/v1/workspaces/:ws/schedules/:name',
    summary: 'Enable or disable; what was missed while it was disabled is not caught up',
    access: 'pipeline.write',
    params: NameParams,
    body: z.object({ enabled: z.boolean() }).strict(),
    response: Schedule,
    errors: ['schedule_not_found'],
  },
  deleteSchedule: {
    method: 'DELETE',
    path: '/api/v1/workspaces/:ws/schedules/:name',
    summary: 'Delete a schedule; its jobs stay',
    access: 'pipeline.write',
    params: NameParams,
    status: 204,
    errors: ['schedule_not_found'],
  },
})
