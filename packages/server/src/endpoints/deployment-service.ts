import { open } from 'node:fs/promises'
import { ModelyardError } from '@modelyard/contract'
import { appendEvent, type Platform, type Transaction } from '../platform/index.ts'
import { createDeploymentPlanner } from './deployment-plan.ts'
import type { By, EndpointDeps, EndpointService, Source } from './endpoint-service.ts'
import * as store from './endpoint-store.ts'
import type { DeploymentTable } from './endpoint-tables.ts'
import { findActiveRollout } from './rollouts/rollout-store.ts'
import type { RolloutTable } from './rollouts/rollout-tables.ts'
import { logFileOf } from './routing.ts'
import { readTraffic, trafficWith, type Traffic } from './traffic.ts'

const largestTail = 32 * 2 ** 20

/** Deployments behind endpoints: created, replaced, deleted. */
export function createDeploymentService(
  platform: Platform,
  deps: EndpointDeps,
  endpoints: EndpointService,
  changed: () => Promise<void>,
  endRollout: (tx: Transaction, rollout: RolloutTable, by: By) => Promise<void>,
) {
  const { store: database, clock } = platform
  const { requireEndpoint, requireDeployment } = endpoints
  const prepare = createDeploymentPlanner(platform, deps)

  async function createDeployment(
    workspace: string,
    endpoint: string,
    input: Source,
    by: By,
  ): Promise<DeploymentTable> {
    await requireEndpoint(database.read, workspace, endpoint)
    const { document, row } = await prepare(workspace, endpoint, input)
    const at = clock.now()
    const full: DeploymentTable = {
      ...row,
      revision: 1,
      state: 'creating',
      reason: '',
      error: null,
      created_at: at,
      updated_at: at,
    }
    await database.write(async (tx) => {
      const owner = await requireEndpoint(tx, workspace, endpoint)
      const existing = (await store.listDeployments(tx, workspace, endpoint)).map((deployment) => deployment.name)
      if (!(await store.insertDeployment(tx, full)))
        throw new ModelyardError('already_exists', `The endpoint '${endpoint}' already has a deployment '${row.name}'.`)
      const traffic = trafficWith(JSON.parse(owner.traffic) as Traffic, existing, row.name, document.traffic)
      await store.changeEndpoint(tx, workspace, endpoint, { traffic: JSON.stringify(traffic), updated_at: at })
      await appendEvent(tx, {
        name: 'deployment.created',
        subject: `${endpoint}/${row.name}`,
        workspace,
        at,
        ...by,
        data: { endpoint, deployment: row.name },
        after: { name: row.name, model: row.model_name, version: row.model_version },
      })
    })
    void changed()
    return full
  }

  async function updateDeployment(
    workspace: string,
    endpoint: string,
    name: string,
    input: Source,
    by: By,
  ): Promise<DeploymentTable> {
    await requireDeployment(database.read, workspace, endpoint, name)
    const { document, row } = await prepare(workspace, endpoint, input)
    if (document.name !== name)
      throw new ModelyardError(
        'document_invalid',
        `The file is of the deployment '${document.name}', not of '${name}'.`,
      )
    await database.write(async (tx) => {
      const before = await requireDeployment(tx, workspace, endpoint, name)
      const rollout = await findActiveRollout(tx, workspace, endpoint)
      if (rollout?.deployment === name || (readTraffic(rollout?.stable ?? '{}')[name] ?? 0) > 0)
        throw new ModelyardError('rollout_active', `The rollout ${rollout?.id} compares '${name}' as it is.`)
      await store.changeDeployment(
        tx,
        { workspace, endpoint, name },
        {
          ...row,
          revision: before.revision + 1,
          state: before.state === 'ready' ? 'updating' : 'creating',
          reason: '',
          error: null,
          updated_at: clock.now(),
        },
      )
      await appendEvent(tx, {
        name: 'deployment.changed',
        subject: `${endpoint}/${name}`,
        workspace,
        at: clock.now(),
        ...by,
        data: { endpoint, deployment: name, state: 'updating' },
        before: { version: before.model_version, revision: before.revision },
        after: { version: row.model_version, revision: before.revision + 1 },
      })
    })
    void changed()
    return requireDeployment(database.read, workspace, endpoint, name)
  }

  async function deleteDeployment(workspace: string, endpoint: string, name: string, by: By): Promise<void> {
    await database.write(async (tx) => {
      await requireDeployment(tx, workspace, endpoint, name)
      const rollout = await findActiveRollout(tx, workspace, endpoint)
      if (rollout !== undefined) await endOrRefuse(tx, rollout, name, by)
      const owner = await requireEndpoint(tx, workspace, endpoint)
      const { [name]: weight = 0, ...rest } = readTraffic(owner.traffic)
      const mirror = readTraffic(owner.mirror)
      delete mirror[name]
      if (weight > 0)
        throw new ModelyardError(
          'precondition_failed',
          `The deployment '${name}' gets ${weight} % of the traffic; move it to another one first.`,
        )
      await store.deleteDeployment(tx, workspace, endpoint, name)
      await store.changeEndpoint(tx, workspace, endpoint, {
        traffic: JSON.stringify(rest),
        mirror: JSON.stringify(mirror),
        updated_at: clock.now(),
      })
      await appendEvent(tx, {
        name: 'deployment.deleted',
        subject: `${endpoint}/${name}`,
        workspace,
        at: clock.now(),
        ...by,
        data: { endpoint, deployment: name },
        before: { name },
      })
    })
    await changed()
  }

  /** A shadow may go, and its rollout with it; what a rollback needs stays. */
  async function endOrRefuse(tx: Transaction, rollout: RolloutTable, name: string, by: By): Promise<void> {
    const isUsed = (readTraffic(rollout.stable)[name] ?? 0) > 0
    if (rollout.deployment !== name && isUsed)
      throw new ModelyardError(
        'rollout_active',
        `The rollout ${rollout.id} may have to give the traffic back to '${name}'.`,
      )
    if (rollout.deployment !== name) return
    const owner = await requireEndpoint(tx, rollout.workspace, rollout.endpoint)
    if ((readTraffic(owner.traffic)[name] ?? 0) === 0) await endRollout(tx, rollout, by)
  }

  /** The end of a deployment's log; with a request id only the lines of that request. */
  async function logLines(
    workspace: string,
    endpoint: string,
    name: string,
    tail: number,
    requestId: string | undefined,
  ): Promise<string[]> {
    await requireDeployment(database.read, workspace, endpoint, name)
    const text = await readTail(logFileOf(platform, { workspace, endpoint, name })).catch(() => '')
    const lines = text.split('\n').filter((line, index, all) => line !== '' || index < all.length - 1)
    return (requestId === undefined ? lines : lines.filter((line) => line.startsWith(`[${requestId}]`))).slice(-tail)
  }

  return { createDeployment, updateDeployment, deleteDeployment, logLines }
}

export type DeploymentService = ReturnType<typeof createDeploymentService>

/** A script may print for months; of a large file only the end is looked at. */
async function readTail(path: string): Promise<string> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const from = Math.max(0, size - largestTail)
    const { bytesRead, buffer } = await file.read(Buffer.alloc(size - from), 0, size - from, from)
    const text = buffer.toString('utf8', 0, bytesRead)
    return from === 0 ? text : text.slice(text.indexOf('\n') + 1)
  } finally {
    await file.close()
  }
}
