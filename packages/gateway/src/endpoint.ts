import type { RoutedDeployment, RoutedEndpoint } from '@modelyard/contract'
import { systemClock, systemRandomness } from '@modelyard/platform'
import type { Collections } from './collection/index.ts'
import { DeploymentNumbers } from './deployment-numbers.ts'
import { DeploymentRuntime } from './deployment.ts'
import type { Pending } from './pending.ts'
import { ProcessUsage } from './process-usage.ts'
import { differs, isReady, sampleUsage, slotStatus, type Slot } from './slot.ts'
import type { TelemetryLog } from './telemetry.ts'
import { pickByWeight, pickForCaller } from './traffic.ts'

const drainMs = 30_000
let runtimes = 0

/** What the endpoints of a gateway have in common. */
export interface EndpointContext {
  readonly address: { readonly socket: string; readonly secret: string }
  readonly collections: Collections
  readonly telemetry: TelemetryLog
}

/** An endpoint: its keys, its deployments, the split between them. */
export class EndpointRuntime {
  routed: RoutedEndpoint
  #keys: ReadonlySet<string>
  readonly #slots = new Map<string, Slot>()
  #weighted: Slot[] = []
  #mirrors: Slot[] = []
  /** Revisions that answer what they have and then end. */
  readonly #draining = new Set<DeploymentRuntime>()
  readonly #context: EndpointContext

  constructor(routed: RoutedEndpoint, context: EndpointContext) {
    this.routed = routed
    this.#keys = new Set(routed.keyHashes)
    this.#context = context
    this.apply(routed)
  }

  /** The header whose value keeps a caller at one deployment, as Node names headers. */
  get stickyHeader(): string | undefined {
    return this.routed.stickyHeader?.toLowerCase()
  }

  /** Follows a new routing table; a deployment whose revision is the same is left alone. */
  apply(routed: RoutedEndpoint): void {
    this.routed = routed
    this.#keys = new Set(routed.keyHashes)
    const names = new Set(routed.deployments.map((deployment) => deployment.name))
    for (const [name, slot] of this.#slots) if (!names.has(name)) void this.#remove(slot, drainMs)
    for (const deployment of routed.deployments) this.#applyDeployment(deployment)
    this.#weighted = [...this.#slots.values()].filter((slot) => slot.weight > 0)
    this.#mirrors = [...this.#slots.values()].filter((slot) => slot.mirrorPercent > 0)
  }

  async #remove(slot: Slot, withinMs: number): Promise<void> {
    this.#slots.delete(slot.name)
    await Promise.all([this.#retire(slot.current, withinMs), slot.next && this.#retire(slot.next, 0)])
    this.#context.telemetry.finished(this.#nameOf(slot.name), slot.numbers.seal(systemClock.now(), true))
    // One of the same name may have come meanwhile: then its predictions are counted on.
    if (!this.#slots.has(slot.name))
      await this.#context.collections.remove(this.routed.workspace, this.routed.name, slot.name)
  }

  async #retire(runtime: DeploymentRuntime, withinMs: number): Promise<void> {
    this.#draining.add(runtime)
    await runtime.stop(withinMs)
    this.#draining.delete(runtime)
  }

  #applyDeployment(deployment: RoutedDeployment): void {
    const slot = this.#slots.get(deployment.name)
    if (slot === undefined) return this.#add(deployment)
    slot.weight = deployment.weight
    slot.mirrorPercent = deployment.mirrorPercent
    slot.collection.configure(deployment.collection)
    const newest = slot.next ?? slot.current
    if (!differs(newest.routed, deployment)) return
    if (slot.next !== undefined) void this.#retire(slot.next, 0)
    slot.next = undefined
    const runtime = this.#start(deployment, slot)
    if (slot.current.state === 'failed' || slot.current.state === 'starting') {
      // Nothing serves yet, so there is nothing to keep.
      void this.#retire(slot.current, 0)
      slot.current = runtime
    } else slot.next = runtime
  }

  #add(deployment: RoutedDeployment): void {
    const { workspace, name } = this.routed
    const parts = {
      numbers: new DeploymentNumbers(),
      collection: this.#context.collections.of(workspace, name, deployment.name),
    }
    parts.collection.configure(deployment.collection)
    this.#slots.set(deployment.name, {
      ...parts,
      name: deployment.name,
      weight: deployment.weight,
      mirrorPercent: deployment.mirrorPercent,
      current: this.#start(deployment, parts),
      next: undefined,
      usage: new ProcessUsage(),
    })
  }

  #start(deployment: RoutedDeployment, parts: Pick<Slot, 'numbers' | 'collection'>): DeploymentRuntime {
    const { workspace, name } = this.routed
    const key = `${workspace}/${name}/${deployment.name}/${deployment.revision}/${++runtimes}`
    const runtime: DeploymentRuntime = new DeploymentRuntime(key, deployment, {
      address: this.#context.address,
      numbers: parts.numbers,
      collection: parts.collection,
      changed: () => this.#swap(runtime),
      raised: (requestId, exception) =>
        this.#context.telemetry.raised(this.#nameOf(deployment.name), systemClock.now(), requestId, exception),
    })
    return runtime
  }

  #nameOf(deployment: string): { workspace: string; endpoint: string; deployment: string } {
    return { workspace: this.routed.workspace, endpoint: this.routed.name, deployment }
  }

  /** The next revision is ready: it takes over, and the old one ends when its requests have. */
  #swap(runtime: DeploymentRuntime): void {
    const slot = this.#slots.get(runtime.routed.name)
    if (slot?.next !== runtime || runtime.state !== 'ready') return
    const old = slot.current
    slot.current = runtime
    slot.next = undefined
    void this.#retire(old, drainMs)
  }

  isKey(hash: string): boolean {
    return this.#keys.has(hash)
  }

  /**
   * The deployment for a request: the named one, or one by the split; for a `caller` always the same. One that is not ready gets nothing while another
   * with traffic is.
   */
  choose(named: string | undefined, caller?: string): DeploymentRuntime | undefined {
    if (named !== undefined) return this.#slots.get(named)?.current
    const [only] = this.#weighted
    if (this.#weighted.length <= 1) return only?.current
    const ready = this.#weighted.every(isReady) ? this.#weighted : this.#weighted.filter(isReady)
    const among = ready.length > 0 ? ready : this.#weighted
    const slot = caller === undefined ? pickByWeight(among, systemRandomness.fraction()) : pickForCaller(among, caller)
    return slot?.current
  }

  /** Sends copies of a request that was accepted elsewhere. */
  mirror(primary: Pending, chosen: DeploymentRuntime): void {
    for (const slot of this.#mirrors)
      if (slot.current !== chosen && isReady(slot) && systemRandomness.fraction() * 100 < slot.mirrorPercent)
        slot.current.shadow(primary)
  }

  *runtimes(): Generator<DeploymentRuntime> {
    for (const slot of this.#slots.values()) {
      yield slot.current
      if (slot.next !== undefined) yield slot.next
    }
    yield* this.#draining
  }

  /** What the server shows of the deployments. */
  status(nowMs: number): Record<string, unknown>[] {
    return [...this.#slots.values()].map((slot) => ({
      workspace: this.routed.workspace,
      endpoint: this.routed.name,
      ...slotStatus(slot, nowMs),
    }))
  }

  /** Once a second: what the processes use, and what is finished to the log. */
  sample(nowMs: number, monotonicMs: number, withMemory: boolean): void {
    for (const slot of this.#slots.values()) {
      this.#context.telemetry.finished(this.#nameOf(slot.name), slot.numbers.seal(nowMs))
      sampleUsage(slot, nowMs, monotonicMs, withMemory)
    }
  }

  /** Gives out the interval under way as it is. */
  sealAll(nowMs: number): void {
    for (const slot of this.#slots.values())
      this.#context.telemetry.finished(this.#nameOf(slot.name), slot.numbers.seal(nowMs, true))
  }

  series(sinceMs: number): Record<string, unknown>[] {
    return [...this.#slots.entries()].map(([deployment, slot]) => ({
      deployment,
      points: slot.numbers.series(sinceMs),
    }))
  }

  /** The gateway ends: what is answered is kept, and found by the next one. */
  async stop(): Promise<void> {
    await Promise.all([...this.runtimes()].map((runtime) => runtime.stop(2000)))
  }

  /** The endpoint is gone from the table. */
  async remove(): Promise<void> {
    await Promise.all([...this.#slots.values()].map((slot) => this.#remove(slot, 2000)))
  }
}
