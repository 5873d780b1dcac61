import { ModelyardError, type RunStatus } from '@modelyard/contract'
import { appendEvent, type Platform, type Transaction } from '../platform/index.ts'
import type { Access } from '../http/index.ts'
import { nameProblem, requireName } from './metric.ts'
import {
  hasEnded,
  inventRunName,
  parentRunTag,
  requireRun,
  runNameTag,
  type NewRun,
  type RunInput,
  type RunRecord,
} from './run.ts'
import type { RunCache } from './run-cache.ts'
import {
  deleteRunTagRow,
  insertParameters,
  insertRun,
  loadRunDetails,
  updateRunRow,
  upsertRunInputs,
  upsertRunTags,
} from './run-store.ts'

export type RunService = ReturnType<typeof createRunService>

/** Deeper nesting than this is a loop of somebody's making. */
const deepestNesting = 50

/** Use cases of runs, all inside the caller's transaction. */
export function createRunService(
  { clock, newId, randomness, store }: Pick<Platform, 'clock' | 'newId' | 'randomness' | 'store'>,
  cache: RunCache,
) {
  async function createRun(tx: Transaction, run: NewRun): Promise<RunRecord> {
    const at = clock.now()
    const given = new Map(Object.entries(run.tags ?? {}))
    for (const name of given.keys()) requireName('tag', name)
    const record: RunRecord = {
      id: run.id ?? newId('run'),
      workspace: run.workspace,
      experimentId: run.experimentId,
      name: run.name || given.get(runNameTag) || inventRunName(randomness),
      status: run.status ?? 'running',
      lifecycle: 'active',
      createdBy: run.actor,
      startedAt: run.startedAt ?? at,
      endedAt: null,
      parentRunId: run.parentRunId ?? given.get(parentRunTag) ?? null,
      jobId: run.jobId ?? null,
      step: run.step ?? null,
    }
    if (record.parentRunId !== null) {
      const parent = await cache.find(tx, record.parentRunId)
      if (parent === undefined || parent.workspace !== record.workspace)
        throw new ModelyardError(
          'run_not_found',
          `There is no run '${record.parentRunId.slice(0, 64)}' to be the parent.`,
        )
    }
    await insertRun(tx, record)
    given.set(runNameTag, record.name)
    if (record.parentRunId !== null) given.set(parentRunTag, record.parentRunId)
    await upsertRunTags(tx, record.id, Object.fromEntries(given))
    await appendEvent(tx, {
      name: 'run.started',
      subject: record.id,
      workspace: record.workspace,
      actor: run.actor,
      at,
      data: {
        runId: record.id,
        name: record.name,
        experimentId: record.experimentId,
        status: record.status,
        parentRunId: record.parentRunId,
        jobId: record.jobId,
      },
    })
    return record
  }

  /** A run that a request starts. A job's token starts it below the job's own run, or below what lies there already. */
  async function startRun(tx: Transaction, access: Access, run: NewRun): Promise<RunRecord> {
    if (access.run === undefined) return await createRun(tx, run)
    if (access.run.workspace !== run.workspace)
      throw new ModelyardError('not_allowed', `The token of the run '${access.run.runId}' writes to its own workspace.`)
    const parentRunId = run.parentRunId ?? run.tags?.[parentRunTag] ?? access.run.runId
    await requireReach(tx, requireRun(await cache.find(tx, parentRunId), parentRunId), access)
    return await createRun(tx, { ...run, parentRunId })
  }

  /** A write that a killed process keeps, for what comes often. A commit that fails may leave the cache with runs that it took back. */
  async function writeFast<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    try {
      return await store.write(work, 'survivesKill')
    } catch (error) {
      if (!ModelyardError.is(error)) cache.clear()
      throw error
    }
  }

  /** Sets the status; a run that ends gets its end time, one that runs again loses it. Repeating a status changes nothing. */
  async function changeStatus(
    tx: Transaction,
    {
      runId,
      status,
      endedAt,
      actor,
    }: { runId: string; status: RunStatus; endedAt?: number | undefined; actor: string },
  ): Promise<RunRecord> {
    const run = requireRun(await cache.find(tx, runId), runId)
    if (run.status === status && endedAt === undefined) return run
    const ended = hasEnded(status) ? (endedAt ?? clock.now()) : null
    await updateRunRow(tx, runId, { status, ended_at: ended })
    cache.forget(runId)
    await appendEvent(tx, {
      name: hasEnded(status) ? 'run.ended' : 'run.updated',
      subject: runId,
      workspace: run.workspace,
      actor,
      at: clock.now(),
      data: { runId, status, experimentId: run.experimentId, parentRunId: run.parentRunId, jobId: run.jobId },
      before: { status: run.status },
      after: { status },
    })
    return { ...run, status, endedAt: ended }
  }

  async function rename(tx: Transaction, run: RunRecord, name: string): Promise<void> {
    await updateRunRow(tx, run.id, { name })
    await upsertRunTags(tx, run.id, { [runNameTag]: name })
    cache.forget(run.id)
  }

  /** Deletes or restores a run; a second time changes nothing, since clients repeat what they got no answer to. */
  async function setLifecycle(
    tx: Transaction,
    run: RunRecord,
    lifecycle: 'active' | 'deleted',
    actor: string,
  ): Promise<void> {
    if (run.lifecycle === lifecycle) return
    await updateRunRow(tx, run.id, { lifecycle })
    cache.forget(run.id)
    await appendEvent(tx, {
      name: lifecycle === 'deleted' ? 'run.deleted' : 'run.updated',
      subject: run.id,
      workspace: run.workspace,
      actor,
      at: clock.now(),
      data: { runId: run.id, experimentId: run.experimentId, lifecycle },
      before: { lifecycle: run.lifecycle },
      after: { lifecycle },
    })
  }

  async function setTags(
    tx: Transaction,
    runId: string,
    tags: Readonly<Record<string, string>>,
    access?: Access,
  ): Promise<void> {
    for (const name of Object.keys(tags)) requireName('tag', name)
    await upsertRunTags(tx, runId, tags)
    const name = tags[runNameTag]
    const parent = tags[parentRunTag]
    if (name !== undefined) await updateRunRow(tx, runId, { name })
    if (parent !== undefined) await moveBelow(tx, runId, parent, access)
    if (name !== undefined || parent !== undefined) cache.forget(runId)
  }

  async function moveBelow(tx: Transaction, runId: string, parentId: string, access?: Access): Promise<void> {
    const run = requireRun(await cache.find(tx, runId), runId)
    const parent = await cache.find(tx, parentId)
    if (parent === undefined || parent.workspace !== run.workspace || parent.id === runId)
      throw new ModelyardError('run_not_found', `There is no run '${parentId.slice(0, 64)}' to be the parent.`)
    if (access !== undefined) {
      await requireReach(tx, run, access)
      await requireReach(tx, parent, access)
    }
    await updateRunRow(tx, runId, { parent_run_id: parentId })
  }

  /**
   * The run that a request wants to write to: it is in this workspace, not deleted, and a job's token reaches it. Such a token may write to
   * its own run and what lies below that. What is logged to its job's run is taken, too: a step may say what its pipeline came to. That run's
   * state, its place and whether it is there are not the step's: whoever changes these asks {@link requireReach}.
   */
  async function requireWritable(
    tx: Transaction,
    workspace: string,
    runId: string,
    access: Access,
  ): Promise<RunRecord> {
    const run = await requireRunOf(tx, workspace, runId)
    if (!(await isOwnJob(tx, run, access))) await requireReach(tx, run, access)
    if (run.lifecycle === 'deleted')
      throw new ModelyardError(
        'conflict',
        `The run '${run.id}' must be in the 'active' state. Current state is deleted.`,
      )
    return run
  }

  /** A run of this workspace that a job's token reaches, deleted or not. */
  async function requireReachable(
    tx: Transaction,
    workspace: string,
    runId: string,
    access: Access,
  ): Promise<RunRecord> {
    const run = await requireRunOf(tx, workspace, runId)
    await requireReach(tx, run, access)
    return run
  }

  async function requireRunOf(tx: Transaction, workspace: string, runId: string): Promise<RunRecord> {
    const run = cache.peek(runId) ?? (await cache.find(tx, runId))
    if (run === undefined || run.workspace !== workspace)
      throw new ModelyardError('run_not_found', `There is no run '${runId.slice(0, 64)}'.`)
    return run
  }

  async function isOwnJob(tx: Transaction, run: RunRecord, { run: own }: Access): Promise<boolean> {
    if (own === undefined || own.workspace !== run.workspace) return false
    const step = await cache.find(tx, own.runId)
    return step?.workspace === run.workspace && step.jobId !== null && step.jobId === run.id
  }

  /** A job's token leads its own run and what lies below that; others are held by their roles alone. */
  async function requireReach(tx: Transaction, run: RunRecord, access: Access): Promise<void> {
    if (access.run === undefined) return
    const own = access.run.runId
    let current: RunRecord | undefined = run
    for (let depth = 0; current !== undefined && depth < deepestNesting; depth++) {
      if (current.id === own && current.workspace === access.run.workspace) return
      current = current.parentRunId === null ? undefined : await cache.find(tx, current.parentRunId)
    }
    throw new ModelyardError(
      'not_allowed',
      `The token of the run '${own}' may write to that run and the runs below it and log to its job's, and not do this to '${run.id}'.`,
    )
  }

  return {
    createRun,
    startRun,
    writeFast,
    changeStatus,
    rename,
    setLifecycle,
    logParameters,
    setTags,
    removeTag,
    addInputs,
    appendToTag,
    requireWritable,
    requireReachable,
    requireReach,
  }
}

/** Keeps parameters. A name that has another value already is refused, and then none is kept. */
async function logParameters(
  tx: Transaction,
  runId: string,
  parameters: Readonly<Record<string, string>>,
): Promise<void> {
  for (const name of Object.keys(parameters)) requireName('parameter', name)
  const known = await insertParameters(tx, runId, parameters)
  for (const [name, before] of known) {
    const value = parameters[name]
    if (value !== undefined && value !== before)
      throw new ModelyardError(
        'parameter_changed',
        `Changing param values is not allowed. Param with key='${name}' was already logged with value='${before.slice(0, 200)}' for run ID='${runId}'. Attempted logging new value '${value.slice(0, 200)}'.`,
      )
  }
}

/** Adds a document to the JSON list that a tag holds. */
async function appendToTag(tx: Transaction, runId: string, name: string, document: object): Promise<void> {
  const before = (await loadRunDetails(tx, [runId])).get(runId)?.tags[name]
  const list: unknown = before === undefined ? [] : JSON.parse(before)
  await upsertRunTags(tx, runId, { [name]: JSON.stringify([...(Array.isArray(list) ? list : []), document]) })
}

async function removeTag(tx: Transaction, runId: string, name: string): Promise<boolean> {
  return nameProblem(name) === undefined && (await deleteRunTagRow(tx, runId, name))
}

async function addInputs(tx: Transaction, runId: string, inputs: readonly RunInput[]): Promise<void> {
  await upsertRunInputs(tx, runId, inputs)
}
