import { ModelyardError } from '@modelyard/contract'
import type { Models } from '../models/index.ts'
import type { Platform } from '../platform/index.ts'
import type { LoopTable } from './automation-tables.ts'
import { gateOf, loopPlanOf, stateOf, type LoopService } from './loop-service.ts'
import { rolloutMark } from './loop-words.ts'
import { stageOf, type LoopFact } from './loop.ts'
import type { By, LoopEndpoints, LoopPipelines } from './ports.ts'

/** A deployment that is not ready by then never will be. */
const readyWithinMs = 900_000

export interface LoopDeps {
  readonly pipelines: LoopPipelines
  readonly endpoints: LoopEndpoints
  readonly models: Pick<Models, 'findChampion'>
}

/**
 * Takes a loop one step on: looks at what its stage waits for, or does what comes next. Everything done here can be done again: the job
 * is made in the transaction that notes it, a deployment's name is noted before it is made, a rollout is found by its deployment.
 */
export function createLoopSteps(platform: Platform, deps: LoopDeps, service: LoopService) {
  const by: By = { actor: 'system' }

  /** The row after a step, or undefined when there is nothing to do for now. */
  async function step(row: LoopTable): Promise<LoopTable | undefined> {
    const stage = stageOf(stateOf(row))
    if (stage === undefined) return undefined
    try {
      switch (stage.name) {
        case 'alert':
        case 'gate':
          return undefined
        case 'retrain':
          return await (stage.status === 'waiting' ? startJob(row) : watchJob(row))
        case 'deploy':
          return await (stage.status === 'waiting' ? nameDeployment(row) : watchDeployment(row))
        case 'rollout':
          return await (stage.status === 'waiting' ? startRollout(row) : watchRollout(row))
        case 'promote':
          return await watchChampion(row)
        default:
          return stage.name satisfies never
      }
    } catch (error) {
      // What the catalogue knows is an answer; anything else is a hiccup and is tried again.
      if (!(error instanceof ModelyardError) || error.code === 'conflict' || error.code === 'server_stopping')
        throw error
      return service.record(row, { kind: 'failed', message: error.message })
    }
  }

  async function startJob(row: LoopTable): Promise<LoopTable | undefined> {
    let started: LoopTable | undefined
    try {
      await deps.pipelines.startPublished(
        row.workspace,
        row.pipeline,
        {
          set: loopPlanOf(row).set,
          tags: tagsOf(row),
          idempotencyKey: row.id,
          async also(tx, jobId) {
            started = await service.recordIn(
              tx,
              row,
              { kind: 'jobStarted', jobId },
              { trained_at: platform.clock.now() },
            )
            if (started === undefined) throw new SomebodyElse()
          },
        },
        { actor: row.started_by },
      )
    } catch (error) {
      // The loop was canceled, or another pass started the job.
      if (error instanceof SomebodyElse) return undefined
      throw error
    }
    return started
  }

  async function watchJob(row: LoopTable): Promise<LoopTable | undefined> {
    const job = await deps.pipelines.job(row.workspace, row.job_id ?? '')
    if (job.status === 'queued' || job.status === 'running') return undefined
    const fact: LoopFact = {
      kind: 'jobEnded',
      status: job.status,
      message: job.error?.message ?? '',
      gate: gateOf(job),
      deploys: loopPlanOf(row).rollout !== null,
    }
    return service.record(row, fact)
  }

  /** Notes the name before the deployment is made, so that a server that dies in between makes the same one. */
  async function nameDeployment(row: LoopTable): Promise<LoopTable | undefined> {
    const endpoint = rolloutEndpoint(row)
    const deployments = await requireDeployments(row, endpoint)
    const short = `v${(row.version ?? '').toLowerCase().replaceAll(/[^a-z0-9-]/g, '-')}`
    const taken = deployments.some(({ deployment }) => deployment === short)
    const name = taken ? `${short}-${row.id.slice(-6)}` : short
    const previous = deployments.toSorted((a, b) => b.trafficPercent - a.trafficPercent)[0]
    if (previous === undefined)
      throw new ModelyardError(
        'deployment_not_found',
        `The endpoint '${endpoint}' has no deployment whose script and settings the new one could copy.`,
      )
    return service.record(row, {
      kind: 'deploymentNamed',
      name,
      previous: previous.trafficPercent > 0 ? previous.deployment : null,
    })
  }

  async function watchDeployment(row: LoopTable): Promise<LoopTable | undefined> {
    const endpoint = rolloutEndpoint(row)
    const name = row.deployment ?? ''
    const found = (await requireDeployments(row, endpoint)).find(({ deployment }) => deployment === name)
    if (found === undefined) {
      const input = { name, model: row.model ?? '', version: row.version ?? '' }
      await deps.endpoints.deployVersion(row.workspace, endpoint, input, by)
      return undefined
    }
    if (found.state === 'ready') return service.record(row, { kind: 'deploymentReady' })
    if (found.state === 'failed') {
      const reason = (await deps.endpoints.findDeployment(row.workspace, endpoint, name))?.reason ?? ''
      const message = `${endpoint}/${name} could not start: ${reason === '' ? 'no reason was given' : reason}`
      return service.record(row, { kind: 'failed', message })
    }
    if (platform.clock.now() - row.stage_since < readyWithinMs) return undefined
    return service.record(row, { kind: 'failed', message: `${endpoint}/${name} was not ready within 15 minutes` })
  }

  async function startRollout(row: LoopTable): Promise<LoopTable | undefined> {
    const { rollout: plan } = loopPlanOf(row)
    if (plan === null) return undefined
    const deployment = row.deployment ?? ''
    const mine = await deps.endpoints.rolloutOf(row.workspace, plan.endpoint, deployment)
    // An earlier loop may have rolled out a deployment of the same name that was put away since.
    if (mine !== undefined && Date.parse(mine.createdAt) >= row.started_at)
      return service.record(row, { kind: 'rolloutStarted', rolloutId: mine.id })
    try {
      const started = await deps.endpoints.startRollout(
        row.workspace,
        plan.endpoint,
        { deployment, policy: plan.policy },
        by,
      )
      return await service.record(row, { kind: 'rolloutStarted', rolloutId: started.id })
    } catch (error) {
      if (!(error instanceof ModelyardError) || error.code !== 'rollout_active') throw error
      return service.record(row, {
        kind: 'waits',
        detail: 'Another rollout of the endpoint goes on; this one begins after it.',
      })
    }
  }

  async function watchRollout(row: LoopTable): Promise<LoopTable | undefined> {
    const rollout = await deps.endpoints.getRollout(row.rollout_id ?? '')
    if (rollout === undefined)
      throw new ModelyardError(
        'rollout_not_found',
        `The rollout ${row.rollout_id ?? ''} was deleted with its endpoint.`,
      )
    const mark = rolloutMark(rollout)
    if (mark === row.rollout_mark) return undefined
    return service.record(row, { kind: 'rolloutSeen', rollout }, { rollout_mark: mark })
  }

  async function watchChampion(row: LoopTable): Promise<LoopTable | undefined> {
    const champion = await deps.models.findChampion(platform.store.read, row.workspace, row.model ?? '')
    return service.record(row, {
      kind: 'championSeen',
      version: champion === undefined ? null : String(champion.version),
    })
  }

  async function requireDeployments(row: LoopTable, endpoint: string) {
    const deployments = await deps.endpoints.describe(row.workspace, endpoint)
    if (deployments === undefined)
      throw new ModelyardError('endpoint_not_found', `The endpoint '${endpoint}' was deleted while the loop went on.`)
    return deployments
  }

  return step
}

/** Thrown inside the transaction that makes the job, so that it makes none. */
class SomebodyElse extends Error {}

export const rolloutEndpoint = (row: LoopTable): string => loopPlanOf(row).rollout?.endpoint ?? ''

/**
 * Tags of the job and so of its runs. Nobody can say from outside which of the rows that a pipeline reads were answered, and so perhaps
 * changed, by the model itself; `unknown` says just that, so that no such model passes for one trained on untouched data.
 */
function tagsOf(row: LoopTable): Record<string, string> {
  return {
    'modelyard.loop': row.id,
    'modelyard.trigger': row.trigger,
    'modelyard.influence': 'unknown',
    ...(row.alert_id === null ? {} : { 'modelyard.alert': row.alert_id }),
    ...(row.monitor === null ? {} : { 'modelyard.monitor': row.monitor }),
    ...(row.endpoint === null ? {} : { 'modelyard.endpoint': row.endpoint }),
    ...(row.new_labels === null ? {} : { 'modelyard.newLabels': String(row.new_labels) }),
  }
}
