import type { AttemptReport, AttemptState, Failure } from '@modelyard/contract'
import type { Data } from '../data/index.ts'
import type { Platform, Transaction } from '../platform/index.ts'
import type { AttemptLogs } from './attempt-logs.ts'
import * as jobs from './job-store.ts'
import type { JobTable, StepTable } from './job-tables.ts'
import type { StepEngine } from './step-engine.ts'
import { mayMove, type CommandSpec, type StoredOutput } from './step.ts'
import * as steps from './step-store.ts'

const tailLines = 50

export interface ReportDeps {
  readonly data: Pick<Data, 'adoptTree'>
  readonly engine: StepEngine
  readonly logs: AttemptLogs
}

/** What nodes report of their attempts: taken once, from the one that holds the fence, and followed by what it leads to. */
export function createReportService(platform: Platform, deps: ReportDeps) {
  const { engine, logs } = deps

  /** Takes a report; false when the attempt is not the node's any more. A repeated report changes nothing. */
  async function take(
    tx: Transaction,
    nodeId: string,
    report: AttemptReport,
    outputs: CheckedOutputs,
  ): Promise<boolean> {
    const step = await steps.findStepByAttempt(tx, report.attemptId)
    if (step === undefined || step.fence !== report.fence || step.node_id !== nodeId || step.attempt_state === null) {
      const attempt = await steps.findAttempt(tx, report.attemptId)
      // The same end told twice is no theft.
      return (
        attempt !== undefined &&
        attempt.fence === report.fence &&
        attempt.node_id === nodeId &&
        attempt.state === report.state
      )
    }
    const job = await jobs.findJob(tx, step.job_id)
    if (job === undefined) return false
    if (report.state === 'released') {
      await requeue(tx, job, step, 'the node was stopped')
      return true
    }
    if (!mayMove(step.attempt_state, report.state)) return step.attempt_state === report.state
    if (report.state === 'preparing' || report.state === 'running' || report.state === 'committing') {
      await moveAttempt(tx, step, report.state, {})
      await engine.announce(tx, job, step.name, { status: 'running', attemptState: report.state })
      return true
    }
    await finish(tx, job, step, report, outputs)
    return true
  }

  async function moveAttempt(
    tx: Transaction,
    step: StepTable,
    state: AttemptState,
    extra: { exit_code?: number | null; message?: string; ended_at?: number },
  ): Promise<void> {
    if (step.attempt_id !== null)
      await steps.changeAttempt(tx, step.attempt_id, step.fence, {
        state,
        ...(state === 'running' ? { started_at: platform.clock.now() } : {}),
        ...extra,
      })
    await steps.changeStep(tx, step, { attempt_state: state })
  }

  async function finish(
    tx: Transaction,
    job: JobTable,
    step: StepTable,
    report: AttemptReport,
    outputs: CheckedOutputs,
  ): Promise<void> {
    const state: AttemptState = report.state === 'released' ? 'lost' : report.state
    await moveAttempt(tx, step, state, {
      exit_code: report.exitCode,
      message: report.message,
      ended_at: platform.clock.now(),
    })
    if (state === 'succeeded') {
      const spec = JSON.parse(step.spec) as CommandSpec
      const stored = outputsOf(spec, outputs.get(report.attemptId) ?? new Map())
      if (typeof stored === 'string')
        return fail(tx, job, step, {
          code: 'output_missing',
          message: stored,
          logTail: outputs.tails.get(report.attemptId) ?? [],
        })
      for (const output of Object.values(stored)) await deps.data.adoptTree(tx, job.workspace, output.tree)
      return engine.end(
        tx,
        job,
        { ...step, attempt_state: state },
        { status: 'succeeded', result: { outputs: stored, evidence: null, halt: false } },
      )
    }
    if (state === 'canceled' || job.cancel_requested_at !== null || step.stop_reason !== null)
      return engine.end(
        tx,
        job,
        { ...step, attempt_state: state },
        { status: 'canceled', reason: step.stop_reason ?? 'the job was canceled' },
      )
    const code = report.errorCode ?? (state === 'timedOut' ? 'step_timed_out' : 'step_failed')
    return fail(
      tx,
      job,
      { ...step, attempt_state: state },
      { code, message: report.message, logTail: outputs.tails.get(report.attemptId) ?? [] },
    )
  }

  /** A failure of the script: again while retries are left. */
  async function fail(tx: Transaction, job: JobTable, step: StepTable, error: Failure): Promise<void> {
    const spec = JSON.parse(step.spec) as CommandSpec
    const failures = step.failures + 1
    if (failures <= spec.retries && job.cancel_requested_at === null) {
      await steps.changeStep(tx, step, { failures })
      return engine.queueAttempt(tx, job, { ...step, failures }, `attempt ${step.attempts} failed: ${error.message}`)
    }
    return engine.end(tx, job, step, { status: 'failed', error })
  }

  /** The attempt is gone without an end of its own: a new one, which costs no retry. */
  async function requeue(tx: Transaction, job: JobTable, step: StepTable, why: string): Promise<void> {
    if (step.attempt_id !== null)
      await steps.changeAttempt(tx, step.attempt_id, step.fence, {
        state: 'lost',
        ended_at: platform.clock.now(),
        message: why,
      })
    if (job.cancel_requested_at !== null || step.stop_reason !== null)
      return engine.end(tx, job, step, {
        status: 'canceled',
        reason: step.stop_reason ?? 'the job was canceled',
      })
    const losses = (await steps.listAttempts(tx, job.id, step.name)).filter(
      (attempt) => attempt.state === 'lost',
    ).length
    if (losses > engine.mostLosses)
      return engine.end(
        tx,
        job,
        { ...step, attempt_state: 'lost' },
        {
          status: 'failed',
          error: {
            code: 'step_failed',
            message: `The step was lost with its node ${losses} times; it may be what takes the nodes down.`,
            logTail: [],
          },
        },
      )
    return engine.queueAttempt(tx, job, step, why)
  }

  async function lose(step: StepTable, why: string): Promise<void> {
    await engine.write(async (tx) => {
      const current = step.attempt_id === null ? undefined : await steps.findStepByAttempt(tx, step.attempt_id)
      const job = await jobs.findJob(tx, step.job_id)
      if (current?.status === 'running' && current.fence === step.fence && job !== undefined)
        await requeue(tx, job, current, why)
    })
  }

  async function loseNode(nodeId: string): Promise<void> {
    for (const step of await steps.listStepsOnNode(platform.store.read, nodeId))
      await lose(step, `the node ${nodeId} is gone`)
  }

  async function storeLogTails(reports: readonly AttemptReport[]): Promise<void> {
    for (const report of reports)
      if (report.logTail !== null)
        await logs.append(report.attemptId, report.logTail.offset, Buffer.from(report.logTail.text))
  }

  /** What of the reported outputs is really there, and the last lines of failed attempts; read before the transaction. */
  async function checkOutputs(reports: readonly AttemptReport[]): Promise<CheckedOutputs> {
    const checked = new CheckedOutputs()
    for (const report of reports) {
      if (report.state !== 'succeeded')
        checked.tails.set(report.attemptId, await logs.lastLines(report.attemptId, tailLines))
      const found = new Map<string, { tree: string; sizeBytes: number }>()
      for (const output of report.outputs)
        if ((await platform.content.sizeOf(output.tree)) !== undefined) found.set(output.name, output)
      checked.set(report.attemptId, found)
    }
    return checked
  }

  return { take, lose, loseNode, storeLogTails, checkOutputs }
}

/** Outputs that are really there, by attempt; and the last lines of the logs of failed ones. */
export class CheckedOutputs extends Map<string, Map<string, { tree: string; sizeBytes: number }>> {
  readonly tails = new Map<string, string[]>()
}

/** The declared outputs out of the reported ones, or what is missing. */
function outputsOf(
  spec: CommandSpec,
  reported: ReadonlyMap<string, { tree: string; sizeBytes: number }>,
): Record<string, StoredOutput> | string {
  const stored: Record<string, StoredOutput> = {}
  for (const [name, output] of Object.entries(spec.outputs)) {
    const found = reported.get(name)
    if (found === undefined) return `The output '${name}' was not written.`
    stored[name] = { tree: found.tree, sizeBytes: found.sizeBytes, mount: output.mount }
  }
  return stored
}
