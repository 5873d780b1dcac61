import { ModelyardError } from '@modelyard/contract'
import type { ComputeTargetTable } from './compute-tables.ts'

/** What may be changed of a cluster; what is left out stays. */
export interface TargetChange {
  readonly size?: string | undefined
  readonly minNodes?: number | undefined
  readonly maxNodes?: number | undefined
  readonly idleSeconds?: number | undefined
}

/** The part of a cluster that its audit entries and events show. */
export function scalingOf(row: ComputeTargetTable) {
  return { name: row.name, size: row.size, minNodes: row.min_nodes, maxNodes: row.max_nodes, idleMs: row.idle_ms }
}

/** The cluster with a change made to it. */
export function changedTarget(row: ComputeTargetTable, change: TargetChange): ComputeTargetTable {
  const next = {
    ...row,
    size: change.size ?? row.size,
    min_nodes: change.minNodes ?? row.min_nodes,
    max_nodes: change.maxNodes ?? row.max_nodes,
    idle_ms: change.idleSeconds === undefined ? row.idle_ms : Math.round(change.idleSeconds * 1000),
  }
  requireOrder(next.min_nodes, next.max_nodes)
  return next
}

export function requireOrder(minNodes: number, maxNodes: number): void {
  if (minNodes <= maxNodes) return
  throw new ModelyardError('request_invalid', `minNodes (${minNodes}) is greater than maxNodes (${maxNodes}).`, {
    places: [{ path: 'body.minNodes', message: 'is greater than maxNodes' }],
  })
}
