import { ModelyardError, type Schedule, type ScheduleTrigger } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import type { Data } from '../data/index.ts'
import { appendEvent, invalidDocument, parseDocument, type Platform } from '../platform/index.ts'
import type { By, PublishingService } from './publishing-service.ts'
import { nextOccurrence, nextTimes } from './schedule.ts'
import { ScheduleDocument, targetOf, triggerOf } from './schedule-document.ts'
import * as store from './schedule-store.ts'
import type { ScheduleTable } from './schedule-tables.ts'

const shownTimes = 5

export interface ScheduleDeps {
  readonly publishing: PublishingService
  readonly data: Pick<Data, 'resolveAsset'>
}

/** Schedules of published pipelines. */
export function createScheduleService(platform: Platform, deps: ScheduleDeps) {
  const { store: database, clock } = platform

  async function require(workspace: string, name: string): Promise<ScheduleTable> {
    const row = await store.findSchedule(database.read, workspace, name)
    if (row === undefined)
      throw new ModelyardError('schedule_not_found', `There is no schedule '${name}' in the workspace '${workspace}'.`)
    return row
  }

  async function create(
    workspace: string,
    input: { source: { name: string; text: string }; replace: boolean },
    by: By,
  ): Promise<ScheduleTable> {
    const row = await read(workspace, input.source, by)
    await database.write(async (tx) => {
      const before = await store.findSchedule(tx, workspace, row.name)
      if (before !== undefined && !input.replace)
        throw new ModelyardError('already_exists', `There is already a schedule '${row.name}' in the workspace.`)
      if (before !== undefined) await store.deleteSchedule(tx, workspace, row.name)
      await store.insertSchedule(
        tx,
        before === undefined
          ? row
          : { ...row, created_at: before.created_at, last_at: before.last_at, last_job_id: before.last_job_id },
      )
      await appendEvent(tx, {
        name: before === undefined ? 'schedule.created' : 'schedule.updated',
        subject: row.name,
        workspace,
        at: row.updated_at,
        ...by,
        data: { schedule: row.name, pipeline: row.pipeline },
        after: { pipeline: row.pipeline, trigger: JSON.parse(row.trigger) as ScheduleTrigger },
      })
    })
    return row
  }

  /** Reads a schedule's file; what could never start is refused with its place. */
  async function read(workspace: string, source: { name: string; text: string }, by: By): Promise<ScheduleTable> {
    const { value, placeOf } = parseDocument(source, ScheduleDocument)
    const now = clock.now()
    const { trigger, problems } = triggerOf(value, now, placeOf)
    const target = targetOf(value)
    if (target.pipeline === undefined)
      throw invalidDocument(source.name, [
        placeOf(target.path, 'names no published pipeline; publish the file and write its name'),
      ])
    if (target.version !== null) await deps.publishing.get(workspace, target.pipeline, target.version)
    const wrong = await deps.publishing.problemsOfSet(workspace, target.pipeline, target.set)
    const places = [
      ...problems,
      ...wrong.map(({ path, message, suggestion }) => placeOf(['create_job', 'inputs', path], message, suggestion)),
    ]
    if (places.length > 0) throw invalidDocument(source.name, places)
    return {
      workspace,
      name: value.name,
      description: value.description ?? value.display_name ?? '',
      tags: JSON.stringify(value.tags ?? {}),
      pipeline: target.pipeline,
      pipeline_version: target.version,
      experiment: target.experiment,
      parameters: JSON.stringify(target.set),
      trigger: JSON.stringify(trigger),
      enabled: 1,
      next_at: firstTime(trigger, now),
      data: trigger.type === 'data' ? trigger.data : null,
      seen_version: await newestVersion(workspace, trigger),
      last_at: null,
      last_job_id: null,
      last_error: null,
      created_at: now,
      created_by: by.actor,
      updated_at: now,
    }
  }

  /** What is there now is not new. */
  async function newestVersion(workspace: string, trigger: ScheduleTrigger): Promise<number> {
    if (trigger.type !== 'data') return 0
    return (await deps.data.resolveAsset(database.read, workspace, trigger.data))?.version ?? 0
  }

  function firstTime(trigger: ScheduleTrigger, after: number): number | null {
    // A start that lies at this very moment counts: a recurrence without one begins at once.
    return trigger.type === 'data' ? null : (nextOccurrence(trigger, after - 1) ?? null)
  }

  async function setEnabled(workspace: string, name: string, enabled: boolean, by: By): Promise<ScheduleTable> {
    const row = await require(workspace, name)
    if ((row.enabled === 1) === enabled) return row
    const trigger = JSON.parse(row.trigger) as ScheduleTrigger
    const now = clock.now()
    const seen = enabled ? await newestVersion(workspace, trigger) : row.seen_version
    await database.write(async (tx) => {
      const changed = await store.changeSchedule(tx, row, {
        enabled: Number(enabled),
        next_at: enabled && trigger.type !== 'data' ? (nextOccurrence(trigger, now) ?? null) : null,
        seen_version: seen,
        updated_at: now,
      })
      if (!changed) return
      await appendEvent(tx, {
        name: 'schedule.updated',
        subject: name,
        workspace,
        at: now,
        ...by,
        data: { schedule: name },
        before: { enabled: !enabled },
        after: { enabled },
      })
    })
    return require(workspace, name)
  }

  async function remove(workspace: string, name: string, by: By): Promise<void> {
    await require(workspace, name)
    await database.write(async (tx) => {
      if (!(await store.deleteSchedule(tx, workspace, name))) return
      await appendEvent(tx, {
        name: 'schedule.deleted',
        subject: name,
        workspace,
        at: clock.now(),
        ...by,
        data: { schedule: name },
        before: { name },
      })
    })
  }

  function toDocument(row: ScheduleTable): Schedule {
    const trigger = JSON.parse(row.trigger) as ScheduleTrigger
    const from = row.next_at
    return {
      name: row.name,
      description: row.description,
      tags: JSON.parse(row.tags) as Record<string, string>,
      pipeline: row.pipeline,
      pipelineVersion: row.pipeline_version,
      experiment: row.experiment,
      parameters: JSON.parse(row.parameters) as Schedule['parameters'],
      trigger,
      enabled: row.enabled === 1,
      nextTimes: from === null ? [] : [toTimestamp(from), ...nextTimes(trigger, from, shownTimes - 1)],
      lastStartedAt: row.last_at === null ? null : toTimestamp(row.last_at),
      lastJobId: row.last_job_id,
      lastError: row.last_error,
      createdAt: toTimestamp(row.created_at),
      createdBy: row.created_by,
      updatedAt: toTimestamp(row.updated_at),
    }
  }

  return { require, create, setEnabled, remove, toDocument }
}

export type ScheduleService = ReturnType<typeof createScheduleService>
