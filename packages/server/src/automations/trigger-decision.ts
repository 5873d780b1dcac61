import { appendEvent, type Database, type Platform, type Transaction } from '../platform/index.ts'
import * as alerts from './alert-store.ts'
import type { KnownAlertTable, LoopTable, TriggerTable } from './automation-tables.ts'
import { decide, type GuardDecision, type GuardFacts } from './guard-rails.ts'
import { alertLine, factsOf, withoutReceivers } from './known-alert.ts'
import * as loops from './loop-store.ts'
import { newLoop } from './loop.ts'
import type { BrokenData, By, LoopEndpoints, LoopPipelines, NewLabels } from './ports.ts'
import * as store from './trigger-store.ts'
import { planOf } from './trigger.ts'

const dayMs = 86_400_000

export type Refusal = Extract<GuardDecision, { start: false }>
/** What came of a trigger: a loop, or the guard rail that held it back. */
export type Outcome = { readonly loop: LoopTable } | { readonly refusal: Refusal }

export interface TriggerDeps {
  readonly pipelines: LoopPipelines
  readonly endpoints: LoopEndpoints
  readonly newLabels: NewLabels
  readonly brokenData: BrokenData
  /** A loop has begun. */
  started(): void
}

/** Decides whether a trigger starts, and records what was decided. */
export function createTriggerDecision(platform: Platform, deps: TriggerDeps) {
  const { store: database, clock } = platform
  const { read } = database

  async function attempt(
    trigger: TriggerTable,
    alert: KnownAlertTable | undefined,
    by: By & { reason: string },
  ): Promise<Outcome> {
    const facts = await gather(trigger, alert)
    const decision = decide(facts)
    const outcome = await database.write(async (tx): Promise<Outcome> => {
      // Between the look and the write another loop may have begun.
      const open = decision.start ? await openLoop(tx, trigger, alert) : null
      const final = open === null ? decision : decide({ ...facts, openLoop: open })
      if (final.start) return { loop: await begin(tx, trigger, alert, by, facts.newLabels) }
      await skip(tx, trigger, alert, final, by)
      return { refusal: final }
    })
    if ('loop' in outcome) deps.started()
    return outcome
  }

  async function gather(trigger: TriggerTable, alert: KnownAlertTable | undefined): Promise<GuardFacts> {
    const { workspace, name } = trigger
    const now = clock.now()
    const endpoint = endpointOf(trigger, alert)
    const [recent, broken, open, enabled, newLabels] = await Promise.all([
      loops.listLoopsOfTrigger(read, workspace, name, now - dayMs),
      deps.brokenData(workspace, { monitor: alert?.monitor ?? null, endpoint }),
      openLoop(read, trigger, alert),
      deps.pipelines.isEnabled(workspace, trigger.pipeline),
      endpoint === null
        ? null
        : loops.findLastTraining(read, workspace, endpoint).then((since) => deps.newLabels(workspace, endpoint, since)),
    ])
    const [last] = recent
    return {
      now,
      trigger: {
        name,
        enabled: trigger.enabled === 1,
        coolDownMs: trigger.cool_down_ms,
        budgetPerDay: trigger.budget_per_day,
        minNewLabels: trigger.min_new_labels,
      },
      pipeline: { name: trigger.pipeline, enabled },
      alertType: alert?.type ?? null,
      brokenData: broken,
      openLoop: open,
      restsSince:
        last === undefined ? null : last.status === 'rolledBack' ? (last.ended_at ?? last.started_at) : last.started_at,
      startsOfDay: recent.map((loop) => loop.started_at),
      newLabels,
    }
  }

  async function openLoop(
    db: Database,
    trigger: TriggerTable,
    alert: KnownAlertTable | undefined,
  ): Promise<{ id: string; trigger: string } | null> {
    const rollout = planOf(trigger).rollout?.endpoint
    const endpoints = [...new Set([alert?.endpoint, rollout].filter((name) => name !== undefined))]
    const open = await loops.findOpenLoop(db, trigger.workspace, {
      trigger: trigger.name,
      pipeline: trigger.pipeline,
      endpoints,
    })
    return open === undefined ? null : { id: open.id, trigger: open.trigger }
  }

  async function begin(
    tx: Transaction,
    trigger: TriggerTable,
    alert: KnownAlertTable | undefined,
    by: By & { reason: string },
    newLabels: number | null,
  ): Promise<LoopTable> {
    const now = clock.now()
    const facts = alert === undefined ? undefined : factsOf(alert)
    const state = newLoop(now, {
      title: facts === undefined ? `Started by ${by.actor}` : alertLine(facts),
      detail: facts === undefined ? by.reason : facts.features.slice(0, 10).join(', '),
      evidence:
        facts === undefined
          ? { by: by.actor, reason: by.reason, newLabels }
          : { ...withoutReceivers(facts), newLabels },
    })
    const row: LoopTable = {
      id: platform.newId('loop'),
      workspace: trigger.workspace,
      trigger: trigger.name,
      pipeline: trigger.pipeline,
      monitor: alert?.monitor ?? null,
      endpoint: endpointOf(trigger, alert),
      alert_id: alert?.id ?? null,
      status: state.status,
      reason: '',
      stages: JSON.stringify(state.stages),
      plan: JSON.stringify(planOf(trigger)),
      job_id: null,
      model: null,
      version: null,
      deployment: null,
      previous_deployment: null,
      rollout_id: null,
      rollout_mark: null,
      new_labels: newLabels,
      revision: 1,
      started_at: now,
      // A job acts for a person: who fired it, or who made the trigger.
      started_by: alert === undefined ? by.actor : trigger.created_by,
      trained_at: null,
      stage_since: now,
      ended_at: null,
      tidy_at: null,
    }
    await loops.insertLoop(tx, row)
    await store.changeTrigger(tx, row.workspace, trigger.name, { last_fired_at: now })
    if (alert !== undefined) {
      await alerts.answerAlerts(
        tx,
        { workspace: row.workspace, trigger: trigger.name, endpoint: alert.endpoint },
        row.id,
      )
    }
    const data = { trigger: trigger.name, loopId: row.id, alertId: row.alert_id, reason: by.reason }
    const event = { workspace: row.workspace, at: now, actor: by.actor, requestId: by.requestId ?? null }
    await appendEvent(tx, {
      name: 'trigger.fired',
      subject: trigger.name,
      ...event,
      data,
      after: { ...data, newLabels },
    })
    const changed = { loopId: row.id, trigger: row.trigger, status: row.status, stage: 'retrain' }
    await appendEvent(tx, { name: 'loop.changed', subject: row.id, ...event, data: changed })
    return row
  }

  /** Says once per alert and rule what held the trigger back; the alert stays and is looked at again. */
  async function skip(
    tx: Transaction,
    trigger: { readonly workspace: string; readonly name: string },
    alert: KnownAlertTable | undefined,
    refusal: Refusal,
    by: By = { actor: 'system' },
  ): Promise<void> {
    const { workspace, name } = trigger
    const now = clock.now()
    await store.changeTrigger(tx, workspace, name, { last_skip_at: now, last_skip_reason: refusal.reason })
    if (alert !== undefined) {
      await alerts.changeAlert(tx, workspace, alert.id, { skip_rule: refusal.rule, look_at: refusal.retryAt })
      const open = refusal.rule === 'one_at_a_time' ? await sameLoop(tx, workspace, name, alert.endpoint) : undefined
      if (open !== undefined) await alerts.changeAlert(tx, workspace, alert.id, { loop_id: open, look_at: null })
      if (alert.skip_rule === refusal.rule) return
    }
    const data = { trigger: name, rule: refusal.rule, reason: refusal.reason, alertId: alert?.id ?? null }
    await appendEvent(tx, {
      name: 'trigger.skipped',
      subject: name,
      workspace,
      at: now,
      actor: by.actor,
      requestId: by.requestId ?? null,
      data,
      after: data,
    })
  }

  /** An alert that comes while its own trigger already acts at its endpoint is answered by that loop. */
  async function sameLoop(
    tx: Transaction,
    workspace: string,
    trigger: string,
    endpoint: string,
  ): Promise<string | undefined> {
    const open = await loops.findOpenLoop(tx, workspace, { trigger, pipeline: '', endpoints: [] })
    return open?.endpoint === endpoint ? open.id : undefined
  }

  return { attempt, skip }
}

/** Whose labels count and where the result goes: the alert's endpoint, else the rollout's. */
function endpointOf(trigger: TriggerTable, alert: KnownAlertTable | undefined): string | null {
  return alert?.endpoint ?? planOf(trigger).rollout?.endpoint ?? null
}
