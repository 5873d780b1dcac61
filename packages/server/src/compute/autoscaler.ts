/** A node as the rule sees it. `idleMs`: for how long it has had nothing to do. */
export interface ScaledNode {
  readonly id: string
  readonly busySlots: number
  readonly idleMs: number
}

export interface ScalingInput {
  readonly minNodes: number
  readonly maxNodes: number
  readonly slotsPerNode: number
  readonly idleMs: number
  readonly queuedSteps: number
  /** Nodes that are there or coming; draining ones do not count. */
  readonly nodes: readonly ScaledNode[]
}

export interface ScalingOutput {
  readonly start: number
  readonly drain: readonly string[]
  readonly reason: string
}

/**
 * How many nodes a target needs: at once as many as the queue asks for beyond the free slots, within [min, max]; fewer only by nodes that
 * have had nothing to do for their own idle time, and never while something waits. A busy node is never chosen.
 */
export function decideScaling(input: ScalingInput): ScalingOutput {
  const { nodes, slotsPerNode, queuedSteps } = input
  const free = nodes.reduce((sum, node) => sum + Math.max(0, slotsPerNode - node.busySlots), 0)
  const missing = Math.ceil(Math.max(0, queuedSteps - free) / slotsPerNode)
  const wanted = Math.min(input.maxNodes, Math.max(input.minNodes, nodes.length + missing))
  if (wanted > nodes.length) {
    const start = wanted - nodes.length
    return {
      start,
      drain: [],
      reason:
        missing > 0
          ? `${queuedSteps} ${queuedSteps === 1 ? 'step waits' : 'steps wait'}, ${free} free ${free === 1 ? 'slot' : 'slots'}`
          : `at least ${input.minNodes} nodes`,
    }
  }
  if (queuedSteps > 0) return { start: 0, drain: [], reason: '' }
  const removable = Math.max(0, nodes.length - input.minNodes)
  const idle = nodes
    .filter((node) => node.busySlots === 0 && node.idleMs >= input.idleMs)
    .toSorted((a, b) => b.idleMs - a.idleMs)
    .slice(0, removable)
  return {
    start: 0,
    drain: idle.map((node) => node.id),
    reason: idle.length === 0 ? '' : `idle for ${input.idleMs / 1000} s`,
  }
}
