import type { Rollout } from './rollout-words.ts'

/** Whether a loop's evidence is that of a rollout. */
export function isRolloutEvidence(value: unknown): value is Pick<Rollout, 'steps' | 'stable'> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'steps' in value &&
    'stable' in value &&
    Array.isArray(value.steps) &&
    value.steps.every((step: unknown) => typeof step === 'object' && step !== null && 'checks' in step)
  )
}
