import type { NodeState } from '@modelyard/contract'
import { appendEvent, type Platform, type Transaction } from '../platform/index.ts'
import type { ComputeBackend } from './compute-backend.ts'
import { changeNode, forgetOldNodes, insertNode, listLiveNodes } from './compute-store.ts'
import type { ComputeTargetTable, NodeTable } from './compute-tables.ts'
import { createStartPauses } from './start-pause.ts'

export interface RunningAttempt {
  readonly attemptId: string
  readonly jobId: string
  readonly step: string
}

/** A node as the server knows it now: its row, and what only lives in memory. */
export interface LiveNode {
  row: NodeTable
  attempts: readonly RunningAttempt[]
  cpuPercent: number | null
  memoryBytes: number | null
  /** Monotonic; null while it works. */
  idleSinceMs: number | null
  lastSeenMs: number | null
  lastSeenAt: number | null
  startsAtMs: number[]
  readonly loadedMs: number
}

export interface NodeTokens {
  issueNodeToken(tx: Transaction, of: { nodeId: string }): Promise<string>
  revokeTokensOf(tx: Transaction, of: { nodeId: string }): Promise<void>
}

const startDeadlineMs = 30_000
const mostStartsPerMinute = 5

/** The nodes of all targets: started, seen, drained, started again when their process dies. */
export function createNodes(platform: Platform, backend: ComputeBackend, tokens: NodeTokens) {
  const nodes = new Map<string, LiveNode>()
  const launching = new Set<string>()
  let closed = false
  const pauses = createStartPauses(platform.clock)
  const lostListeners: ((nodeId: string) => Promise<void>)[] = []
  const drainListeners: ((nodeId: string) => void)[] = []

  async function load(): Promise<void> {
    for (const row of await listLiveNodes(platform.store.read)) nodes.set(row.id, fresh(row))
  }

  function fresh(row: NodeTable): LiveNode {
    return {
      row,
      attempts: [],
      cpuPercent: null,
      memoryBytes: null,
      idleSinceMs: platform.clock.monotonic(),
      lastSeenMs: null,
      lastSeenAt: null,
      startsAtMs: [],
      loadedMs: platform.clock.monotonic(),
    }
  }

  async function setState(
    node: LiveNode,
    state: NodeState,
    reason: string,
    more: Partial<NodeTable> = {},
  ): Promise<void> {
    if (node.row.state === state && Object.keys(more).length === 0) return
    const change = {
      state,
      reason,
      state_since: node.row.state === state ? node.row.state_since : platform.clock.now(),
      ...more,
    }
    node.row = { ...node.row, ...change }
    await platform.store.write(async (tx) => {
      await changeNode(tx, node.row.id, change)
      await announce(tx, node)
      if (state === 'gone') {
        await tokens.revokeTokensOf(tx, { nodeId: node.row.id })
        await forgetOldNodes(tx, node.row.target_id)
      }
    })
  }

  async function announce(tx: Transaction, node: LiveNode): Promise<void> {
    const { id, target_id: target, state, reason } = node.row
    const [workspace = '', name = ''] = target.split('/')
    await appendEvent(tx, {
      name: 'node.changed',
      subject: `${name}/${id}`,
      workspace: workspace === '*' ? null : workspace,
      actor: 'system',
      at: platform.clock.now(),
      data: { nodeId: id, computeTarget: name, state, reason },
    })
  }

  async function start(target: ComputeTargetTable): Promise<void> {
    const id = platform.newId('node')
    const now = platform.clock.now()
    const row: NodeTable = {
      id,
      target_id: target.id,
      state: 'requested',
      reason: '',
      slots: target.slots_per_node,
      pid: null,
      start_time: null,
      hostname: null,
      created_at: now,
      state_since: now,
    }
    const node = fresh(row)
    nodes.set(id, node)
    const token = await platform.store.write(async (tx) => {
      await insertNode(tx, row)
      await announce(tx, node)
      return tokens.issueNodeToken(tx, { nodeId: id })
    })
    await launch(node, token)
  }

  /** Starts (or starts again) the process of a node. */
  async function launch(node: LiveNode, token: string): Promise<void> {
    launching.add(node.row.id)
    node.startsAtMs = [
      ...node.startsAtMs.filter((at) => at > platform.clock.monotonic() - 60_000),
      platform.clock.monotonic(),
    ]
    try {
      const { pid, startTime } = await backend.start({
        id: node.row.id,
        token,
        slots: node.row.slots,
        serverUrl: platform.serverUrl(),
      })
      // It may have announced itself already.
      if (node.row.state === 'requested' || node.row.state === 'provisioning')
        await setState(node, 'provisioning', 'its process starts', { pid, start_time: startTime })
      else await setState(node, node.row.state, node.row.reason, { pid, start_time: startTime })
    } catch (error) {
      platform.logger.error({ err: error, node: node.row.id }, 'a node could not be started')
      const why = `its process could not be started: ${(error as Error).message}`
      pauses.failed(node.row.target_id, why)
      await setState(node, 'unusable', why)
    } finally {
      launching.delete(node.row.id)
    }
  }

  async function announced(nodeId: string, info: { pid: number; hostname: string }): Promise<void> {
    const node = nodes.get(nodeId)
    if (node === undefined) return
    node.idleSinceMs = platform.clock.monotonic()
    pauses.cameUp(node.row.target_id)
    if (node.row.state !== 'draining')
      await setState(node, node.attempts.length > 0 ? 'running' : 'idle', '', { hostname: info.hostname })
  }

  async function seen(
    nodeId: string,
    info: { attempts: readonly RunningAttempt[]; usage?: { cpuPercent: number | null; memoryBytes: number | null } },
  ): Promise<void> {
    const node = nodes.get(nodeId)
    if (node === undefined) return
    node.lastSeenMs = platform.clock.monotonic()
    node.lastSeenAt = platform.clock.now()
    node.attempts = info.attempts
    if (info.usage !== undefined) {
      node.cpuPercent = info.usage.cpuPercent
      node.memoryBytes = info.usage.memoryBytes
    }
    const busy = info.attempts.length > 0
    if (busy) node.idleSinceMs = null
    else {
      node.idleSinceMs ??= platform.clock.monotonic()
      // Nodes measure their steps; what the last one used is no news of a node that has none.
      node.cpuPercent = null
      node.memoryBytes = null
    }
    if (node.row.state === 'idle' || node.row.state === 'running') await setState(node, busy ? 'running' : 'idle', '')
  }

  async function drain(node: LiveNode, reason: string): Promise<void> {
    await setState(node, 'draining', reason)
    for (const listener of drainListeners) listener(node.row.id)
  }

  /** From now on no node takes work, and those that wait for some hear of it. */
  function close(): void {
    closed = true
    for (const nodeId of nodes.keys()) for (const listener of drainListeners) listener(nodeId)
  }

  /** Looks after the processes: one that died is started again under the same id, so that it finds its attempts; one that was to leave is gone. */
  async function supervise(): Promise<void> {
    for (const node of nodes.values()) {
      if (launching.has(node.row.id)) continue
      const found = backend.find(node.row.id)
      if (found === undefined) {
        await replace(node)
        continue
      }
      // Started by a server that was killed before it could note it.
      if (found.pid !== node.row.pid)
        await setState(node, node.row.state === 'requested' ? 'provisioning' : node.row.state, node.row.reason, {
          pid: found.pid,
          start_time: found.startTime,
        })
      const startingForMs = platform.clock.monotonic() - (node.startsAtMs.at(-1) ?? node.loadedMs)
      if (node.row.state === 'provisioning' && startingForMs > startDeadlineMs)
        await giveUp(node, 'it did not announce itself within 30 s')
    }
  }

  async function replace(node: LiveNode): Promise<void> {
    const leaving = node.row.state === 'draining' || node.row.state === 'leaving'
    const cameUp = node.row.state !== 'requested' && node.row.state !== 'provisioning'
    if (!cameUp && !leaving) pauses.failed(node.row.target_id, 'its process ended before it announced itself')
    const hasWork = node.attempts.length > 0 || (await backend.hasAttempts(node.row.id))
    if (!hasWork || leaving || node.row.state === 'unusable')
      return remove(node, 'gone', leaving ? 'it had nothing to do' : 'its process ended')
    if (node.startsAtMs.filter((at) => at > platform.clock.monotonic() - 60_000).length >= mostStartsPerMinute)
      return giveUp(node, 'its process died again and again')
    const token = await platform.store.write((tx) => tokens.issueNodeToken(tx, { nodeId: node.row.id }))
    await setState(node, 'provisioning', 'its process died and starts again', { pid: null })
    await launch(node, token)
  }

  async function giveUp(node: LiveNode, why: string): Promise<void> {
    pauses.failed(node.row.target_id, why)
    await remove(node, 'unusable', why)
  }

  async function remove(node: LiveNode, state: 'gone' | 'unusable', reason: string): Promise<void> {
    await backend.kill(node.row.id)
    for (const listener of lostListeners) await listener(node.row.id)
    if (state === 'unusable') await setState(node, 'unusable', reason)
    nodes.delete(node.row.id)
    await setState(node, 'gone', reason)
    await backend.forget(node.row.id)
  }

  return {
    nodes,
    startProblem: pauses.reason,
    close,
    /** Whether a node is to take no new work and to leave when it is done. */
    shouldDrain: (nodeId: string) => closed || nodes.get(nodeId)?.row.state === 'draining',
    load,
    start,
    announced,
    seen,
    drain,
    remove,
    supervise,
    onLost: (listener: (nodeId: string) => Promise<void>) => void lostListeners.push(listener),
    onDrain: (listener: (nodeId: string) => void) => void drainListeners.push(listener),
  }
}

export type Nodes = ReturnType<typeof createNodes>
