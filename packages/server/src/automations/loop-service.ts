import { ModelyardError, type GateEvidence, type Job, type Loop, type LoopStage } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import { appendEvent, type Platform, type Transaction } from '../platform/index.ts'
import { reopenAlerts, lookAgain } from './alert-store.ts'
import type { LoopTable } from './automation-tables.ts'
import { advance, stageOf, type LoopFact, type LoopState } from './loop.ts'
import * as store from './loop-store.ts'
import type { By } from './ports.ts'
import type { TriggerPlan } from './trigger-document.ts'

/** What the rules see of a row. */
export function stateOf(row: LoopTable): LoopState {
  return {
    status: row.status,
    reason: row.reason,
    stages: JSON.parse(row.stages) as LoopStage[],
    jobId: row.job_id,
    model: row.model,
    version: row.version,
    deployment: row.deployment,
    previousDeployment: row.previous_deployment,
    rolloutId: row.rollout_id,
    endedAt: row.ended_at,
  }
}

export const loopPlanOf = (row: LoopTable): TriggerPlan => JSON.parse(row.plan) as TriggerPlan

/** `brief`: without the rows of the gate's picture, for lists and the audit trail. */
export function toLoop(row: LoopTable, brief = false): Loop {
  return {
    id: row.id,
    trigger: row.trigger,
    monitor: row.monitor,
    endpoint: row.endpoint,
    alertId: row.alert_id,
    status: row.status,
    reason: row.reason,
    stages: (JSON.parse(row.stages) as LoopStage[])
      .map((stage) => ({ ...stage, link: linkOf(row, stage) }))
      .map((stage) => (brief ? withoutRows(stage) : stage)),
    jobId: row.job_id,
    model: row.model,
    version: row.version,
    deployment: row.deployment,
    rolloutId: row.rollout_id,
    startedAt: toTimestamp(row.started_at),
    endedAt: row.ended_at === null ? null : toTimestamp(row.ended_at),
  }
}

function withoutRows(stage: LoopStage): LoopStage {
  const { sample: _sample, firstSample: _first, ...evidence } = (stage.evidence ?? {}) as Record<string, unknown>
  return stage.name === 'gate' && stage.evidence !== null ? { ...stage, evidence } : stage
}

/** The page on which a stage's evidence is told at length. */
function linkOf(row: LoopTable, stage: LoopStage): string | null {
  if (stage.status === 'waiting' || stage.status === 'skipped') return null
  const page = (...parts: readonly (string | null)[]): string | null =>
    parts.includes(null)
      ? null
      : ['/w', row.workspace, ...parts.map((part) => encodeURIComponent(part ?? ''))].join('/')
  switch (stage.name) {
    case 'alert':
      return page('alerts', row.alert_id)
    case 'retrain':
      return page('jobs', row.job_id)
    case 'gate':
    case 'promote':
      return page('models', row.model, row.version) ?? page('jobs', row.job_id)
    case 'deploy':
    case 'rollout':
      return page('endpoints', row.endpoint)
    default:
      return stage.name satisfies never
  }
}

/** The evidence of the last gate of a job that decided. */
export function gateOf(job: Job): GateEvidence | null {
  return job.steps.toReversed().find((step) => step.evidence !== null)?.evidence ?? null
}

/** Loops as they are kept: every change is one conditional update with its event. */
export function createLoopService(platform: Platform) {
  const { store: database, clock } = platform

  /** Records a fact; answers the row after it, or undefined when the fact changed nothing or somebody else was faster. */
  async function record(
    row: LoopTable,
    fact: LoopFact,
    more: Partial<LoopTable> = {},
    by: By = { actor: 'system' },
  ): Promise<LoopTable | undefined> {
    return database.write((tx) => recordIn(tx, row, fact, more, by))
  }

  async function recordIn(
    tx: Transaction,
    row: LoopTable,
    fact: LoopFact,
    more: Partial<LoopTable> = {},
    by: By = { actor: 'system' },
  ): Promise<LoopTable | undefined> {
    const now = clock.now()
    const before = stateOf(row)
    const after = advance(before, fact, now)
    if (after === undefined) return undefined
    const stage = stageOf(after)
    const plan = loopPlanOf(row)
    const change: Partial<LoopTable> = {
      status: after.status,
      reason: after.reason,
      stages: JSON.stringify(after.stages),
      job_id: after.jobId,
      model: after.model,
      version: after.version,
      deployment: after.deployment,
      previous_deployment: after.previousDeployment,
      rollout_id: after.rolloutId,
      ended_at: after.endedAt,
      stage_since: stage?.name === stageOf(before)?.name ? row.stage_since : now,
      ...(after.endedAt === null ? {} : { tidy_at: tidyAt(after, plan, now) }),
      ...more,
    }
    if (!(await store.changeLoop(tx, row, change))) return undefined
    await tell(tx, row, after, by, now)
    if (after.endedAt !== null) await release(tx, row, after, plan, now)
    return { ...row, ...change, revision: row.revision + 1 }
  }

  async function tell(tx: Transaction, row: LoopTable, after: LoopState, by: By, now: number): Promise<void> {
    const event = {
      subject: row.id,
      workspace: row.workspace,
      at: now,
      actor: by.actor,
      requestId: by.requestId ?? null,
    }
    const names = { loopId: row.id, trigger: row.trigger, monitor: row.monitor, endpoint: row.endpoint }
    const before = stateOf(row)
    // The audit trail gets the stages that this fact changed, with what the decision was made on.
    const decided = after.stages
      .filter((stage, index) => JSON.stringify(stage) !== JSON.stringify(before.stages[index]))
      .map(withoutRows)
    if (after.endedAt === null) {
      const data = { ...names, status: after.status, stage: stageOf(after)?.name ?? null }
      await appendEvent(tx, { name: 'loop.changed', ...event, data, after: { status: after.status, stages: decided } })
      return
    }
    const { status, reason, model, version, deployment } = after
    const data = { ...names, alertId: row.alert_id, status, reason, model, version, deployment }
    await appendEvent(tx, {
      name: 'loop.ended',
      ...event,
      data,
      before: { status: before.status },
      after: { status, reason, stages: decided },
    })
  }

  /** What waited for the end of this loop is looked at again. */
  async function release(
    tx: Transaction,
    row: LoopTable,
    after: LoopState,
    plan: TriggerPlan,
    now: number,
  ): Promise<void> {
    const { workspace } = row
    // An alert that still fires when the trigger has rested asks once more. Without a rest only new labels ask again, and only when this
    // loop brought nothing: a promoted model is the answer, and a person who cancels has answered, too.
    const answered = after.status === 'promoted' || after.status === 'registered' || after.status === 'canceled'
    const rest = (after.status === 'rolledBack' ? now : row.started_at) + plan.coolDownMs
    if (plan.coolDownMs > 0) await reopenAlerts(tx, row, 'answered', Math.max(now, rest))
    else if (!answered) await reopenAlerts(tx, row, 'tried', null)
    await lookAgain(tx, { workspace, rules: ['one_at_a_time'] }, now)
  }

  async function require(workspace: string, id: string): Promise<LoopTable> {
    const row = await store.findLoop(database.read, workspace, id)
    if (row === undefined)
      throw new ModelyardError('loop_not_found', `There is no loop '${id}' in the workspace '${workspace}'.`)
    return row
  }

  async function cancel(workspace: string, id: string, note: string, by: By): Promise<LoopTable> {
    for (;;) {
      const row = await require(workspace, id)
      if (row.ended_at !== null)
        throw new ModelyardError('conflict', `The loop ${id} has ended already: it is ${row.status}.`)
      if (stageOf(stateOf(row))?.name === 'promote')
        throw new ModelyardError('conflict', `The loop ${id} has moved all traffic; roll the rollout back instead.`)
      const canceled = await record(row, { kind: 'canceled', by: by.actor, note }, {}, by)
      if (canceled !== undefined) return canceled
    }
  }

  return { record, recordIn, require, cancel }
}

export type LoopService = ReturnType<typeof createLoopService>

/** When a loop's leftovers are put away: at once, or after a bake so that a rollback finds the old ones warm. */
function tidyAt(after: LoopState, plan: TriggerPlan, now: number): number | null {
  if (plan.rollout === null && after.status !== 'canceled') return null
  const bakes = after.status === 'promoted' || after.status === 'rolledBack'
  return bakes ? now + (plan.rollout?.policy.bakeMs ?? 0) : now
}
