import { availableParallelism } from 'node:os'
import { ModelyardError, type ComputeNode, type ComputeTarget, type NodeState } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import type { Handlers } from '../http/index.ts'
import { appendEvent, toPage, type Database, type Platform } from '../platform/index.ts'
import type { ComputeBackend } from './compute-backend.ts'
import { createComputeLoop } from './compute-loop.ts'
import * as store from './compute-store.ts'
import type { ComputeTargetTable } from './compute-tables.ts'
import { createNodes, type LiveNode, type NodeTokens } from './nodes.ts'
import { changedTarget, requireOrder, scalingOf } from './target-changes.ts'

export type { ComputeBackend } from './compute-backend.ts'
export { computeMigrations } from './compute-tables.ts'

const dayMs = 86_400_000
const unreachableMs = 15_000
const localIdleMs = 30_000

/** Compute targets: what runs steps, from none to as many nodes as the queue asks for. */
export function createCompute(platform: Platform, deps: { backend: ComputeBackend; tokens: NodeTokens }) {
  const { read } = platform.store
  // The target that is always there: one node with as many slots as the machine has cores.
  const local: ComputeTargetTable = {
    id: '*/local',
    workspace: '*',
    name: 'local',
    size: 'this machine',
    min_nodes: 0,
    max_nodes: 1,
    idle_ms: localIdleMs,
    slots_per_node: availableParallelism(),
    created_at: platform.clock.now(),
  }
  const nodes = createNodes(platform, deps.backend, deps.tokens)
  const loop = createComputeLoop(platform, nodes, deps.backend, async () => [
    local,
    ...(await store.listAllTargets(read)),
  ])

  let countUnfinished = (targetId: string): Promise<number> => Promise.resolve(loop.demands.get(targetId)?.queued ?? 0)

  async function findTarget(db: Database, workspace: string, name: string): Promise<ComputeTargetTable | undefined> {
    return name === local.name ? local : store.findTarget(db, workspace, name)
  }

  async function requireTarget(workspace: string, name: string, db: Database = read): Promise<ComputeTargetTable> {
    const target = await findTarget(db, workspace, name)
    if (target === undefined)
      throw new ModelyardError(
        'compute_target_not_found',
        `There is no compute target '${name}' in the workspace '${workspace}'.`,
      )
    return target
  }

  function toNode(node: LiveNode): ComputeNode {
    const { row } = node
    const silentMs = node.lastSeenMs === null ? 0 : platform.clock.monotonic() - node.lastSeenMs
    return {
      id: row.id,
      computeTarget: row.target_id.split('/')[1] ?? '',
      state: row.state,
      reason: row.reason,
      slots: row.slots,
      pid: row.pid,
      hostname: row.hostname,
      cpuPercent: node.cpuPercent,
      memoryBytes: node.memoryBytes,
      attempts: [...node.attempts],
      createdAt: toTimestamp(row.created_at),
      stateSince: toTimestamp(row.state_since),
      lastSeenAt: node.lastSeenAt === null ? null : toTimestamp(node.lastSeenAt),
      unreachable: silentMs > unreachableMs,
    }
  }

  function toTarget(target: ComputeTargetTable, withNodes: boolean): ComputeTarget {
    const mine = loop.nodesOf(target.id)
    const counts: Partial<Record<NodeState, number>> = {}
    for (const node of mine) counts[node.row.state] = (counts[node.row.state] ?? 0) + 1
    const resizing = mine.some((node) =>
      ['requested', 'provisioning', 'preparing', 'draining', 'leaving'].includes(node.row.state),
    )
    return {
      name: target.name,
      type: target.id === local.id ? 'local' : 'cluster',
      size: target.size,
      minNodes: target.min_nodes,
      maxNodes: target.max_nodes,
      idleSeconds: target.idle_ms / 1000,
      slotsPerNode: target.slots_per_node,
      builtIn: target.id === local.id,
      state: resizing ? 'resizing' : 'steady',
      nodeCounts: counts as ComputeTarget['nodeCounts'],
      queuedSteps: loop.demands.get(target.id)?.queued ?? 0,
      runningSteps: mine.reduce((sum, node) => sum + node.attempts.length, 0),
      ...(withNodes ? { nodes: mine.map(toNode) } : {}),
      createdAt: toTimestamp(target.created_at),
    }
  }

  /** Why the steps of a target wait, in words. */
  function waitReason(target: ComputeTargetTable): string {
    const mine = loop.nodesOf(target.id)
    const problem = nodes.startProblem(target.id)
    if (problem !== undefined) return `no node comes up: ${problem}; it is tried again`
    const starting = mine.filter((node) => ['requested', 'provisioning', 'preparing'].includes(node.row.state)).length
    if (starting > 0) return `${starting === 1 ? 'a node is' : `${starting} nodes are`} starting`
    const busy = mine.reduce((sum, node) => sum + node.attempts.length, 0)
    const what = target.slots_per_node === 1 ? 'node' : 'slot'
    const slots = target.max_nodes * target.slots_per_node
    return busy < slots ? `a ${what} is free and takes it next` : `waits for a free ${what}: ${busy} of ${slots} busy`
  }

  const handlers: Handlers<
    | 'listComputeTargets'
    | 'createComputeTarget'
    | 'getComputeTarget'
    | 'updateComputeTarget'
    | 'deleteComputeTarget'
    | 'listScalingDecisions'
    | 'listQueuedSteps'
  > = {
    async listComputeTargets({ params, query }) {
      const rows = await store.listTargets(read, params.ws, query.pageSize + 1, query.pageToken)
      const page = toPage(
        rows,
        query.pageSize,
        (row) => [row.name],
        (row) => toTarget(row, false),
      )
      return query.pageToken === undefined ? { ...page, items: [toTarget(local, false), ...page.items] } : page
    },
    async createComputeTarget({ params, body, access, requestId }) {
      requireOrder(body.minNodes, body.maxNodes)
      if (body.name === local.name)
        throw new ModelyardError('already_exists', 'The compute target `local` is built in.')
      const at = platform.clock.now()
      const row: ComputeTargetTable = {
        id: `${params.ws}/${body.name}`,
        workspace: params.ws,
        name: body.name,
        size: body.size,
        min_nodes: body.minNodes,
        max_nodes: body.maxNodes,
        idle_ms: Math.round(body.idleSeconds * 1000),
        slots_per_node: 1,
        created_at: at,
      }
      await platform.store.write(async (tx) => {
        if (!(await store.insertTarget(tx, row)))
          throw new ModelyardError(
            'already_exists',
            `There is already a compute target '${body.name}' in the workspace '${params.ws}'.`,
          )
        await appendEvent(tx, {
          name: 'compute_target.created',
          subject: body.name,
          workspace: params.ws,
          actor: access.actor,
          requestId,
          at,
          after: { name: body.name, minNodes: body.minNodes, maxNodes: body.maxNodes, size: body.size },
        })
      })
      loop.wake()
      return toTarget(row, true)
    },
    getComputeTarget: async ({ params }) => toTarget(await requireTarget(params.ws, params.name), true),
    async updateComputeTarget({ params, body, access, requestId }) {
      const target = await requireTarget(params.ws, params.name)
      if (target.id === local.id)
        throw new ModelyardError('compute_target_protected', 'The compute target `local` cannot be changed.')
      const changed = await platform.store.write(async (tx) => {
        const before = await requireTarget(params.ws, params.name, tx)
        const after = changedTarget(before, body)
        await store.changeTarget(tx, before.id, after)
        await appendEvent(tx, {
          name: 'compute_target.updated',
          subject: target.name,
          workspace: params.ws,
          actor: access.actor,
          requestId,
          at: platform.clock.now(),
          before: scalingOf(before),
          after: scalingOf(after),
        })
        return after
      })
      loop.wake()
      return toTarget(changed, true)
    },
    async deleteComputeTarget({ params, access, requestId }) {
      const target = await requireTarget(params.ws, params.name)
      if (target.id === local.id)
        throw new ModelyardError('compute_target_protected', 'The compute target `local` cannot be deleted.')
      const mine = loop.nodesOf(target.id)
      // Also steps whose turn has not come: they would wait for ever.
      const unfinished = Math.max(await countUnfinished(target.id), ...mine.map((node) => node.attempts.length))
      if (unfinished > 0)
        throw new ModelyardError(
          'compute_target_busy',
          `The compute target '${target.name}' has ${unfinished} ${unfinished === 1 ? 'step' : 'steps'} that ${unfinished === 1 ? 'is' : 'are'} not over.`,
        )
      await platform.store.write(async (tx) => {
        await store.deleteTarget(tx, target.id)
        await appendEvent(tx, {
          name: 'compute_target.deleted',
          subject: target.name,
          workspace: params.ws,
          actor: access.actor,
          requestId,
          at: platform.clock.now(),
          before: { name: target.name },
        })
      })
      for (const node of mine) await nodes.drain(node, 'its cluster was deleted')
    },
    async listScalingDecisions({ params, query }) {
      const target = await requireTarget(params.ws, params.name)
      const rows = await store.listDecisions(read, target.id, query.pageSize + 1, query.pageToken)
      return toPage(
        rows,
        query.pageSize,
        (row) => [row.id],
        (row) => ({ at: toTimestamp(row.at), from: row.from_nodes, to: row.to_nodes, reason: row.reason }),
      )
    },
    async listQueuedSteps({ params, query }) {
      const target = await requireTarget(params.ws, params.name)
      const reason = waitReason(target)
      const waiting = (loop.demands.get(target.id)?.waiting ?? []).filter((step) => step.workspace === params.ws)
      return {
        items: waiting
          .slice(0, query.pageSize)
          .map(({ jobId, jobName, step, queuedAt }) => ({ jobId, jobName, step, queuedAt, reason })),
      }
    },
  }

  return {
    handlers,
    findTarget,
    listTargetNames: async (workspace: string) => [
      local.name,
      ...(await store.listTargets(read, workspace, 1000)).map((row) => row.name),
    ],
    setDemand: loop.setDemand,
    nodeAnnounced: nodes.announced,
    nodeSeen: nodes.seen,
    shouldDrain: nodes.shouldDrain,
    async findNode(_db: Database, nodeId: string) {
      const row = nodes.nodes.get(nodeId)?.row
      return row === undefined ? undefined : { id: row.id, targetId: row.target_id, state: row.state }
    },
    /** The attempts of the node will not end by themselves any more. */
    onNodeLost: nodes.onLost,
    onDrain: nodes.onDrain,
    /** Counts the steps of a target that are not over; jobs knows. */
    setUsage: (count: (targetId: string) => Promise<number>) => void (countUnfinished = count),
    async overview(workspace: string) {
      const targets = 1 + (await store.countTargets(read, workspace))
      const live = [...nodes.nodes.values()].filter(
        (node) => node.row.target_id.startsWith(`${workspace}/`) || node.row.target_id === local.id,
      ).length
      const decisions = await store.listRecentDecisions(read, workspace, platform.clock.now() - 30 * dayMs, 300)
      return {
        counts: { computeTargets: targets, nodes: live },
        timeline: decisions.map((one) => ({
          lane: 'compute' as const,
          name: `${one.name}: ${one.from_nodes} → ${one.to_nodes} nodes`,
          at: toTimestamp(one.at),
          endedAt: null,
          status: 'scaled',
          link: `/w/${workspace}/compute/${one.name}`,
        })),
      }
    },
    // A node that asks before its row is read would be told that it is gone.
    load: nodes.load,
    async start() {
      loop.wake()
    },
    stop: loop.stop,
  }
}

export type Compute = ReturnType<typeof createCompute>
