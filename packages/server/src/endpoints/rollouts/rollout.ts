import type { RolloutCheck, RolloutPolicy, RolloutState, RolloutStep } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import type { Traffic } from '../traffic.ts'

/** After its bake a step may wait this many bakes for evidence that decides, at least {@link shortestPatienceMs}. */
const patience = 10
const shortestPatienceMs = 10_000

/** What a rollout is to do. */
export interface RolloutPlan {
  readonly deployment: string
  readonly policy: RolloutPolicy
  /** Traffic and copies before it began. */
  readonly stable: Traffic
  readonly mirrorBefore: Traffic
}

/** Where it is. */
export interface Rollout extends RolloutPlan {
  readonly state: RolloutState
  readonly reason: string
  readonly step: number
  readonly steps: readonly RolloutStep[]
  readonly waitsForApproval: boolean
}

/** What is known at one moment. */
export interface Observation {
  readonly at: number
  /** `away`: it starts again after its process was lost; nothing is decided meanwhile. */
  readonly candidate: 'ready' | 'away' | 'failed'
  readonly failure: string
  /** The data plane serves by the weights of the step. */
  readonly isApplied: boolean
  readonly checks: readonly RolloutCheck[]
}

export type Decision = 'approve' | 'pause' | 'resume' | 'promote' | 'rollback'

export function plan(given: RolloutPlan): Rollout {
  const steps = given.policy.steps.map((weight): RolloutStep => ({ weight, ...untouched }))
  return { ...given, state: 'running', reason: '', step: 0, steps, waitsForApproval: false }
}

const untouched: Omit<RolloutStep, 'weight'> = { state: 'waiting', startedAt: null, endedAt: null, checks: [] }

/** Why a policy cannot be followed; undefined when it can. */
export function refusalOf({ steps, minAgreement }: RolloutPolicy): string | undefined {
  if (steps.some((weight, index) => index > 0 && weight <= (steps[index - 1] ?? 0)))
    return `The steps are ${steps.join(', ')}; each must be greater than the one before.`
  if (minAgreement !== null && steps[0] === 100)
    return 'Agreement is measured on copies of requests that others answer; give it a step below 100.'
  return undefined
}

export function isEnded({ state }: Pick<Rollout, 'state'>): boolean {
  return state === 'promoted' || state === 'rolledBack'
}

export function currentStep(rollout: Rollout): RolloutStep {
  return rollout.steps[rollout.step] ?? { weight: 0, ...untouched }
}

/** The split that belongs to where the rollout is; it always sums to 100. */
export function trafficOf(rollout: Rollout): Traffic {
  if (rollout.state === 'rolledBack') return rollout.stable
  return split(rollout.stable, rollout.deployment, rollout.state === 'promoted' ? 100 : currentStep(rollout).weight)
}

/** Copies for the candidate while it is a shadow, and as long as its answers are to be compared. */
export function mirrorOf(rollout: Rollout): Traffic {
  if (rollout.state === 'rolledBack') return rollout.mirrorBefore
  const { [rollout.deployment]: _own, ...others } = rollout.mirrorBefore
  const { weight } = currentStep(rollout)
  const isCompared = !isEnded(rollout) && weight < 100 && (weight === 0 || rollout.policy.minAgreement !== null)
  return isCompared ? { ...others, [rollout.deployment]: 100 } : others
}

/** Gives the candidate its weight; the others keep their shares of the rest, in whole percentages by the largest remainder. */
export function split(stable: Traffic, candidate: string, weight: number): Traffic {
  const others = Object.entries(stable).filter(([name]) => name !== candidate)
  const total = others.reduce((sum, [, share]) => sum + share, 0)
  const exact = others.map(([name, share]) => ({ name, share: total === 0 ? 0 : (share * (100 - weight)) / total }))
  let missing = 100 - weight - exact.reduce((sum, { share }) => sum + Math.floor(share), 0)
  const byRemainder = exact.toSorted((a, b) => (b.share % 1) - (a.share % 1) || a.name.localeCompare(b.name))
  const result = new Map(others.map(([name]) => [name, 0]))
  for (const { name, share } of byRemainder) result.set(name, Math.floor(share) + (missing-- > 0 ? 1 : 0))
  return { ...Object.fromEntries(result), [candidate]: weight }
}

/** The rollout after one look at it. */
export function observe(rollout: Rollout, seen: Observation): Rollout {
  if (isEnded(rollout)) return rollout
  if (seen.candidate === 'failed') return rollBack(rollout, seen.at, `the deployment failed: ${seen.failure}`)
  if (seen.candidate === 'away') return rollout
  const step = currentStep(rollout)
  if (rollout.state === 'running' && step.state === 'waiting')
    return seen.isApplied ? withStep(rollout, { state: 'running', startedAt: toTimestamp(seen.at) }) : rollout
  const looked = step.startedAt === null ? rollout : withStep(rollout, { checks: [...seen.checks] })
  // Also while it waits for a person: nobody has to be there for a bad deployment to lose its traffic.
  const failed = seen.checks.find((check) => check.verdict === 'fail')
  if (failed !== undefined && step.startedAt !== null) return rollBack(looked, seen.at, failed.reason)
  if (rollout.state === 'paused' || step.state !== 'running') return looked
  return bake(looked, seen)
}

function bake(rollout: Rollout, seen: Observation): Rollout {
  const elapsed = seen.at - Date.parse(currentStep(rollout).startedAt ?? '')
  const { bakeMs, approval } = rollout.policy
  if (elapsed < bakeMs) return rollout
  const open = seen.checks.find((check) => check.verdict !== 'pass')
  if (seen.checks.length === 0) return rollout
  if (open !== undefined) {
    const isOver = elapsed >= bakeMs + Math.max(patience * bakeMs, shortestPatienceMs)
    // Another mix of requests than it should have does not get better by waiting.
    return isOver || open.name === 'sample_ratio' ? pause(rollout, seen.at, open.reason) : rollout
  }
  const passed = withStep(rollout, { state: 'passed', endedAt: toTimestamp(seen.at) })
  const needsApproval = approval === 'manual' && (rollout.step === 0 || currentStep(rollout).weight < 100)
  return needsApproval ? { ...passed, waitsForApproval: true, reason: 'waits for approval' } : goOn(passed)
}

function goOn(rollout: Rollout): Rollout {
  const next = { ...rollout, waitsForApproval: false, reason: '' }
  return rollout.step + 1 < rollout.steps.length
    ? { ...next, step: rollout.step + 1 }
    : { ...next, state: 'promoted', reason: 'every step passed' }
}

/** The rollout after a person's word; a text says why it cannot be. */
export function decide(rollout: Rollout, decision: Decision, at: number, note: string): Rollout | string {
  const isBy = (what: string): string => (note === '' ? what : `${what}: ${note}`)
  if (decision === 'rollback' && rollout.state !== 'rolledBack')
    return rollBack(rollout, at, isBy('rolled back by hand'))
  if (isEnded(rollout)) return `The rollout is ${rollout.state === 'promoted' ? 'promoted' : 'rolled back'}.`
  if (decision === 'pause')
    return rollout.state === 'running' ? pause(rollout, at, isBy('paused by hand')) : 'It is paused already.'
  if (decision === 'resume') return rollout.state === 'paused' ? resume(rollout) : 'It is not paused.'
  if (decision === 'approve')
    return rollout.waitsForApproval && rollout.state === 'running' ? goOn(rollout) : 'It does not wait for approval.'
  return { ...rollout, state: 'promoted', waitsForApproval: false, reason: isBy('promoted by hand') }
}

/** Weights stay as they are. */
function pause(rollout: Rollout, at: number, reason: string): Rollout {
  const step = currentStep(rollout)
  const changed = step.state === 'passed' ? {} : { state: 'paused' as const, endedAt: toTimestamp(at) }
  return { ...withStep(rollout, changed), state: 'paused', reason }
}

/** The step begins again: what was counted before the pause may be of another time. A step that had passed goes on to where it waited. */
function resume(rollout: Rollout): Rollout {
  const running = {
    ...rollout,
    state: 'running' as const,
    reason: rollout.waitsForApproval ? 'waits for approval' : '',
  }
  return currentStep(rollout).state === 'passed' ? running : withStep(running, untouched)
}

export function rollBack(rollout: Rollout, at: number, reason: string): Rollout {
  const changed = rollout.state === 'promoted' ? {} : { state: 'failed' as const, endedAt: toTimestamp(at) }
  return { ...withStep(rollout, changed), state: 'rolledBack', waitsForApproval: false, reason }
}

function withStep(rollout: Rollout, change: Partial<RolloutStep>): Rollout {
  return {
    ...rollout,
    steps: rollout.steps.map((step, index) => (index === rollout.step ? { ...step, ...change } : step)),
  }
}
