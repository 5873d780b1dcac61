import type { RoutedDeployment } from '@modelyard/contract'
import { systemClock } from '@modelyard/platform'
import { startZygote, type Zygote, type ZygoteAddress } from './zygote.ts'

const mostRestartsPerMinute = 10

export interface FleetEvents {
  /** The model is loaded. */
  ready(info: { schema: unknown; batches: boolean; wantsHead: boolean }): void
  failed(message: string, traceback: string): void
  /** Workers that should be there and have not connected, or are dead. */
  missing(): number
  /** A worker is dead, whether or not its connection is known to be closed. */
  exited(pid: number): void
  /** Whether processes are wanted at all. */
  wanted(): boolean
}

/** The processes that load a deployment's model: one that forks, or one for each worker where forking is not safe. */
export class ZygoteFleet {
  readonly #routed: RoutedDeployment
  readonly #address: ZygoteAddress
  readonly #events: FleetEvents
  #zygotes: Zygote[] = []
  #forkable = true
  #nextWorker = 1
  /** Workers that were asked for and have not connected, with their process where it is known. */
  readonly #coming = new Map<number, number | undefined>()
  #restarts: number[] = []

  constructor(routed: RoutedDeployment, address: ZygoteAddress, events: FleetEvents) {
    this.#routed = routed
    this.#address = address
    this.#events = events
    this.#start()
  }

  pids(): number[] {
    return this.#zygotes.map((zygote) => zygote.pid)
  }

  /** A worker connected. */
  arrived(worker: number): void {
    this.#coming.delete(worker)
  }

  kill(): void {
    for (const zygote of this.#zygotes) zygote.kill()
  }

  #start(): void {
    let alive = true
    const zygote = startZygote(this.#routed, this.#address, {
      ready: (info) => {
        this.#forkable = info.forkable
        this.#events.ready(info)
        this.#fill(zygote)
      },
      failed: (message, traceback) => this.#events.failed(message, traceback),
      forked: (worker, pid) => {
        if (this.#coming.has(worker)) this.#coming.set(worker, pid)
      },
      exited: (pid) => {
        for (const [worker, known] of this.#coming) if (known === pid) this.#coming.delete(worker)
        this.#events.exited(pid)
        this.#fill(zygote)
      },
      gone: () => {
        if (!alive) return
        alive = false
        this.#zygotes = this.#zygotes.filter((other) => other !== zygote)
        this.#coming.clear()
        if (this.#events.wanted()) this.#restart()
      },
    })
    this.#zygotes.push(zygote)
  }

  /** As many workers as the deployment asks for. Where forking is not safe, each is a process that loads for itself. */
  #fill(zygote: Zygote): void {
    if (!this.#events.wanted()) return
    if (!this.#forkable) {
      zygote.become(this.#nextWorker++)
      if (this.#zygotes.length < this.#routed.instanceCount) this.#start()
      return
    }
    for (let missing = this.#events.missing() - this.#coming.size; missing > 0; missing--) {
      this.#coming.set(this.#nextWorker, undefined)
      zygote.fork(this.#nextWorker++)
    }
  }

  /** A zygote died by itself: again, unless that happens over and over. */
  #restart(): void {
    const now = systemClock.monotonic()
    this.#restarts = [...this.#restarts.filter((at) => at > now - 60_000), now]
    if (this.#restarts.length > mostRestartsPerMinute)
      return this.#events.failed('its process died again and again', '')
    systemClock.after(Math.min(2000, 50 * 2 ** this.#restarts.length), () => {
      if (this.#events.wanted()) this.#start()
    })
  }
}
