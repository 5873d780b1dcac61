import { ModelyardError } from '@modelyard/contract'
import type { Platform } from '../platform/index.ts'
import type { LoopTable } from './automation-tables.ts'
import { listDeploymentsOfLoops, listUntidy, setTidyAt } from './loop-store.ts'
import { rolloutEndpoint, type LoopDeps } from './loop-steps.ts'
import type { By } from './ports.ts'

const againAfterMs = 5000

/** Puts away what ended loops left: jobs and rollouts of canceled ones, deployments that nobody needs. */
export function createLoopTidying(platform: Platform, deps: LoopDeps) {
  const { store, clock, logger } = platform
  const by: By = { actor: 'system' }

  async function tidyAll(): Promise<void> {
    for (const row of await listUntidy(store.read, clock.now())) {
      try {
        await tidy(row)
        await store.write((tx) => setTidyAt(tx, row.id, null))
      } catch (error) {
        logger.warn({ err: error, loop: row.id }, 'what a loop left behind could not be put away; it is tried again')
        await store.write((tx) => setTidyAt(tx, row.id, clock.now() + againAfterMs))
      }
    }
  }

  async function tidy(row: LoopTable): Promise<void> {
    const { workspace } = row
    const endpoint = rolloutEndpoint(row)
    if (row.status === 'canceled') {
      if (row.job_id !== null) await settled(deps.pipelines.cancelJob(workspace, row.job_id, by))
      const rollout =
        row.deployment === null || endpoint === ''
          ? undefined
          : await settled(deps.endpoints.rolloutOf(workspace, endpoint, row.deployment))
      if (rollout?.state === 'running' || rollout?.state === 'paused')
        await settled(deps.endpoints.rollback(rollout.id, by, row.reason))
    }
    if (endpoint === '' || row.deployment === null) return
    const deployments = (await deps.endpoints.describe(workspace, endpoint)) ?? []
    for (const name of await leftovers(row, endpoint)) {
      const found = deployments.find(({ deployment }) => deployment === name)
      // What answers requests stays, whoever made it.
      if (found?.trafficPercent === 0) await settled(deps.endpoints.deleteDeployment(workspace, endpoint, name, by))
    }
  }

  /** After a promotion: what earlier loops made, but for the one before. Otherwise: what this loop made. */
  async function leftovers(row: LoopTable, endpoint: string): Promise<string[]> {
    if (row.deployment === null) return []
    if (row.status !== 'promoted') return [row.deployment]
    const made = await listDeploymentsOfLoops(store.read, row.workspace, endpoint)
    const stay = new Set([row.deployment, row.previous_deployment])
    return made.flatMap(({ id, deployment }) =>
      id < row.id && deployment !== null && !stay.has(deployment) ? [deployment] : [],
    )
  }

  /** A refusal means that it is gone, has ended, or is in use: there is nothing to put away. */
  async function settled<Result>(work: Promise<Result>): Promise<Result | undefined> {
    try {
      return await work
    } catch (error) {
      if (error instanceof ModelyardError && error.status < 500) return undefined
      throw error
    }
  }

  return tidyAll
}
