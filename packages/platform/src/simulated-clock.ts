import type { Clock, Timer } from './clock.ts'

interface Pending {
  dueMs: number
  order: number
  work: () => void
}

/** A clock that stands still until `advance` is called; timers fire in the order of their due times. */
export class SimulatedClock implements Clock {
  #nowMs: number
  #startMs: number
  #order = 0
  #pending: Pending[] = []

  constructor(startMs = 1_700_000_000_000) {
    this.#nowMs = startMs
    this.#startMs = startMs
  }

  now(): number {
    return this.#nowMs
  }

  monotonic(): number {
    return this.#nowMs - this.#startMs
  }

  after(delayMs: number, work: () => void): Timer {
    const entry: Pending = { dueMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, work }
    this.#pending.push(entry)
    return { cancel: () => void (this.#pending = this.#pending.filter((other) => other !== entry)) }
  }

  every(periodMs: number, work: () => void): Timer {
    let timer: Timer
    const again = (): void => {
      timer = this.after(periodMs, again)
      work()
    }
    timer = this.after(periodMs, again)
    return { cancel: () => timer.cancel() }
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = this.after(delayMs, resolve)
    signal?.addEventListener('abort', () => (timer.cancel(), resolve()), { once: true })
    return promise
  }

  /** Moves time forward and lets everything that became due run, promises included. */
  async advance(durationMs: number): Promise<void> {
    const untilMs = this.#nowMs + durationMs
    for (;;) {
      const next = this.#pending.toSorted((a, b) => a.dueMs - b.dueMs || a.order - b.order)[0]
      if (next === undefined || next.dueMs > untilMs) break
      this.#pending = this.#pending.filter((other) => other !== next)
      this.#nowMs = next.dueMs
      next.work()
      await new Promise((resolve) => setImmediate(resolve))
    }
    this.#nowMs = untilMs
  }
}
