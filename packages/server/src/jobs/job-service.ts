import { ModelyardError, type Job, type StepExplanation } from '@modelyard/contract'
import { readTree, type Data } from '../data/index.ts'
import type { Experiments } from '../experiments/index.ts'
import { appendEvent, type Database, type Platform, type Transaction } from '../platform/index.ts'
import { diffComponents, diffFiles, explain } from './explanation.ts'
import { toJob } from './job-document.ts'
import * as jobs from './job-store.ts'
import type { EdgeTable, JobTable, StepTable } from './job-tables.ts'
import type { PlannedJob } from './ports.ts'
import type { StepEngine } from './step-engine.ts'
import * as steps from './step-store.ts'

export interface JobServiceDeps {
  readonly engine: StepEngine
  readonly experiments: Pick<Experiments, 'ensureExperiment' | 'createRun' | 'logParameters'>
  readonly data: Pick<Data, 'requireTree'>
  wakeNode(nodeId: string): void
}

export function createJobService(platform: Platform, deps: JobServiceDeps) {
  const { engine } = deps
  const { read } = platform.store

  /**
   * Takes a checked plan: one transaction for the job, its run, its steps, and all of them that can be reused at once. What `also` writes
   * belongs to the same transaction; when it throws there is no job.
   */
  async function submit(
    plan: PlannedJob,
    by: { actor: string; requestId?: string },
    also?: (tx: Transaction, jobId: string) => Promise<void>,
  ): Promise<Job> {
    const id = platform.newId('job')
    await engine.write(async (tx) => {
      await also?.(tx, id)
      const now = platform.clock.now()
      const experiment = await deps.experiments.ensureExperiment(tx, plan.workspace, plan.experiment, by.actor)
      const row: JobTable = {
        id,
        workspace: plan.workspace,
        name: plan.name,
        experiment: experiment.name,
        experiment_id: experiment.id,
        status: 'queued',
        error: null,
        created_at: now,
        started_at: null,
        ended_at: null,
        cancel_requested_at: null,
        created_by: by.actor,
        pipeline_name: plan.pipeline?.name ?? null,
        pipeline_version: plan.pipeline?.version ?? null,
        parameters: JSON.stringify(plan.parameters),
        tags: JSON.stringify(plan.tags),
        warnings: JSON.stringify(plan.warnings),
        submission: JSON.stringify(plan.submission),
        force: Number(plan.force),
        continue_on_failure: Number(plan.continueOnFailure),
        open_steps: plan.steps.length,
      }
      await jobs.insertJob(tx, row)
      await deps.experiments.createRun(tx, {
        id,
        workspace: plan.workspace,
        experimentId: experiment.id,
        name: plan.name,
        jobId: id,
        tags: { ...plan.tags },
        status: 'running',
        startedAt: now,
        actor: by.actor,
      })
      const parameters = Object.fromEntries(
        Object.entries(plan.parameters).map(([name, value]) => [name, String(value)]),
      )
      if (Object.keys(parameters).length > 0) await deps.experiments.logParameters(tx, id, parameters)
      await appendEvent(tx, {
        name: 'job.created',
        subject: id,
        workspace: plan.workspace,
        at: now,
        ...by,
        data: { jobId: id, name: plan.name },
        after: { name: plan.name, steps: plan.steps.length, parameters: plan.parameters },
      })
      const rows = plan.steps.map((step, position) => stepRow(id, plan, position, now, step))
      const edges: EdgeTable[] = plan.steps.flatMap((step) =>
        step.needs.map((need) => ({ job_id: id, from_step: need, to_step: step.name })),
      )
      await steps.insertSteps(tx, rows, edges)
      for (const step of rows) if (step.open_needs === 0) await engine.begin(tx, row, step, true)
    })
    return get(plan.workspace, id)
  }

  function stepRow(
    jobId: string,
    plan: PlannedJob,
    position: number,
    now: number,
    step: PlannedJob['steps'][number],
  ): StepTable {
    return {
      job_id: jobId,
      name: step.name,
      workspace: plan.workspace,
      position,
      kind: step.spec.kind,
      status: 'pending',
      reused: 0,
      reused_job: null,
      reused_step: null,
      run_id: null,
      compute_target: step.computeTarget,
      compute_target_id: step.computeTargetId,
      error: null,
      reason: '',
      stop_reason: null,
      open_needs: step.needs.length,
      spec: JSON.stringify(step.spec),
      key: null,
      key_components: null,
      outputs: '{}',
      evidence: null,
      fence: 0,
      attempts: 0,
      failures: 0,
      attempt_id: null,
      attempt_state: null,
      node_id: null,
      created_at: now,
      queued_at: null,
      started_at: null,
      ended_at: null,
    }
  }

  async function requireJob(db: Database, workspace: string, id: string): Promise<JobTable> {
    const row = await jobs.findJob(db, id)
    if (row === undefined || row.workspace !== workspace)
      throw new ModelyardError('job_not_found', `There is no job '${id}' in the workspace '${workspace}'.`)
    return row
  }

  async function requireStep(jobId: string, name: string): Promise<StepTable> {
    const row = await steps.findStep(read, jobId, name)
    if (row === undefined) throw new ModelyardError('step_not_found', `The job ${jobId} has no step '${name}'.`)
    return row
  }

  async function get(workspace: string, id: string): Promise<Job> {
    const row = await requireJob(read, workspace, id)
    return toJob(row, await steps.listSteps(read, id), await steps.listEdges(read, id), platform.serverUrl())
  }

  /** Records the wish; what no node has ends at once, the rest when its processes are gone. */
  async function cancel(workspace: string, id: string, by: { actor: string; requestId?: string }): Promise<Job> {
    await requireJob(read, workspace, id)
    const nodes = new Set<string>()
    await engine.write(async (tx) => {
      const now = platform.clock.now()
      if (!(await jobs.requestCancel(tx, id, now))) {
        const current = await jobs.findJob(tx, id)
        if (current?.cancel_requested_at !== null && (current?.status === 'running' || current?.status === 'queued'))
          return
        throw new ModelyardError(
          'job_not_active',
          `The job ${id} has ended already: it ${current?.status ?? 'is gone'}.`,
        )
      }
      const job = await requireJob(tx, workspace, id)
      await appendEvent(tx, {
        name: 'job.cancel_requested',
        subject: id,
        workspace,
        at: now,
        ...by,
        data: { jobId: id },
        before: { status: job.status },
      })
      for (const step of await steps.listOpenSteps(tx, id, ['pending', 'queued'])) {
        // One end can end others; look at the step as it is now.
        const current = await steps.findStep(tx, id, step.name)
        if (current?.status === 'pending' || current?.status === 'queued')
          await engine.endQueued(tx, job, current, { status: 'canceled', reason: 'the job was canceled' })
      }
      for (const step of await steps.listOpenSteps(tx, id, ['running']))
        if (step.node_id !== null) nodes.add(step.node_id)
    })
    for (const node of nodes) deps.wakeNode(node)
    return get(workspace, id)
  }

  async function why(workspace: string, id: string, name?: string): Promise<StepExplanation[]> {
    const job = await requireJob(read, workspace, id)
    const rows = name === undefined ? await steps.listSteps(read, id) : [await requireStep(id, name)]
    return Promise.all(rows.map((row) => explainStep(job, row)))
  }

  async function explainStep(job: JobTable, row: StepTable): Promise<StepExplanation> {
    const previous =
      row.reused === 1 || row.key === null ? undefined : await steps.findPreviousStep(read, row, job.name)
    const before = componentsOf(previous)
    const after = componentsOf(row)
    const left = typeof before['code'] === 'string' ? await readTree(platform.content, before['code']) : undefined
    const right = typeof after['code'] === 'string' ? await readTree(platform.content, after['code']) : undefined
    const changes =
      previous === undefined ? [] : diffComponents(before, after, () => diffFiles(left ?? [], right ?? []))
    return explain(row, previous, changes, job.force === 1)
  }

  return { submit, get, requireJob, requireStep, cancel, why }
}

export type JobService = ReturnType<typeof createJobService>

function componentsOf(row: StepTable | undefined): Record<string, unknown> {
  return row?.key_components === undefined || row.key_components === null
    ? {}
    : (JSON.parse(row.key_components) as Record<string, unknown>)
}
