import type { ItemOf } from '@modelyard/client'
import type { StateKind } from '../../components/state.tsx'

export type Rollout = ItemOf<'listRollouts'>
export type RolloutStep = Rollout['steps'][number]
export type RolloutCheck = RolloutStep['checks'][number]

export const isActive = (rollout: Rollout): boolean => rollout.state === 'running' || rollout.state === 'paused'

/** Shape and colour of a step; the one that waits for a person asks for attention. */
export function stepKind(rollout: Rollout, step: RolloutStep, index: number): StateKind {
  if (step.state === 'passed') return 'succeeded'
  if (step.state === 'failed') return 'failed'
  if (step.state === 'paused') return 'attention'
  if (step.state === 'running') return 'running'
  return isActive(rollout) && rollout.waitsForApproval && index === nextStep(rollout) ? 'attention' : 'queued'
}

/** The step that an approval begins: the first that waits. */
export function nextStep(rollout: Rollout): number {
  const next = rollout.steps.findIndex((step) => step.state === 'waiting')
  return next < 0 ? rollout.steps.length : next
}

export const weightText = (weight: number): string => (weight === 0 ? 'Shadow' : `${weight} %`)

const titles: Readonly<Record<RolloutCheck['name'], string>> = {
  requests: 'Requests',
  errors: 'Errors, 5xx',
  latency: 'Latency p95',
  agreement: 'Same answers',
  sample_ratio: 'Share',
}
export const checkTitle = (check: RolloutCheck): string => titles[check.name]
export const verdictKind: Readonly<Record<RolloutCheck['verdict'], StateKind>> = {
  pass: 'succeeded',
  fail: 'failed',
  inconclusive: 'attention',
}
export const verdictWord: Readonly<Record<RolloutCheck['verdict'], string>> = {
  pass: 'Pass',
  fail: 'Fail',
  inconclusive: 'Unclear',
}

/** A check's number in its unit; shares read as percent. */
export function checkNumber(value: number | null, unit: string): string {
  if (value === null) return '–'
  if (unit === '%' || unit === 'ms') return value.toFixed(unit === '%' ? 2 : 1)
  if (unit === 'share' || unit === 'ratio') return `${(value * 100).toFixed(2)} %`
  return Number.isInteger(value) ? value.toLocaleString('en-GB') : value.toPrecision(4)
}

/** Where the candidate stands on the way to its limit, 0 to 1; undefined where there is none to draw. */
export function gaugePlace({ name, candidate, limit }: RolloutCheck): number | undefined {
  return name === 'sample_ratio' || candidate === null || limit === null || limit <= 0
    ? undefined
    : Math.min(1, Math.max(0, candidate / limit))
}
/** For these a number below the limit is the bad one. */
export const wantsMore = (check: RolloutCheck): boolean => check.name === 'requests' || check.name === 'agreement'
