import type { RoutedDeployment, RoutedEndpoint } from '@modelyard/contract'
import { systemRandomness } from '@modelyard/platform'
import { DeploymentNumbers } from './deployment-numbers.ts'
import { DeploymentRuntime } from './deployment.ts'
import { pickByWeight } from './traffic.ts'

const drainMs = 30_000

interface Slot {
  weight: number
  current: DeploymentRuntime
  /** The next revision, while it loads; the current one serves until it is ready. */
  next: DeploymentRuntime | undefined
  readonly numbers: DeploymentNumbers
}

/** An endpoint: its keys, its deployments, the split between them. */
export class EndpointRuntime {
  routed: RoutedEndpoint
  #keys: ReadonlySet<string>
  readonly #slots = new Map<string, Slot>()
  #weighted: Slot[] = []
  readonly #address: { socket: string; secret: string }

  constructor(routed: RoutedEndpoint, address: { socket: string; secret: string }) {
    this.routed = routed
    this.#keys = new Set(routed.keyHashes)
    this.#address = address
    this.apply(routed)
  }

  /** Follows a new routing table; a deployment whose revision is the same is left alone. */
  apply(routed: RoutedEndpoint): void {
    this.routed = routed
    this.#keys = new Set(routed.keyHashes)
    const names = new Set(routed.deployments.map((deployment) => deployment.name))
    for (const [name, slot] of this.#slots) {
      if (names.has(name)) continue
      this.#slots.delete(name)
      void slot.current.stop(drainMs)
      void slot.next?.stop(0)
    }
    for (const deployment of routed.deployments) this.#applyDeployment(deployment)
    this.#weighted = [...this.#slots.values()]
  }

  #applyDeployment(deployment: RoutedDeployment): void {
    const slot = this.#slots.get(deployment.name)
    if (slot === undefined) {
      const numbers = new DeploymentNumbers()
      this.#slots.set(deployment.name, {
        weight: deployment.weight,
        current: this.#start(deployment, numbers),
        next: undefined,
        numbers,
      })
      return
    }
    slot.weight = deployment.weight
    const newest = slot.next ?? slot.current
    if (newest.routed.revision === deployment.revision) return
    void slot.next?.stop(0)
    slot.next = undefined
    const runtime = this.#start(deployment, slot.numbers)
    if (slot.current.state === 'failed' || slot.current.state === 'starting') {
      // Nothing serves yet, so there is nothing to keep.
      void slot.current.stop(0)
      slot.current = runtime
    } else slot.next = runtime
  }

  #start(deployment: RoutedDeployment, numbers: DeploymentNumbers): DeploymentRuntime {
    const key = `${this.routed.workspace}/${this.routed.name}/${deployment.name}/${deployment.revision}`
    const runtime: DeploymentRuntime = new DeploymentRuntime(key, deployment, this.#address, numbers, () =>
      this.#swap(runtime),
    )
    return runtime
  }

  /** The next revision is ready: it takes over, and the old one ends when its requests have. */
  #swap(runtime: DeploymentRuntime): void {
    const slot = this.#slots.get(runtime.routed.name)
    if (slot?.next !== runtime || runtime.state !== 'ready') return
    const old = slot.current
    slot.current = runtime
    slot.next = undefined
    void old.stop(drainMs)
  }

  isKey(hash: string): boolean {
    return this.#keys.has(hash)
  }

  /** The deployment for a request: the named one, or one by the split. */
  choose(named: string | undefined): DeploymentRuntime | undefined {
    if (named !== undefined) return this.#slots.get(named)?.current
    const [only] = this.#weighted
    if (this.#weighted.length === 1 && only !== undefined) return only.weight > 0 ? only.current : undefined
    return pickByWeight(this.#weighted, systemRandomness.fraction())?.current
  }

  *runtimes(): Generator<DeploymentRuntime> {
    for (const slot of this.#slots.values()) {
      yield slot.current
      if (slot.next !== undefined) yield slot.next
    }
  }

  /** What the server shows of the deployments. */
  status(nowMs: number): Record<string, unknown>[] {
    return [...this.#slots.entries()].map(([name, slot]) => {
      const newest = slot.next ?? slot.current
      return {
        workspace: this.routed.workspace,
        endpoint: this.routed.name,
        deployment: name,
        revision: newest.routed.revision,
        state: newest.state,
        servingRevision: slot.current.state === 'ready' ? slot.current.routed.revision : null,
        failure: newest.failure ?? null,
        workers: slot.current.workers(),
        numbers: slot.numbers.snapshot(nowMs, slot.current.load),
        schema: slot.current.schema,
      }
    })
  }

  series(sinceMs: number): Record<string, unknown>[] {
    return [...this.#slots.entries()].map(([deployment, slot]) => ({
      deployment,
      points: slot.numbers.series(sinceMs),
    }))
  }

  async stop(): Promise<void> {
    await Promise.all([...this.runtimes()].map((runtime) => runtime.stop(2000)))
  }
}
