import { toTimestamp } from '@modelyard/platform'
import { formatDuration } from './duration.ts'

const dayMs = 86_400_000

/** What may hold a trigger back. The name stays in events and in `lastSkip`; the words are for people. */
export type GuardRule =
  | 'trigger_disabled'
  | 'pipeline_missing'
  | 'pipeline_disabled'
  | 'alert_kind'
  | 'data_quality'
  | 'one_at_a_time'
  | 'cool_down'
  | 'budget'
  | 'labels'

/** Everything that the rules look at, gathered beforehand. Times are the server's clock. */
export interface GuardFacts {
  readonly now: number
  readonly trigger: {
    readonly name: string
    readonly enabled: boolean
    readonly coolDownMs: number
    readonly budgetPerDay: number
    readonly minNewLabels: number
  }
  /** Undefined: there is none of that name. */
  readonly pipeline: { readonly name: string; readonly enabled: boolean | undefined }
  /** The type of the alert's signal; null when a person starts it. */
  readonly alertType: string | null
  /** An alert about broken data at the same monitor or endpoint that has not been resolved. */
  readonly brokenData: { readonly id: string; readonly summary: string } | null
  /** Loops that have not ended and share the trigger, the endpoint or the pipeline. */
  readonly openLoop: { readonly id: string; readonly trigger: string } | null
  /** Since when the trigger rests: the start of its last loop, or the end of one that was rolled back. */
  readonly restsSince: number | null
  /** Starts of its loops within the last 24 hours. */
  readonly startsOfDay: readonly number[]
  /** Labelled rows since the last training; null where no endpoint says which labels count. */
  readonly newLabels: number | null
}

export type GuardDecision =
  | { readonly start: true }
  | {
      readonly start: false
      readonly rule: GuardRule
      readonly reason: string
      /** When time alone may change the answer; null: only an event does. */
      readonly retryAt: number | null
    }

const refuse = (rule: GuardRule, reason: string, retryAt: number | null = null): GuardDecision => ({
  start: false,
  rule,
  reason,
  retryAt,
})

/**
 * Kinds of alerts that a newer model can cure. A slow or failing service is not among them. An alert of data quality is when the data is not
 * broken: unknown categories and values out of range are what the next model learns.
 */
const curable = new Set(['data_drift', 'prediction_drift', 'data_quality', 'model_performance', 'performance_estimate'])

/** Whether a trigger may start now; otherwise the first rule that holds it back. */
export function decide(facts: GuardFacts): GuardDecision {
  const { trigger, pipeline } = facts
  if (!trigger.enabled) return refuse('trigger_disabled', `The trigger '${trigger.name}' is disabled.`)
  if (pipeline.enabled === undefined)
    return refuse('pipeline_missing', `There is no published pipeline '${pipeline.name}'.`)
  if (!pipeline.enabled) return refuse('pipeline_disabled', `The pipeline '${pipeline.name}' is disabled.`)
  if (facts.alertType !== null && !curable.has(facts.alertType))
    return refuse('alert_kind', `An alert of the type '${facts.alertType}' is not cured by training anew.`)
  if (facts.brokenData !== null)
    return refuse(
      'data_quality',
      `The alert ${facts.brokenData.id} says that the data is broken (${facts.brokenData.summary.replace(/\.$/, '')}); a model is not trained on such data. Resolve it first.`,
    )
  if (facts.openLoop !== null)
    return refuse(
      'one_at_a_time',
      `The loop ${facts.openLoop.id} of the trigger '${facts.openLoop.trigger}' goes on; there is one at a time.`,
    )
  return resting(facts) ?? labels(facts) ?? { start: true }
}

function resting({ now, trigger, restsSince, startsOfDay }: GuardFacts): GuardDecision | undefined {
  if (trigger.coolDownMs > 0 && restsSince !== null) {
    // A clock that was set back must not make the rest longer than it is.
    const until = Math.min(restsSince, now) + trigger.coolDownMs
    if (until > now)
      return refuse(
        'cool_down',
        `The trigger '${trigger.name}' rests for ${formatDuration(trigger.coolDownMs)} after its last loop, until ${toTimestamp(until)}.`,
        until,
      )
  }
  const ofDay = startsOfDay.filter((at) => at > now - dayMs).toSorted((a, b) => a - b)
  if (ofDay.length < trigger.budgetPerDay) return undefined
  const free = ofDay[ofDay.length - trigger.budgetPerDay] ?? now
  return refuse(
    'budget',
    `The trigger '${trigger.name}' has started ${ofDay.length} times in 24 hours; its budget is ${trigger.budgetPerDay}.`,
    Math.min(free, now) + dayMs,
  )
}

function labels({ trigger, newLabels }: GuardFacts): GuardDecision | undefined {
  if (newLabels === null || newLabels >= trigger.minNewLabels) return undefined
  return refuse(
    'labels',
    `There are ${newLabels} new labelled rows since the last training; the trigger '${trigger.name}' asks for ${trigger.minNewLabels}.`,
  )
}
