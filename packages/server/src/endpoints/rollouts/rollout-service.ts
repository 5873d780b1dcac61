import { ModelyardError, type EventName, type RolloutPolicy, type RolloutStep } from '@modelyard/contract'
import { appendEvent, type Platform, type Transaction } from '../../platform/index.ts'
import type { Models } from '../../models/index.ts'
import type { By, EndpointService } from '../endpoint-service.ts'
import { findDeployment, listDeployments } from '../endpoint-store.ts'
import type { EndpointTable } from '../endpoint-tables.ts'
import type { TrafficService } from '../traffic-service.ts'
import { readTraffic } from '../traffic.ts'
import { noCounters, noEvidence, type Counters, type Evidence } from './evidence.ts'
import { createPromotion } from './promotion.ts'
import {
  decide,
  isEnded,
  mirrorOf,
  plan,
  refusalOf,
  rollBack,
  trafficOf,
  type Decision,
  type Rollout,
} from './rollout.ts'
import * as store from './rollout-store.ts'
import type { RolloutTable } from './rollout-tables.ts'

export interface RolloutDeps {
  readonly endpoints: EndpointService
  readonly traffic: TrafficService
  readonly models: Models
  /** What the stable deployments have answered so far, for a rollout whose steps leave them nothing to compare with. */
  countersOf(workspace: string, endpoint: string, deployments: readonly string[]): Counters
  /** The data plane is to follow; resolves when it does. */
  changed(): Promise<void>
}

/** What else is kept with a change: evidence so far, and what to compare the next step with. */
export interface Kept {
  readonly evidence: Evidence
  readonly baseline?: Counters
}

/** Rollouts: started, decided on, ended. Every change of one moves its traffic in the same transaction. */
export function createRolloutService(platform: Platform, deps: RolloutDeps) {
  const { store: database, clock } = platform
  const promotion = createPromotion(deps.models)

  async function start(
    workspace: string,
    endpoint: string,
    input: { readonly deployment: string; readonly policy: RolloutPolicy },
    by: By,
  ): Promise<RolloutTable> {
    const refusal = refusalOf(input.policy)
    if (refusal !== undefined) throw new ModelyardError('request_invalid', refusal)
    const row = await database.write(async (tx) => {
      const owner = await deps.endpoints.requireEndpoint(tx, workspace, endpoint)
      const stable = await requireStartable(tx, owner, input.deployment)
      const rollout = plan({ ...input, stable, mirrorBefore: readTraffic(owner.mirror) })
      const at = clock.now()
      const others = Object.keys(stable).filter((name) => name !== input.deployment && (stable[name] ?? 0) > 0)
      const created: RolloutTable = {
        id: platform.newId('roll'),
        workspace,
        endpoint,
        deployment: input.deployment,
        ...columnsOf(rollout),
        policy: JSON.stringify(input.policy),
        stable: JSON.stringify(stable),
        mirror_before: owner.mirror,
        evidence: JSON.stringify(noEvidence),
        baseline: JSON.stringify(deps.countersOf(workspace, endpoint, others)),
        previous_champion: null,
        started_by: by.actor,
        revision: 1,
        created_at: at,
        updated_at: at,
        ended_at: null,
      }
      await store.insertRollout(tx, created)
      await deps.traffic.putTraffic(tx, owner, { traffic: trafficOf(rollout), mirror: mirrorOf(rollout) }, by)
      await tell(tx, created, 'rollout.started', rollout, by)
      return created
    })
    await deps.changed()
    return row
  }

  /** The traffic before, when a rollout of this deployment may begin. */
  async function requireStartable(tx: Transaction, owner: EndpointTable, name: string) {
    const { workspace } = owner
    const deployment = await deps.endpoints.requireDeployment(tx, workspace, owner.name, name)
    const active = await store.findActiveRollout(tx, workspace, owner.name)
    if (active !== undefined)
      throw new ModelyardError('rollout_active', `The rollout ${active.id} moves the traffic of '${owner.name}'.`)
    const stable = readTraffic(owner.traffic)
    const others = Object.entries(stable).filter(([other, weight]) => other !== name && weight > 0)
    if (others.length === 0)
      throw new ModelyardError(
        'precondition_failed',
        `No other deployment of '${owner.name}' has traffic that '${name}' could take over; set it with \`modelyard endpoint traffic\`.`,
      )
    if (deployment.state !== 'ready')
      throw new ModelyardError('deployment_not_ready', `The deployment '${name}' is ${deployment.state}.`)
    return stable
  }

  /** Writes what became of a rollout, if nobody was faster; the traffic, the champion and the event go with it. */
  async function put(
    tx: Transaction,
    row: RolloutTable,
    next: Rollout,
    by: By,
    kept: Kept = { evidence: readEvidence(row) },
  ): Promise<boolean> {
    const before = readRollout(row)
    const event = eventOf(before, next)
    const at = clock.now()
    const change: Partial<RolloutTable> = {
      ...columnsOf(next),
      evidence: JSON.stringify(event === 'rollout.resumed' ? noEvidence : kept.evidence),
      ...(kept.baseline === undefined ? {} : { baseline: JSON.stringify(kept.baseline) }),
      ...(event === undefined ? {} : { updated_at: at }),
      ended_at: isEnded(next) ? at : null,
    }
    if (event === 'rollout.promoted') change.previous_champion = await promotion.championOf(tx, row)
    if (!(await store.changeRollout(tx, row, change))) return false
    if (event === undefined) return true
    if (event === 'rollout.promoted') await promotion.promote(tx, row, by)
    if (event === 'rollout.rolled_back') await promotion.restore(tx, row, by)
    await moveTraffic(tx, row, next, by)
    await tell(tx, row, event, next, by)
    return true
  }

  /** A deployment that was deleted since has no traffic to be given back. */
  async function moveTraffic(tx: Transaction, row: RolloutTable, next: Rollout, by: By): Promise<void> {
    const owner = await deps.endpoints.requireEndpoint(tx, row.workspace, row.endpoint)
    const names = new Set((await listDeployments(tx, row.workspace, row.endpoint)).map((deployment) => deployment.name))
    const existing = (shares: Readonly<Record<string, number>>) =>
      Object.fromEntries(Object.entries(shares).filter(([name]) => names.has(name)))
    const traffic = existing(trafficOf(next))
    const isWhole = Object.values(traffic).reduce((sum, weight) => sum + weight, 0) === 100
    await deps.traffic.putTraffic(tx, owner, { ...(isWhole ? { traffic } : {}), mirror: existing(mirrorOf(next)) }, by)
  }

  async function tell(
    tx: Transaction,
    row: RolloutTable,
    name: EventName,
    { step, steps, state, reason, waitsForApproval }: Rollout,
    by: By,
  ): Promise<void> {
    const at = steps[step]
    await appendEvent(tx, {
      name,
      subject: `${row.endpoint}/${row.deployment}`,
      workspace: row.workspace,
      at: clock.now(),
      ...by,
      data: {
        endpoint: row.endpoint,
        deployment: row.deployment,
        rollout: row.id,
        step,
        weight: at?.weight ?? 0,
        state,
        reason,
        waitsForApproval,
      },
      after: {
        rollout: row.id,
        state,
        step,
        reason,
        traffic: trafficOf({ ...readRollout(row), step, steps, state }),
        checks: at?.checks ?? [],
      },
    })
  }

  async function require(workspace: string, endpoint: string, id: string): Promise<RolloutTable> {
    await deps.endpoints.requireEndpoint(database.read, workspace, endpoint)
    const row = await store.findRollout(database.read, id)
    if (row === undefined || row.workspace !== workspace || row.endpoint !== endpoint)
      throw new ModelyardError('rollout_not_found', `The endpoint '${endpoint}' has no rollout '${id}'.`)
    return row
  }

  /** A person's (or a trigger's) word. Answers when the data plane follows it, so that a rollback is over when this is. */
  async function word(id: string, decision: Decision, by: By, note: string): Promise<RolloutTable> {
    const changed = await database.write(async (tx) => {
      const row = await store.findRollout(tx, id)
      if (row === undefined) throw new ModelyardError('rollout_not_found', `There is no rollout '${id}'.`)
      const next = decide(readRollout(row), decision, clock.now(), note)
      if (typeof next === 'string') throw new ModelyardError('conflict', next)
      await refuseUnfit(tx, row, next)
      await put(tx, row, next, by)
      return { ...row, ...columnsOf(next) }
    })
    await deps.changed()
    return (await store.findRollout(database.read, id)) ?? changed
  }

  /** Weight moves only to what can answer, and back only while nobody has moved it on. */
  async function refuseUnfit(tx: Transaction, row: RolloutTable, next: Rollout): Promise<void> {
    const { workspace, endpoint } = row
    if (next.state === 'rolledBack' && row.ended_at !== null) {
      const owner = await deps.endpoints.requireEndpoint(tx, workspace, endpoint)
      const newest = (await store.listRollouts(tx, workspace, endpoint, 1))[0]
      const missing = []
      for (const [name, weight] of Object.entries(next.stable))
        if (weight > 0 && (await findDeployment(tx, workspace, endpoint, name))?.state !== 'ready') missing.push(name)
      if (newest?.id !== row.id || readTraffic(owner.traffic)[row.deployment] !== 100 || missing.length > 0)
        throw new ModelyardError(
          'conflict',
          missing.length > 0
            ? `There is nothing to go back to: ${missing.join(', ')} is not ready.`
            : 'The traffic was moved on since; set it with `modelyard endpoint traffic`.',
        )
      return
    }
    if (next.state === 'rolledBack' || next.state === 'paused') return
    const deployment = await findDeployment(tx, workspace, endpoint, row.deployment)
    if (deployment?.state !== 'ready')
      throw new ModelyardError(
        'deployment_not_ready',
        `The deployment '${row.deployment}' is ${deployment?.state ?? 'deleted'}.`,
      )
  }

  /** Its deployment goes away: the rollout has nothing left to do. */
  async function endFor(tx: Transaction, row: RolloutTable, by: By): Promise<void> {
    await put(tx, row, rollBack(readRollout(row), clock.now(), 'the deployment was deleted'), by)
  }

  return { start, put, require, word, endFor }
}

export type RolloutService = ReturnType<typeof createRolloutService>

/** What happened, in the word that the outbox has for it; undefined when only evidence was added. */
function eventOf(before: Rollout, next: Rollout): EventName | undefined {
  if (next.state !== before.state) {
    if (next.state === 'promoted') return 'rollout.promoted'
    if (next.state === 'rolledBack') return 'rollout.rolled_back'
    return next.state === 'paused' ? 'rollout.paused' : 'rollout.resumed'
  }
  if (next.waitsForApproval !== before.waitsForApproval && next.waitsForApproval) return 'rollout.paused'
  return next.step === before.step ? undefined : 'rollout.step_started'
}

export function readRollout(row: RolloutTable): Rollout {
  return {
    deployment: row.deployment,
    policy: JSON.parse(row.policy) as RolloutPolicy,
    stable: readTraffic(row.stable),
    mirrorBefore: readTraffic(row.mirror_before),
    state: row.state,
    reason: row.reason,
    step: row.step,
    steps: JSON.parse(row.steps) as RolloutStep[],
    waitsForApproval: row.waits_for_approval === 1,
  }
}

export function readEvidence(row: RolloutTable): Evidence {
  return JSON.parse(row.evidence) as Evidence
}

export function readBaseline(row: RolloutTable): Counters {
  return { ...noCounters, ...(JSON.parse(row.baseline) as Counters) }
}

function columnsOf(rollout: Rollout) {
  return {
    state: rollout.state,
    reason: rollout.reason,
    step: rollout.step,
    steps: JSON.stringify(rollout.steps),
    waits_for_approval: rollout.waitsForApproval ? 1 : 0,
  }
}
