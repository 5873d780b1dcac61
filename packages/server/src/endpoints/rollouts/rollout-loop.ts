import type { TrafficNumbers } from '@modelyard/contract'
import type { Platform } from '../../platform/index.ts'
import type { ServedDeployment } from '../deploy-target.ts'
import { findDeployment, findEndpoint } from '../endpoint-store.ts'
import { findServed } from '../endpoint-view.ts'
import { judge } from './checks.ts'
import { countersOf, noEvidence, sum, withReading, noCounters, type Counters, type Reading } from './evidence.ts'
import { currentStep, observe, type Observation, type Rollout } from './rollout.ts'
import { readBaseline, readEvidence, readRollout, type RolloutService } from './rollout-service.ts'
import { listActiveRollouts } from './rollout-store.ts'
import type { RolloutTable } from './rollout-tables.ts'

const lookEveryMs = 500
const system = { actor: 'system' }

export interface RolloutLoopDeps {
  readonly service: RolloutService
  readonly served: () => readonly ServedDeployment[]
  /** The data plane serves by all that was changed, and `served` was read since. */
  readonly isApplied: () => boolean
  readonly changed: () => Promise<void>
}

/** Looks at every rollout twice a second while there is one: evidence in, the next state out. All of it lies in the database, so a restart goes on. */
export function createRolloutLoop(platform: Platform, deps: RolloutLoopDeps) {
  const { store, clock } = platform
  let mayHaveSome = true
  let looking: Promise<void> | undefined
  let stopping = false

  async function lookAtAll(): Promise<void> {
    const rows = await listActiveRollouts(store.read)
    mayHaveSome = rows.length > 0
    for (const row of rows) {
      if (stopping) return
      await look(row).catch((error: unknown) =>
        platform.logger.error({ err: error, rollout: row.id }, 'a rollout could not be looked at; it is tried again'),
      )
    }
  }

  async function look(row: RolloutTable): Promise<void> {
    const rollout = readRollout(row)
    const isApplied = deps.isApplied()
    const step = currentStep(rollout)
    const isCounting = step.startedAt !== null || (isApplied && step.state === 'waiting')
    const reading = readingOf(row, rollout)
    const evidence = isCounting ? withReading(readEvidence(row), rollout.deployment, reading) : readEvidence(row)
    const owner = await findEndpoint(store.read, row.workspace, row.endpoint)
    const baseline = readBaseline(row)
    const checks =
      step.startedAt === null
        ? []
        : judge({
            evidence,
            baseline,
            policy: rollout.policy,
            weight: step.weight,
            isSticky: owner?.sticky_header != null,
          })
    const next = observe(rollout, { at: clock.now(), isApplied, checks, ...(await candidateOf(row)) })
    const isNextStep = next.step !== rollout.step
    const kept = isNextStep
      ? { evidence: noEvidence, ...(evidence.stable.requests > 0 ? { baseline: evidence.stable } : {}) }
      : { evidence }
    const isQuiet = isSame(row, next) && JSON.stringify(evidence) === row.evidence
    if (isQuiet) return
    const isDecision = next.state !== rollout.state || isNextStep
    await store.write((tx) => deps.service.put(tx, row, next, system, kept), isDecision ? 'synced' : 'survivesKill')
    if (isDecision) void deps.changed()
  }

  async function candidateOf(row: RolloutTable): Promise<Pick<Observation, 'candidate' | 'failure'>> {
    const deployment = await findDeployment(store.read, row.workspace, row.endpoint, row.deployment)
    if (deployment === undefined) return { candidate: 'failed', failure: 'it was deleted' }
    if (deployment.state === 'failed') return { candidate: 'failed', failure: deployment.reason }
    return { candidate: deployment.state === 'ready' ? 'ready' : 'away', failure: '' }
  }

  function readingOf(row: RolloutTable, rollout: Rollout): Reading {
    const deployments: Record<string, Counters> = {}
    for (const name of new Set([rollout.deployment, ...Object.keys(rollout.stable)])) {
      const found = findServed(deps.served(), { workspace: row.workspace, endpoint: row.endpoint, name })
      if (found?.numbers != null) deployments[name] = countersOf(found.numbers as TrafficNumbers)
    }
    const own = findServed(deps.served(), { workspace: row.workspace, endpoint: row.endpoint, name: row.deployment })
    return { deployments, copies: own?.mirror ?? { compared: 0, agreed: 0, failed: 0 } }
  }

  function wake(): void {
    if (stopping || looking !== undefined || !mayHaveSome) return
    looking = lookAtAll()
      .catch((error: unknown) => platform.logger.error({ err: error }, 'rollouts could not be read'))
      .finally(() => (looking = undefined))
  }

  const timer = clock.every(lookEveryMs, wake)

  return {
    /** A rollout has begun. */
    started() {
      mayHaveSome = true
      wake()
    },
    async stop() {
      stopping = true
      timer.cancel()
      await looking
    },
  }
}

/** Nothing to write: a rollout that is paused for days does not write twice a second. */
function isSame(row: RolloutTable, next: Rollout): boolean {
  return (
    next.state === row.state &&
    next.step === row.step &&
    next.waitsForApproval === (row.waits_for_approval === 1) &&
    JSON.stringify(next.steps) === row.steps
  )
}

/** What deployments have answered since the gateway counts. */
export function lifetimeCounters(
  served: readonly ServedDeployment[],
  workspace: string,
  endpoint: string,
  names: readonly string[],
): Counters {
  return names.reduce((total, name) => {
    const found = findServed(served, { workspace, endpoint, name })
    return found?.numbers == null ? total : sum(total, countersOf(found.numbers as TrafficNumbers))
  }, noCounters)
}
