/** A running timer; `cancel` may be called twice. */
export interface Timer {
  cancel(): void
}

/** Time as the program sees it. Loops take it as an argument, so that they run under a simulated one in tests. */
export interface Clock {
  /** Milliseconds since the epoch. Only for what people read; never for deciding how long something took. */
  now(): number
  /** Milliseconds from an arbitrary start; never jumps. */
  monotonic(): number
  /** Calls `work` once after `delayMs`. Does not keep the process alive. */
  after(delayMs: number, work: () => void): Timer
  /** Calls `work` every `periodMs`. Does not keep the process alive. */
  every(periodMs: number, work: () => void): Timer
  /** Resolves after `delayMs`, or at once when `signal` is aborted. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, work) {
    const timer = setTimeout(work, delayMs)
    timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
  every(periodMs, work) {
    const timer = setInterval(work, periodMs)
    timer.unref()
    return { cancel: () => clearInterval(timer) }
  },
  sleep(delayMs, signal) {
    if (signal?.aborted === true) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(done, delayMs)
    function done(): void {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    signal?.addEventListener('abort', done, { once: true })
    return promise
  },
}

/** RFC 3339 in UTC with milliseconds. */
export function toTimestamp(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
