import { appendEvent, type Platform } from '../platform/index.ts'
import { decideScaling } from './autoscaler.ts'
import type { ComputeBackend } from './compute-backend.ts'
import { insertDecision } from './compute-store.ts'
import type { ComputeTargetTable } from './compute-tables.ts'
import type { LiveNode, Nodes } from './nodes.ts'

const superviseMs = 300
const coalesceMs = 50
const stopWithinMs = 6000

export interface Demand {
  readonly queued: number
  /** Steps that each node held when `queued` was counted. */
  readonly held: ReadonlyMap<string, number>
  readonly waiting: readonly {
    readonly jobId: string
    readonly jobName: string
    readonly step: string
    readonly queuedAt: string
    readonly workspace: string
  }[]
}

const scaled = new Set(['requested', 'provisioning', 'preparing', 'idle', 'running'])

/** Keeps every target at the size that its queue asks for. */
export function createComputeLoop(
  platform: Platform,
  nodes: Nodes,
  backend: ComputeBackend,
  listTargets: () => Promise<ComputeTargetTable[]>,
) {
  const demands = new Map<string, Demand>()
  let stopping = false
  let running: Promise<void> | undefined
  let again = false
  let coalescing = false

  function nodesOf(targetId: string): LiveNode[] {
    return [...nodes.nodes.values()].filter((node) => node.row.target_id === targetId)
  }

  async function scale(target: ComputeTargetTable): Promise<void> {
    const now = platform.clock.monotonic()
    const counted = nodesOf(target.id).filter((node) => scaled.has(node.row.state))
    const demand = demands.get(target.id)
    const decision = decideScaling({
      minNodes: target.min_nodes,
      maxNodes: target.max_nodes,
      slotsPerNode: target.slots_per_node,
      idleMs: target.idle_ms,
      queuedSteps: demand?.queued ?? 0,
      nodes: counted.map((node) => ({
        id: node.row.id,
        // A step that a node took since the queue was counted would else count twice: as one that waits, and as a slot less for it.
        busySlots: Math.min(node.attempts.length, demand?.held.get(node.row.id) ?? 0),
        idleMs: node.row.state === 'idle' && node.idleSinceMs !== null ? now - node.idleSinceMs : 0,
      })),
    })
    if (decision.start === 0 && decision.drain.length === 0) return
    if (decision.start > 0 && nodes.startProblem(target.id) !== undefined) return
    await record(target, counted.length, counted.length + decision.start - decision.drain.length, decision.reason)
    for (const id of decision.drain) {
      const node = nodes.nodes.get(id)
      if (node !== undefined) await nodes.drain(node, decision.reason)
    }
    await Promise.all(Array.from({ length: decision.start }, () => nodes.start(target)))
  }

  async function record(target: ComputeTargetTable, from: number, to: number, reason: string): Promise<void> {
    const at = platform.clock.now()
    await platform.store.write(async (tx) => {
      await insertDecision(tx, { target_id: target.id, at, from_nodes: from, to_nodes: to, reason })
      await appendEvent(tx, {
        name: 'compute_target.scaled',
        subject: target.name,
        workspace: target.workspace === '*' ? null : target.workspace,
        actor: 'system',
        at,
        data: { name: target.name, from, to, reason },
      })
    })
  }

  async function pass(): Promise<void> {
    do {
      again = false
      if (stopping) break
      await nodes.supervise()
      for (const target of await listTargets()) if (!stopping) await scale(target)
    } while (again)
    running = undefined
  }

  function wake(): void {
    if (stopping) return
    if (running !== undefined) {
      again = true
      return
    }
    running = pass().catch((error: unknown) => {
      running = undefined
      platform.logger.error({ err: error }, 'scaling failed; it is tried again')
    })
  }

  const timer = platform.clock.every(superviseMs, wake)

  /** Ends every node: each gets the word to end its work, the slow ones are killed. */
  async function stop(): Promise<void> {
    stopping = true
    timer.cancel()
    await running
    const all = [...nodes.nodes.values()]
    // No node is handed what another just gave back.
    nodes.close()
    for (const node of all) backend.stop(node.row.id)
    const deadline = platform.clock.monotonic() + stopWithinMs
    while (platform.clock.monotonic() < deadline && all.some((node) => backend.find(node.row.id) !== undefined))
      await platform.clock.sleep(30)
    for (const node of all) await nodes.remove(node, 'gone', 'the server stopped')
  }

  return {
    demands,
    nodesOf,
    wake,
    stop,
    setDemand(targetId: string, demand: Demand) {
      demands.set(targetId, demand)
      if (coalescing) return
      coalescing = true
      platform.clock.after(demand.queued === 0 ? coalesceMs : 0, () => {
        coalescing = false
        wake()
      })
    },
  }
}
