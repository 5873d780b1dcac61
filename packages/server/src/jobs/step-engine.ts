import type { AttemptState } from '@modelyard/contract'
import { appendEvent, type Platform, type Transaction } from '../platform/index.ts'
import type { Data } from '../data/index.ts'
import type { Experiments } from '../experiments/index.ts'
import { countDown } from './job-end.ts'
import * as jobs from './job-store.ts'
import type { JobTable, StepTable } from './job-tables.ts'
import type { FinishedStep, ReadyStep, RunTokens, StepCache } from './ports.ts'
import { createStepExecution } from './step-execution.ts'
import { registerOutputs } from './step-outputs.ts'
import { resolveInputs, type StepSpec, type StoredOutputs } from './step.ts'
import * as steps from './step-store.ts'

/** Lost attempts cost no retry, but a step that takes every node down with it must end. */
const mostLosses = 8

export interface EngineDeps {
  readonly experiments: Pick<Experiments, 'createRun' | 'setRunStatus' | 'logParameters' | 'addInputs'>
  readonly tokens: RunTokens
  readonly data: Pick<Data, 'registerOutput'>
  /** After the commit: the target has queued work, or less of it. */
  targetChanged(targetId: string): void
  /** After the commit: the node has something to hear. */
  wakeNode(nodeId: string): void
}

/**
 * Moves steps: from their turn to a reuse, an attempt or an executor, and from an end to what it allows next. Every function runs inside the
 * transaction of its cause and touches only the step, its children and its job.
 */
export function createStepEngine(platform: Platform, deps: EngineDeps) {
  const executor = createStepExecution(platform, {
    write: (work) => write(work),
    end: (tx, job, step, finished) => end(tx, job, step, finished),
  })
  let cache: StepCache | undefined
  let afterCommit: (() => void)[] = []

  /** What must wait until the change is on the disk; run by {@link flush}. */
  function later(work: () => void): void {
    afterCommit.push(work)
  }

  function flush(): void {
    const work = afterCommit
    afterCommit = []
    for (const run of work) run()
  }

  async function announce(
    tx: Transaction,
    job: { id: string; workspace: string; created_by: string },
    step: string,
    data: Record<string, unknown>,
  ): Promise<void> {
    await appendEvent(tx, {
      name: 'step.changed',
      subject: `${job.id}/${step}`,
      workspace: job.workspace,
      actor: 'system',
      at: platform.clock.now(),
      data: { jobId: job.id, step, ...data },
    })
  }

  /** A step's turn: everything before it has ended well. `quiet`: its job is just being submitted, so nobody needs to be told of what is reused at once. */
  async function begin(tx: Transaction, job: JobTable, step: StepTable, quiet = false): Promise<void> {
    const ready = await toReady(tx, job, step)
    if (cache === undefined) throw new Error('the step cache is not set')
    const { key, components } = await cache.keyOf(tx, ready)
    const keyed: StepTable = { ...step, key, key_components: JSON.stringify(components) }
    if (ready.spec.allowReuse && job.force === 0) {
      const hit = await cache.find(tx, job.workspace, key)
      if (hit !== undefined)
        return end(tx, job, keyed, { status: 'succeeded', result: hit.result, reusedFrom: hit }, quiet)
      const twin = await steps.findRunningTwin(tx, job.workspace, key)
      if (twin !== undefined && (twin.job_id !== step.job_id || twin.name !== step.name)) {
        await steps.changeStep(tx, step, {
          ...keyOf(keyed),
          status: 'queued',
          queued_at: platform.clock.now(),
          reason: `waits for the same work in ${twin.job_id}/${twin.name}`,
        })
        return announce(tx, job, step.name, { status: 'queued' })
      }
    }
    await (ready.spec.kind === 'gate' ? beginExecutor(tx, job, keyed, ready) : beginAttempt(tx, job, keyed, ready))
  }

  async function toReady(tx: Transaction, job: JobTable, step: StepTable): Promise<ReadyStep> {
    const spec = JSON.parse(step.spec) as StepSpec
    const sources = [
      ...new Set(Object.values(spec.inputs).flatMap((binding) => (binding.kind === 'output' ? [binding.step] : []))),
    ]
    const outputs = await steps.listOutputs(tx, job.id, sources)
    const inputs = resolveInputs(spec.inputs, (name) => {
      const text = outputs.get(name)
      return text === undefined ? undefined : (JSON.parse(text) as StoredOutputs)
    })
    if (inputs === undefined) throw new Error(`an input of ${job.id}/${step.name} has no output behind it`)
    return { workspace: job.workspace, jobId: job.id, name: step.name, spec, inputs, actor: job.created_by }
  }

  async function ensureRun(tx: Transaction, job: JobTable, step: StepTable, ready: ReadyStep): Promise<string> {
    if (step.run_id !== null) return step.run_id
    const run = await deps.experiments.createRun(tx, {
      workspace: job.workspace,
      experimentId: job.experiment_id,
      name: step.name,
      parentRunId: job.id,
      jobId: job.id,
      step: step.name,
      tags: {},
      status: 'scheduled',
      startedAt: platform.clock.now(),
      actor: job.created_by,
    })
    const data = Object.entries(ready.inputs).flatMap(([name, input]) =>
      input.kind === 'tree' ? [{ name: input.label, digest: input.tree.slice(0, 36), context: name }] : [],
    )
    if (data.length > 0) await deps.experiments.addInputs(tx, run.id, data)
    return run.id
  }

  async function beginAttempt(tx: Transaction, job: JobTable, step: StepTable, ready: ReadyStep): Promise<void> {
    const runId = await ensureRun(tx, job, step, ready)
    await queueAttempt(tx, job, { ...step, run_id: runId }, '')
  }

  /** A new attempt with the next fence, at the end of its target's queue. */
  async function queueAttempt(tx: Transaction, job: JobTable, step: StepTable, reason: string): Promise<void> {
    const now = platform.clock.now()
    const id = platform.newId('att')
    const fence = step.fence + 1
    const number = step.attempts + 1
    await steps.insertAttempt(tx, {
      id,
      job_id: job.id,
      step: step.name,
      workspace: job.workspace,
      number,
      fence,
      state: 'queued',
      node_id: null,
      queued_at: now,
      started_at: null,
      ended_at: null,
      exit_code: null,
      message: '',
    })
    await steps.changeStep(tx, step, {
      ...keyOf(step),
      status: 'queued',
      queued_at: now,
      attempt_id: id,
      attempt_state: 'queued',
      fence,
      attempts: number,
      node_id: null,
      run_id: step.run_id,
      reason,
    })
    await announce(tx, job, step.name, { status: 'queued' })
    const target = step.compute_target_id
    if (target !== null) later(() => deps.targetChanged(target))
  }

  async function beginExecutor(tx: Transaction, job: JobTable, step: StepTable, ready: ReadyStep): Promise<void> {
    const runId = await ensureRun(tx, job, step, ready)
    const now = platform.clock.now()
    await steps.changeStep(tx, step, {
      ...keyOf(step),
      status: 'running',
      started_at: now,
      queued_at: now,
      run_id: runId,
      attempts: step.attempts + 1,
    })
    await jobs.markRunning(tx, job.id, now)
    await deps.experiments.setRunStatus(tx, runId, 'running')
    await announce(tx, job, step.name, { status: 'running' })
    later(() => void executor.execute(ready))
  }

  /** Ends a step once, and lets what follows from it happen. */
  async function end(
    tx: Transaction,
    job: JobTable,
    step: StepTable,
    finished: FinishedStep,
    quiet = false,
  ): Promise<void> {
    const now = platform.clock.now()
    const { result, reusedFrom } = finished
    const changed = await steps.changeStep(tx, step, {
      ...keyOf(step),
      status: finished.status,
      ended_at: now,
      started_at: step.started_at ?? (reusedFrom === undefined ? null : now),
      reused: reusedFrom === undefined ? 0 : 1,
      reused_job: reusedFrom?.jobId ?? null,
      reused_step: reusedFrom?.step ?? null,
      ...(reusedFrom === undefined ? {} : { run_id: reusedFrom.runId }),
      outputs: JSON.stringify(result?.outputs ?? {}),
      evidence: result?.evidence === undefined || result.evidence === null ? null : JSON.stringify(result.evidence),
      error: finished.error === undefined ? null : JSON.stringify(finished.error),
      reason:
        finished.reason ??
        (reusedFrom === undefined
          ? ''
          : `the same code, inputs, parameters and environment as in ${reusedFrom.jobId}/${reusedFrom.step}`),
      attempt_state: attemptStateOf(finished.status, step.attempt_state),
    })
    if (!changed) return
    if (step.run_id !== null && reusedFrom === undefined) await endRun(tx, step.run_id, finished.status)
    if (!quiet) await announce(tx, job, step.name, { status: finished.status, reused: reusedFrom !== undefined })
    if (finished.status === 'succeeded' && result !== undefined) {
      if (step.key !== null && reusedFrom === undefined)
        await cache?.keep(tx, job.workspace, step.key, { jobId: job.id, step: step.name, runId: step.run_id, result })
      await registerOutputs(tx, deps.data, job, step, {
        outputs: result.outputs,
        sourceRunId: reusedFrom?.runId ?? step.run_id,
      })
      await (result.halt
        ? skipDescendants(tx, job, step.name, `the gate '${step.name}' did not pass`)
        : releaseChildren(tx, job, step.name, quiet))
    } else await stopAfter(tx, job, step, finished.status)
    if (step.key !== null && reusedFrom === undefined) await wakeTwins(tx, job.workspace, step.key)
    await countDown(platform, deps.experiments, tx, job)
  }

  async function endRun(tx: Transaction, runId: string, status: FinishedStep['status']): Promise<void> {
    await deps.experiments.setRunStatus(
      tx,
      runId,
      status === 'succeeded' ? 'finished' : status === 'failed' ? 'failed' : 'killed',
    )
    await deps.tokens.revokeTokensOf(tx, { runId })
  }

  async function releaseChildren(tx: Transaction, job: JobTable, name: string, quiet: boolean): Promise<void> {
    for (const child of await steps.listChildren(tx, job.id, name)) {
      const ready = await steps.satisfyNeed(tx, job.id, child)
      if (ready !== undefined) await begin(tx, job, ready, quiet)
    }
  }

  async function skipDescendants(tx: Transaction, job: JobTable, name: string, reason: string): Promise<void> {
    for (const child of await steps.listChildren(tx, job.id, name)) {
      const row = await steps.findStep(tx, job.id, child)
      if (row?.status === 'pending') await end(tx, job, row, { status: 'skipped', reason })
    }
  }

  /** After a failure: what depends on it is skipped; without `continue_on_step_failure` nothing new begins, and what runs is ended. */
  async function stopAfter(
    tx: Transaction,
    job: JobTable,
    step: StepTable,
    status: FinishedStep['status'],
  ): Promise<void> {
    const reason =
      status === 'failed'
        ? `the step '${step.name}' failed`
        : status === 'canceled'
          ? (step.stop_reason ?? 'the job was canceled')
          : `'${step.name}' was skipped`
    await skipDescendants(tx, job, step.name, reason)
    if (status !== 'failed' || job.continue_on_failure === 1) return
    for (const other of await steps.listOpenSteps(tx, job.id, ['pending', 'queued'])) {
      const queued = other.attempt_id !== null && other.attempt_state === 'queued'
      if (other.status === 'pending' || queued || other.attempt_id === null)
        await endQueued(tx, job, other, { status: 'skipped', reason })
    }
    for (const other of await steps.listOpenSteps(tx, job.id, ['running'])) await askToEnd(tx, other, reason)
  }

  /** A step that a node runs ends when the node has heard of it; one that the server does itself is soon over. */
  async function askToEnd(tx: Transaction, step: StepTable, reason: string): Promise<void> {
    if (step.attempt_id === null || step.node_id === null) return
    await steps.changeStep(tx, step, { stop_reason: reason })
    const node = step.node_id
    later(() => deps.wakeNode(node))
  }

  /** Ends a step that no node has: its queued attempt ends with it. */
  async function endQueued(tx: Transaction, job: JobTable, step: StepTable, finished: FinishedStep): Promise<void> {
    if (step.attempt_id !== null)
      await steps.changeAttempt(tx, step.attempt_id, step.fence, { state: 'canceled', ended_at: platform.clock.now() })
    await end(tx, job, step, finished)
    const target = step.compute_target_id
    if (target !== null) later(() => deps.targetChanged(target))
  }

  /** Steps that waited for this work look again: they reuse it, or one of them does it. */
  async function wakeTwins(tx: Transaction, workspace: string, key: string): Promise<void> {
    for (const twin of await steps.listWaitingTwins(tx, workspace, key)) {
      const job = await jobs.findJob(tx, twin.job_id)
      const row = await steps.findStep(tx, twin.job_id, twin.name)
      if (job !== undefined && row?.status === 'queued' && row.attempt_id === null) await begin(tx, job, row)
    }
  }

  /** Writes and then does what had to wait for the commit. */
  async function write<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    try {
      return await platform.store.write(work)
    } finally {
      flush()
    }
  }

  return {
    begin,
    end,
    endQueued,
    queueAttempt,
    execute: executor.execute,
    toReady,
    announce,
    write,
    later,
    mostLosses,
    registerExecutor: executor.register,
    setCache: (stepCache: StepCache) => void (cache = stepCache),
  }
}

export type StepEngine = ReturnType<typeof createStepEngine>

/** The key is written with the first change that a step's turn leads to. */
function keyOf(step: StepTable): Pick<StepTable, 'key' | 'key_components'> {
  return { key: step.key, key_components: step.key_components }
}

function attemptStateOf(status: FinishedStep['status'], current: AttemptState | null): AttemptState | null {
  if (current === null) return null
  return status === 'skipped' ? 'canceled' : status === 'failed' && current === 'timedOut' ? 'timedOut' : status
}
