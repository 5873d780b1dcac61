import type { GateEvidence, LoopStage, LoopStatus, Rollout } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import { gateDetail, gateWords, rolloutWords } from './loop-words.ts'

/** A loop as the rules see it. */
export interface LoopState {
  readonly status: LoopStatus
  readonly reason: string
  readonly stages: readonly LoopStage[]
  readonly jobId: string | null
  readonly model: string | null
  readonly version: string | null
  readonly deployment: string | null
  /** The deployment that had the most traffic before; it stays for a rollback by hand. */
  readonly previousDeployment: string | null
  readonly rolloutId: string | null
  readonly endedAt: number | null
}

/** What has been seen or done; facts that do not fit the stage change nothing. */
export type LoopFact =
  | { readonly kind: 'jobStarted'; readonly jobId: string }
  | {
      readonly kind: 'jobEnded'
      readonly status: 'succeeded' | 'failed' | 'canceled'
      readonly message: string
      readonly gate: GateEvidence | null
      /** Whether what passed is to be deployed. */
      readonly deploys: boolean
    }
  | { readonly kind: 'deploymentNamed'; readonly name: string; readonly previous: string | null }
  | { readonly kind: 'deploymentReady' }
  | { readonly kind: 'rolloutStarted'; readonly rolloutId: string }
  | { readonly kind: 'rolloutSeen'; readonly rollout: Rollout }
  | { readonly kind: 'championSeen'; readonly version: string | null }
  | { readonly kind: 'waits'; readonly detail: string }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'canceled'; readonly by: string; readonly note: string }

type StageName = LoopStage['name']
const order: readonly StageName[] = ['alert', 'retrain', 'gate', 'deploy', 'rollout', 'promote']

/** A loop at its beginning: the alert is known, everything else is to come. */
export function newLoop(now: number, alert: { title: string; detail: string; evidence: unknown }): LoopState {
  const stages = order.map((name): LoopStage => {
    if (name !== 'alert') return emptyStage(name)
    const at = toTimestamp(now)
    return { name, status: 'succeeded', startedAt: at, endedAt: at, link: null, ...alert }
  })
  return {
    status: 'running',
    reason: '',
    stages,
    jobId: null,
    model: null,
    version: null,
    deployment: null,
    previousDeployment: null,
    rolloutId: null,
    endedAt: null,
  }
}

const emptyStage = (name: StageName): LoopStage => ({
  name,
  status: 'waiting',
  startedAt: null,
  endedAt: null,
  title: '',
  detail: '',
  link: null,
  evidence: null,
})

/** The stage that a loop is at, or undefined when it has ended. */
export function stageOf(loop: LoopState): LoopStage | undefined {
  if (loop.endedAt !== null) return undefined
  return loop.stages.find((stage) => stage.status !== 'succeeded' && stage.status !== 'skipped')
}

/** The loop after a fact, or undefined when the fact changes nothing: reported twice, too late, or about another stage. */
export function advance(loop: LoopState, fact: LoopFact, now: number): LoopState | undefined {
  const stage = stageOf(loop)
  if (stage === undefined) return undefined
  const next = react(loop, stage, fact, now)
  return next === undefined || JSON.stringify(next) === JSON.stringify(loop) ? undefined : next
}

function react(loop: LoopState, stage: LoopStage, fact: LoopFact, now: number): LoopState | undefined {
  const at = `${stage.name}/${stage.status}`
  switch (fact.kind) {
    case 'canceled':
      return end(loop, stage, now, 'canceled', `${fact.by} canceled it${fact.note === '' ? '' : `: ${fact.note}`}`)
    case 'failed':
      return end(loop, stage, now, 'failed', fact.message)
    case 'waits':
      return change(loop, stage.name, { detail: fact.detail })
    case 'jobStarted':
      return at === 'retrain/waiting'
        ? { ...begin(loop, 'retrain', now, `Training as job ${fact.jobId}`), jobId: fact.jobId }
        : undefined
    case 'jobEnded':
      return at === 'retrain/running' ? trained(loop, stage, fact, now) : undefined
    case 'deploymentNamed':
      return at === 'deploy/waiting'
        ? {
            ...begin(loop, 'deploy', now, `Deploying version ${loop.version ?? '?'} as ${fact.name}`),
            deployment: fact.name,
            previousDeployment: fact.previous,
          }
        : undefined
    case 'deploymentReady':
      return at === 'deploy/running'
        ? finish(loop, 'deploy', now, `Version ${loop.version ?? '?'} is ready as ${loop.deployment ?? '?'}`)
        : undefined
    case 'rolloutStarted':
      return at === 'rollout/waiting'
        ? { ...begin(loop, 'rollout', now, 'Moving traffic step by step'), rolloutId: fact.rolloutId }
        : undefined
    case 'rolloutSeen':
      return stage.name === 'rollout' && stage.status !== 'waiting' ? rolled(loop, stage, fact.rollout, now) : undefined
    case 'championSeen':
      return at === 'promote/running' ? crowned(loop, stage, fact.version, now) : undefined
    default:
      return fact satisfies never
  }
}

function trained(
  loop: LoopState,
  stage: LoopStage,
  fact: Extract<LoopFact, { kind: 'jobEnded' }>,
  now: number,
): LoopState {
  if (fact.status !== 'succeeded')
    return end(loop, stage, now, 'failed', fact.message === '' ? `The job ${fact.status}.` : fact.message)
  const done = finish(loop, 'retrain', now, `Trained as job ${loop.jobId ?? '?'}`)
  if (fact.gate === null) return ungated(done, fact.deploys, now)
  const gate = fact.gate
  const words = gateWords(gate)
  const judged = change(done, 'gate', {
    startedAt: toTimestamp(now),
    endedAt: toTimestamp(now),
    status: 'succeeded',
    title: words,
    detail: gateDetail(gate),
    evidence: gate,
  })
  const passed = (gate.decision === 'passed' || gate.decision === 'first') && gate.challenger.version !== null
  if (!passed) {
    const refused = change(judged, 'gate', { status: 'refused' })
    return close({ ...refused, model: gate.model }, now, 'refused', `${words} ${gateDetail(gate)}`)
  }
  const registered = { ...judged, model: gate.model, version: gate.challenger.version }
  return fact.deploys ? registered : close(registered, now, 'registered', `${words} The trigger has no rollout.`)
}

/** A job without a gate has no verdict: with a rollout that is a failure, without one there is nothing left to do. */
function ungated(loop: LoopState, deploys: boolean, now: number): LoopState {
  const words = 'The pipeline has no gate, so nothing says that its model is better'
  if (!deploys) return close(loop, now, 'registered', `${words}; the trigger has no rollout, the job is all there is.`)
  const gate = change(loop, 'gate', {
    status: 'failed',
    title: words,
    detail: '',
    startedAt: toTimestamp(now),
    endedAt: toTimestamp(now),
  })
  return close(gate, now, 'failed', `${words}; it is not deployed.`)
}

function rolled(loop: LoopState, stage: LoopStage, rollout: Rollout, now: number): LoopState {
  const { title, detail } = rolloutWords(rollout)
  const evidence = { steps: rollout.steps, policy: rollout.policy, stable: rollout.stable }
  const said = change(loop, stage.name, { title, detail, evidence })
  switch (rollout.state) {
    case 'running': {
      const waits = rollout.waitsForApproval
      return {
        ...change(said, stage.name, { status: waits ? 'paused' : 'running' }),
        status: waits ? 'waiting' : 'running',
      }
    }
    case 'paused':
      return { ...change(said, stage.name, { status: 'paused' }), status: 'waiting' }
    case 'rolledBack':
      return end(said, stage, now, 'rolledBack', rollout.reason === '' ? title : rollout.reason)
    case 'promoted':
      return {
        ...begin(finish(said, stage.name, now, title), 'promote', now, 'Making it the champion'),
        status: 'running',
      }
    default:
      return rollout.state satisfies never
  }
}

function crowned(loop: LoopState, stage: LoopStage, version: string | null, now: number): LoopState {
  const mine = version === loop.version
  const title = `${loop.model ?? 'The model'} version ${loop.version ?? '?'} has all traffic${mine ? ' and is the champion' : ''}`
  const detail = mine ? '' : `The alias champion is at version ${version ?? 'none'}: somebody moved it since.`
  return close(change(finish(loop, stage.name, now, title), stage.name, { detail }), now, 'promoted', title)
}

function change(loop: LoopState, name: StageName, values: Partial<LoopStage>): LoopState {
  return {
    ...loop,
    stages: loop.stages.map((stage) => (stage.name === name ? { ...stage, ...values } : stage)),
  }
}

const begin = (loop: LoopState, name: StageName, now: number, title: string): LoopState =>
  change(loop, name, { status: 'running', startedAt: toTimestamp(now), title, detail: '' })

const finish = (loop: LoopState, name: StageName, now: number, title: string): LoopState =>
  change(loop, name, { status: 'succeeded', endedAt: toTimestamp(now), title, detail: '' })

/** Ends a loop at a stage that did not succeed. */
function end(loop: LoopState, stage: LoopStage, now: number, status: LoopStatus, reason: string): LoopState {
  const at = toTimestamp(now)
  const ended = change(loop, stage.name, {
    status: 'failed',
    startedAt: stage.startedAt ?? at,
    endedAt: at,
    detail: reason,
  })
  return close(ended, now, status, reason)
}

/** Ends a loop: what has not begun is skipped. */
function close(loop: LoopState, now: number, status: LoopStatus, reason: string): LoopState {
  return {
    ...loop,
    status,
    reason,
    endedAt: now,
    stages: loop.stages.map((stage) => (stage.status === 'waiting' ? { ...stage, status: 'skipped' } : stage)),
  }
}
