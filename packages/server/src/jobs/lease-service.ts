import { ModelyardError, type AttemptReport, type Lease } from '@modelyard/contract'
import type { Compute } from '../compute/index.ts'
import type { Data } from '../data/index.ts'
import type { Platform, Transaction } from '../platform/index.ts'
import type { AttemptLogs } from './attempt-logs.ts'
import * as jobs from './job-store.ts'
import type { JobTable, StepTable } from './job-tables.ts'
import { leaseBody } from './lease.ts'
import type { RunTokens } from './ports.ts'
import { createReportService, type CheckedOutputs } from './report-service.ts'
import type { StepEngine } from './step-engine.ts'
import type { CommandSpec } from './step.ts'
import * as steps from './step-store.ts'

const leaseTtlMs = 15_000
const heartbeatMs = 5000

export interface LeaseDeps {
  readonly compute: Compute
  readonly data: Pick<Data, 'adoptTree'>
  readonly tokens: RunTokens
  readonly engine: StepEngine
  readonly logs: AttemptLogs
  setRunRunning(tx: Transaction, runId: string): Promise<unknown>
}

interface Exchanged {
  readonly leases: Lease[]
  readonly cancels: { attemptId: string; graceMs: number }[]
  readonly fenced: string[]
  readonly drain: boolean
}

/** The nodes' side of jobs: reports come in, attempts go out, by the same commit. */
export function createLeaseService(platform: Platform, deps: LeaseDeps) {
  const { compute, engine, logs } = deps
  const { take, lose, loseNode, storeLogTails, checkOutputs } = createReportService(platform, deps)
  const waiting = new Set<{ nodeId: string; targetId: string; wake: () => void }>()

  /** Lets nodes of a target that wait for work look again. */
  function wakeTarget(targetId: string): void {
    for (const entry of waiting) if (entry.targetId === targetId) entry.wake()
  }

  function wakeNode(nodeId: string): void {
    for (const entry of waiting) if (entry.nodeId === nodeId) entry.wake()
  }

  async function requireNode(nodeId: string) {
    const node = await compute.findNode(platform.store.read, nodeId)
    if (node === undefined || node.state === 'gone')
      throw new ModelyardError('node_not_found', `There is no node '${nodeId}' any more.`)
    return node
  }

  async function announce(
    nodeId: string,
    info: {
      pid: number
      hostname: string
      cpus: number
      totalMemoryBytes: number
      attempts: readonly { attemptId: string; fence: number }[]
    },
  ) {
    await requireNode(nodeId)
    const held = await steps.listStepsOnNode(platform.store.read, nodeId)
    const mine = new Map(held.map((step) => [step.attempt_id, step.fence]))
    const fenced = info.attempts
      .filter((attempt) => mine.get(attempt.attemptId) !== attempt.fence)
      .map((attempt) => attempt.attemptId)
    const still = new Set(info.attempts.map((attempt) => attempt.attemptId))
    // What the server believes the node to have and the node does not know of was lost with an earlier process.
    for (const step of held)
      if (step.attempt_id !== null && !still.has(step.attempt_id)) await lose(step, 'the node lost the attempt')
    await compute.nodeAnnounced(nodeId, info)
    await compute.nodeSeen(nodeId, { attempts: attemptsOf(held.filter((step) => still.has(step.attempt_id ?? ''))) })
    return { leaseTtlMs, heartbeatMs, fenced }
  }

  const attemptsOf = (held: readonly StepTable[]) =>
    held.map((step) => ({ attemptId: step.attempt_id ?? '', jobId: step.job_id, step: step.name }))

  /** One exchange: reports are taken, then new attempts handed out; with nothing to say it waits. */
  async function exchange(
    nodeId: string,
    body: {
      reports: readonly AttemptReport[]
      freeSlots: number
      waitMs: number
      usage?: { cpuPercent: number | null; memoryBytes: number | null } | undefined
    },
    signal: AbortSignal,
  ): Promise<Exchanged> {
    const node = await requireNode(nodeId)
    await storeLogTails(body.reports)
    const outputs = await checkOutputs(body.reports)
    const deadline = platform.clock.monotonic() + body.waitMs
    let answer = await once(nodeId, node.targetId, body, outputs)
    while (isEmpty(answer) && !signal.aborted && platform.clock.monotonic() < deadline) {
      await sleepUntilWoken(nodeId, node.targetId, deadline - platform.clock.monotonic(), signal)
      if (signal.aborted) break
      answer = await once(nodeId, node.targetId, { ...body, reports: [] }, outputs)
    }
    return answer
  }

  const isEmpty = (answer: Exchanged): boolean =>
    answer.leases.length === 0 && answer.cancels.length === 0 && answer.fenced.length === 0 && !answer.drain

  async function sleepUntilWoken(
    nodeId: string,
    targetId: string,
    durationMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    const controller = new AbortController()
    const wake = (): void => controller.abort()
    const entry = { nodeId, targetId, wake }
    waiting.add(entry)
    signal.addEventListener('abort', wake, { once: true })
    await platform.clock.sleep(Math.min(durationMs, heartbeatMs), controller.signal)
    signal.removeEventListener('abort', wake)
    waiting.delete(entry)
  }

  async function once(
    nodeId: string,
    targetId: string,
    body: {
      reports: readonly AttemptReport[]
      freeSlots: number
      usage?: { cpuPercent: number | null; memoryBytes: number | null } | undefined
    },
    outputs: CheckedOutputs,
  ): Promise<Exchanged> {
    const drain = compute.shouldDrain(nodeId)
    const wanted = drain ? 0 : body.freeSlots
    const nothingToWrite =
      body.reports.length === 0 && (wanted === 0 || (await steps.countQueued(platform.store.read, targetId)) === 0)
    const written = nothingToWrite
      ? { leases: [], fenced: [] }
      : await engine.write(async (tx) => {
          const fenced: string[] = []
          for (const report of body.reports)
            if (!(await take(tx, nodeId, report, outputs))) fenced.push(report.attemptId)
          return { leases: wanted === 0 ? [] : await lease(tx, nodeId, targetId, wanted), fenced }
        })
    const held = await steps.listStepsOnNode(platform.store.read, nodeId)
    await compute.nodeSeen(nodeId, {
      attempts: attemptsOf(held),
      ...(body.usage === undefined ? {} : { usage: body.usage }),
    })
    return { ...written, cancels: await cancelsOf(held), drain }
  }

  async function cancelsOf(held: readonly StepTable[]): Promise<{ attemptId: string; graceMs: number }[]> {
    const cancels: { attemptId: string; graceMs: number }[] = []
    for (const step of held) {
      const job = await jobs.findJob(platform.store.read, step.job_id)
      if ((job?.cancel_requested_at !== null || step.stop_reason !== null) && step.attempt_id !== null)
        cancels.push({ attemptId: step.attempt_id, graceMs: (JSON.parse(step.spec) as CommandSpec).graceMs })
    }
    return cancels
  }

  async function lease(tx: Transaction, nodeId: string, targetId: string, count: number): Promise<Lease[]> {
    const leases: Lease[] = []
    for (const step of await steps.listQueued(tx, targetId, count)) {
      const job = await jobs.findJob(tx, step.job_id)
      if (job === undefined || step.attempt_id === null || step.run_id === null) continue
      const now = platform.clock.now()
      await steps.changeAttempt(tx, step.attempt_id, step.fence, { state: 'leased', node_id: nodeId })
      await steps.changeStep(tx, step, {
        status: 'running',
        attempt_state: 'leased',
        node_id: nodeId,
        started_at: step.started_at ?? now,
        reason: '',
      })
      await jobs.markRunning(tx, job.id, now)
      await deps.setRunRunning(tx, step.run_id)
      await engine.announce(tx, job, step.name, { status: 'running', nodeId })
      leases.push(await toLease(tx, job, { ...step, attempt_id: step.attempt_id, run_id: step.run_id }))
    }
    if (leases.length > 0) engine.later(() => targetDrained(targetId))
    return leases
  }

  let targetDrained: (targetId: string) => void = () => undefined

  async function toLease(
    tx: Transaction,
    job: JobTable,
    step: StepTable & { attempt_id: string; run_id: string },
  ): Promise<Lease> {
    const ready = await engine.toReady(tx, job, step)
    const spec = ready.spec as CommandSpec
    const token = await deps.tokens.issueRunToken(tx, {
      workspace: job.workspace,
      runId: step.run_id,
      actor: job.created_by,
    })
    const url = platform.serverUrl()
    return {
      attemptId: step.attempt_id,
      fence: step.fence,
      workspace: job.workspace,
      jobId: job.id,
      step: step.name,
      runId: step.run_id,
      ...leaseBody(ready, spec),
      env: {
        ...spec.environmentVariables,
        MODELYARD_URL: url,
        MODELYARD_TOKEN: token,
        MODELYARD_WORKSPACE: job.workspace,
        MODELYARD_JOB_ID: job.id,
        MODELYARD_STEP: step.name,
        MODELYARD_ATTEMPT_ID: step.attempt_id,
        MLFLOW_TRACKING_URI: `${url}/w/${job.workspace}`,
        MLFLOW_TRACKING_TOKEN: token,
        MLFLOW_RUN_ID: step.run_id,
        MLFLOW_EXPERIMENT_ID: job.experiment_id,
        AZUREML_RUN_ID: step.run_id,
        AZUREML_EXPERIMENT_ID: job.experiment_id,
        AZUREML_ARM_WORKSPACE_NAME: job.workspace,
        AZUREML_ARM_PROJECT_NAME: job.experiment,
        AZUREML_RUN_TOKEN: token,
        AZUREML_SERVICE_ENDPOINT: url,
      },
    }
  }

  async function appendLog(nodeId: string, attemptId: string, offset: number, bytes: Uint8Array): Promise<number> {
    const attempt = await steps.findAttempt(platform.store.read, attemptId)
    if (attempt === undefined || attempt.node_id !== nodeId)
      throw new ModelyardError('lease_lost', `The attempt ${attemptId} is not one of the node ${nodeId}.`)
    const size = await logs.append(attemptId, offset, bytes)
    platform.events.publishTransient({
      name: 'step.log_appended',
      subject: `${attempt.job_id}/${attempt.step}`,
      workspace: attempt.workspace,
      actor: 'system',
      at: platform.clock.now(),
      data: { jobId: attempt.job_id, step: attempt.step, attempt: attempt.number, sizeBytes: size },
    })
    return size
  }

  return {
    announce,
    exchange,
    appendLog,
    loseNode,
    wakeTarget,
    wakeNode,
    onLeased: (listener: (targetId: string) => void) => void (targetDrained = listener),
  }
}
