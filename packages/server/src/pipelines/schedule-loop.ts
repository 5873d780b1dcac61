import { ModelyardError, type Scalar, type ScheduleTrigger } from '@modelyard/contract'
import { appendEvent, type Platform, type Transaction } from '../platform/index.ts'
import { nextOccurrence } from './schedule.ts'
import type { ScheduleDeps } from './schedule-service.ts'
import * as store from './schedule-store.ts'
import type { ScheduleTable } from './schedule-tables.ts'

const lookEveryMs = 1000
const mostAtOnce = 100
const longestError = 2000

/** Somebody else started it, or it was changed meanwhile: no job is made. */
class NotDue extends Error {}

/**
 * Starts what is due. The job and the schedule's next time are one transaction, so that a start happens once, also when the server is killed. However
 * many times were missed while it was away, one start makes up for them.
 */
export function createScheduleLoop(platform: Platform, deps: ScheduleDeps) {
  const { store: database, clock } = platform
  let running: Promise<void> | undefined
  let timer: { cancel(): void } | undefined

  async function pass(): Promise<void> {
    const now = clock.now()
    for (const row of await store.listDue(database.read, now, mostAtOnce)) {
      const trigger = JSON.parse(row.trigger) as ScheduleTrigger
      const next = trigger.type === 'data' ? null : (nextOccurrence(trigger, now) ?? null)
      await start(row, { next_at: next }, {})
    }
    for (const row of await store.listWaitingForData(database.read)) {
      const newest = await deps.data.resolveAsset(database.read, row.workspace, row.data ?? '')
      if (newest === undefined || newest.version <= row.seen_version) continue
      await start(row, { seen_version: newest.version }, { ScheduleData: `${newest.name}:${newest.version}` })
    }
  }

  async function start(
    row: ScheduleTable,
    change: Partial<ScheduleTable>,
    tags: Readonly<Record<string, string>>,
  ): Promise<void> {
    const at = clock.now()
    const move = async (tx: Transaction, outcome: Partial<ScheduleTable>): Promise<void> => {
      if (!(await store.changeSchedule(tx, row, { ...change, last_at: at, ...outcome }))) throw new NotDue()
      await appendEvent(tx, {
        name: 'schedule.fired',
        subject: row.name,
        workspace: row.workspace,
        actor: 'system',
        at,
        data: { schedule: row.name, pipeline: row.pipeline, jobId: outcome.last_job_id ?? null },
        after: { jobId: outcome.last_job_id ?? null, error: outcome.last_error ?? null },
      })
    }
    try {
      await deps.publishing.start(
        row.workspace,
        row.pipeline,
        {
          set: JSON.parse(row.parameters) as Record<string, Scalar>,
          version: row.pipeline_version ?? undefined,
          experiment: row.experiment ?? undefined,
          tags: {
            ...(JSON.parse(row.tags) as Record<string, string>),
            RunSource: 'Schedule',
            ScheduleId: row.name,
            ...tags,
          },
          also: (tx, jobId) => move(tx, { last_job_id: jobId, last_error: null }),
        },
        { actor: row.created_by },
      )
    } catch (error) {
      if (error instanceof NotDue) return
      if (!ModelyardError.is(error)) throw error
      // What is refused now is not tried again before its next time; the schedule says why.
      await database
        .write((tx) => move(tx, { last_error: `${error.code}: ${error.message}`.slice(0, longestError) }))
        .catch((again: unknown) => {
          if (!(again instanceof NotDue)) throw again
        })
    }
  }

  function wake(): void {
    running ??= pass()
      .catch((error: unknown) => platform.logger.error({ err: error }, 'the schedules could not be looked at'))
      .finally(() => (running = undefined))
  }

  return {
    start() {
      timer = clock.every(lookEveryMs, wake)
      wake()
    },
    async stop() {
      timer?.cancel()
      await running
    },
  }
}
