import type { RoutedDeployment } from '@modelyard/contract'
import type { DeploymentCollection } from './collection/index.ts'
import type { DeploymentNumbers } from './deployment-numbers.ts'
import type { DeploymentRuntime } from './deployment.ts'
import type { ProcessUsage } from './process-usage.ts'

/** A deployment of an endpoint over its revisions. */
export interface Slot {
  readonly name: string
  weight: number
  mirrorPercent: number
  current: DeploymentRuntime
  /** The next revision, while it loads; the current one serves until it is ready. */
  next: DeploymentRuntime | undefined
  readonly numbers: DeploymentNumbers
  readonly collection: DeploymentCollection
  readonly usage: ProcessUsage
}

/** Whether a deployment has to be started anew: another revision, or other columns that its collectors must not write. */
export function differs(one: RoutedDeployment, other: RoutedDeployment): boolean {
  const redactOf = ({ collection }: RoutedDeployment): string => JSON.stringify(collection?.redact ?? [])
  return one.revision !== other.revision || redactOf(one) !== redactOf(other)
}

export function isReady(slot: Slot): boolean {
  return slot.current.state === 'ready'
}

/** Reads what the deployment's processes use; memory is read beside the event loop. */
export function sampleUsage(slot: Slot, nowMs: number, monotonicMs: number, withMemory: boolean): void {
  const pids = slot.current.pids()
  slot.numbers.used(nowMs, slot.usage.sampleCpu(pids, monotonicMs))
  if (!withMemory && slot.usage.memoryBytes !== null) return
  slot.usage.sampleMemory(pids).then(
    (bytes) => slot.numbers.occupied(nowMs, bytes),
    () => undefined,
  )
}

/** What the server shows of a deployment. */
export function slotStatus(slot: Slot, nowMs: number): Record<string, unknown> {
  const newest = slot.next ?? slot.current
  return {
    deployment: slot.name,
    revision: newest.routed.revision,
    state: newest.state,
    servingRevision: isReady(slot) ? slot.current.routed.revision : null,
    failure: newest.failure ?? null,
    workers: slot.current.workers(),
    numbers: slot.numbers.snapshot(nowMs, slot.current.load),
    schema: slot.current.schema,
    collection: slot.collection.counts(),
    mirror: slot.current.mirror.numbers(),
    cpuCores: slot.usage.cpuCores,
    memoryBytes: slot.usage.memoryBytes,
  }
}
