import { ModelyardError } from '@modelyard/contract'
import { appendEvent, invalidDocument, parseDocument, type Database, type Platform } from '../platform/index.ts'
import * as alerts from './alert-store.ts'
import type { KnownAlertTable, LoopTable, TriggerTable } from './automation-tables.ts'
import { alertLine, factsOf } from './known-alert.ts'
import type { By } from './ports.ts'
import { createTriggerDecision, type TriggerDeps } from './trigger-decision.ts'
import { rolloutOf, TriggerDocument } from './trigger-document.ts'
import * as store from './trigger-store.ts'

/** Triggers: kept files, and the decision whether a loop starts. */
export function createTriggerService(platform: Platform, deps: TriggerDeps) {
  const { store: database, clock } = platform
  const { read } = database
  const { attempt, skip } = createTriggerDecision(platform, deps)

  async function create(workspace: string, source: { name: string; text: string }, by: By): Promise<TriggerTable> {
    const { value, placeOf } = parseDocument(source, TriggerDocument)
    const rollout = rolloutOf(value)
    if ((await deps.pipelines.isEnabled(workspace, value.pipeline)) === undefined)
      throw new ModelyardError(
        'pipeline_not_found',
        `There is no published pipeline '${value.pipeline}' in the workspace '${workspace}'.`,
      )
    const problems = await deps.pipelines.problemsOfSet(workspace, value.pipeline, value.set)
    if (problems.length > 0)
      throw invalidDocument(
        source.name,
        problems.map(({ path, message, suggestion }) => placeOf(['set', path], message, suggestion)),
      )
    if (rollout !== null && (await deps.endpoints.describe(workspace, rollout.endpoint)) === undefined)
      throw new ModelyardError(
        'endpoint_not_found',
        `There is no endpoint '${rollout.endpoint}' in the workspace '${workspace}'.`,
      )
    const at = clock.now()
    const row: TriggerTable = {
      workspace,
      name: value.name,
      source: source.text,
      pipeline: value.pipeline,
      set: JSON.stringify(value.set),
      cool_down_ms: value.cool_down,
      budget_per_day: value.budget.per_day,
      min_new_labels: value.min_new_labels,
      rollout: rollout === null ? null : JSON.stringify(rollout),
      enabled: 1,
      last_fired_at: null,
      last_skip_at: null,
      last_skip_reason: null,
      created_at: at,
      created_by: by.actor,
    }
    await database.write(async (tx) => {
      if (!(await store.insertTrigger(tx, row)))
        throw new ModelyardError(
          'already_exists',
          `There is already a trigger '${row.name}' in the workspace '${workspace}'.`,
        )
      const after = { name: row.name, pipeline: row.pipeline, endpoint: rollout?.endpoint ?? null }
      await appendEvent(tx, {
        name: 'trigger.created',
        subject: row.name,
        workspace,
        at,
        ...by,
        data: { trigger: row.name },
        after,
      })
    })
    return row
  }

  async function require(db: Database, workspace: string, name: string): Promise<TriggerTable> {
    const row = await store.findTrigger(db, workspace, name)
    if (row === undefined)
      throw new ModelyardError('trigger_not_found', `There is no trigger '${name}' in the workspace '${workspace}'.`)
    return row
  }

  async function remove(workspace: string, name: string, by: By): Promise<void> {
    await database.write(async (tx) => {
      const row = await require(tx, workspace, name)
      await store.deleteTrigger(tx, workspace, name)
      await appendEvent(tx, {
        name: 'trigger.deleted',
        subject: name,
        workspace,
        at: clock.now(),
        ...by,
        data: { trigger: name },
        before: { name, pipeline: row.pipeline },
      })
    })
  }

  /** Starts a loop by hand; a guard rail that holds it back is the answer. */
  async function fire(workspace: string, name: string, reason: string, by: By): Promise<LoopTable> {
    const trigger = await require(read, workspace, name)
    const outcome = await attempt(trigger, undefined, { ...by, reason })
    if ('loop' in outcome) return outcome.loop
    const { refusal } = outcome
    throw new ModelyardError(
      refusal.rule === 'pipeline_disabled' ? 'pipeline_disabled' : 'trigger_skipped',
      refusal.reason,
      { details: { rule: refusal.rule } },
    )
  }

  /** Looks at every alert whose trigger is due; answers whether there were any. */
  async function considerAlerts(): Promise<boolean> {
    const due = await alerts.listAlertsToLookAt(read, clock.now())
    for (const alert of due) {
      // An earlier one of the same list may have been answered together with this one.
      const current = await alerts.findAlert(read, alert.workspace, alert.id)
      if (current?.loop_id === null && current.status !== 'resolved') await consider(current)
    }
    return due.length > 0
  }

  async function consider(alert: KnownAlertTable): Promise<void> {
    const name = alert.trigger ?? ''
    const trigger = await store.findTrigger(read, alert.workspace, name)
    if (trigger === undefined) {
      await database.write((tx) =>
        skip(tx, { workspace: alert.workspace, name }, alert, {
          start: false,
          rule: 'trigger_disabled',
          reason: `The monitor '${alert.monitor}' names the trigger '${name}', which does not exist.`,
          retryAt: null,
        }),
      )
      return
    }
    await attempt(trigger, alert, { actor: 'system', reason: alertLine(factsOf(alert)) })
  }

  return { create, require, remove, fire, considerAlerts }
}

export type TriggerService = ReturnType<typeof createTriggerService>
