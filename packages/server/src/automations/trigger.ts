import type { Scalar, Trigger } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import type { TriggerTable } from './automation-tables.ts'
import type { TriggerPlan } from './trigger-document.ts'

/** What a loop of this trigger does. */
export function planOf(row: TriggerTable): TriggerPlan {
  return {
    pipeline: row.pipeline,
    set: JSON.parse(row.set) as Record<string, Scalar>,
    coolDownMs: row.cool_down_ms,
    rollout: row.rollout === null ? null : (JSON.parse(row.rollout) as TriggerPlan['rollout']),
  }
}

export function toTrigger(row: TriggerTable): Trigger {
  const { rollout, ...plan } = planOf(row)
  return {
    name: row.name,
    pipeline: plan.pipeline,
    set: { ...plan.set },
    coolDownMs: plan.coolDownMs,
    budgetPerDay: row.budget_per_day,
    minNewLabels: row.min_new_labels,
    rollout: rollout === null ? null : { ...rollout },
    enabled: row.enabled === 1,
    source: row.source,
    lastFiredAt: row.last_fired_at === null ? null : toTimestamp(row.last_fired_at),
    lastSkip:
      row.last_skip_at === null ? null : { at: toTimestamp(row.last_skip_at), reason: row.last_skip_reason ?? '' },
    createdAt: toTimestamp(row.created_at),
    createdBy: row.created_by,
  }
}
