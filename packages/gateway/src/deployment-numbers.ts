import { LatencyHistogram, latencyBounds } from './histogram.ts'

const intervalMs = 10_000
const keptIntervals = 8640

/** Ten seconds of a deployment. */
export interface Interval {
  readonly start: number
  requests: number
  errors: number
  rejected: number
  latencySumMs: number
  cpuSeconds: number
  memoryBytes: number
  readonly latencies: LatencyHistogram
}

/** What a deployment has answered: totals, and a day of ten-second intervals; and what it used of the machine. */
export class DeploymentNumbers {
  requests = 0
  errors = 0
  rejected = 0
  latencySumMs = 0
  readonly latencies = new LatencyHistogram()
  readonly #intervals: Interval[] = []
  /** Those that were not given out as finished. */
  #unsealed: Interval[] = []

  answered(nowMs: number, milliseconds: number, failed: boolean): void {
    const interval = this.#intervalAt(nowMs)
    this.requests++
    interval.requests++
    if (failed) {
      this.errors++
      interval.errors++
    }
    this.latencies.add(milliseconds)
    interval.latencies.add(milliseconds)
    interval.latencySumMs += milliseconds
    this.latencySumMs += milliseconds
  }

  refused(nowMs: number): void {
    this.rejected++
    this.#intervalAt(nowMs).rejected++
  }

  used(nowMs: number, cpuSeconds: number): void {
    this.#intervalAt(nowMs).cpuSeconds += cpuSeconds
  }

  occupied(nowMs: number, memoryBytes: number): void {
    const interval = this.#intervalAt(nowMs)
    interval.memoryBytes = Math.max(interval.memoryBytes, memoryBytes)
  }

  /** Intervals that have ended since the call before, in the order in which they began; with `all`, the one under way as well. */
  seal(nowMs: number, all = false): Interval[] {
    const current = Math.floor(nowMs / intervalMs) * intervalMs
    const ended = this.#unsealed.filter((interval) => all || interval.start !== current)
    this.#unsealed = this.#unsealed.filter((interval) => !ended.includes(interval))
    return ended
  }

  #intervalAt(nowMs: number): Interval {
    const start = Math.floor(nowMs / intervalMs) * intervalMs
    const last = this.#intervals.at(-1)
    if (last?.start === start) return last
    const interval: Interval = {
      start,
      requests: 0,
      errors: 0,
      rejected: 0,
      latencySumMs: 0,
      cpuSeconds: 0,
      memoryBytes: 0,
      latencies: new LatencyHistogram(),
    }
    this.#intervals.push(interval)
    this.#unsealed.push(interval)
    while (
      this.#intervals.length > keptIntervals ||
      (this.#intervals[0]?.start ?? start) < start - keptIntervals * intervalMs
    )
      this.#intervals.shift()
    return interval
  }

  snapshot(nowMs: number, inFlight: number): Record<string, unknown> {
    const recent = this.#intervals.filter((interval) => hadTraffic(interval) && interval.start > nowMs - 6 * intervalMs)
    const requests = recent.reduce((sum, interval) => sum + interval.requests, 0)
    const seconds = recent.length === 0 ? 1 : Math.max(1, (nowMs - (recent[0]?.start ?? nowMs)) / 1000)
    return {
      requests: this.requests,
      errors: this.errors,
      rejected: this.rejected,
      inFlight,
      p50Ms: this.latencies.quantile(0.5),
      p95Ms: this.latencies.quantile(0.95),
      p99Ms: this.latencies.quantile(0.99),
      requestsPerSecond: requests / seconds,
      latencySumMs: this.latencySumMs,
      histogram: [...this.latencies.counts].map((count, index) => ({ upToMs: latencyBounds[index] ?? null, count })),
    }
  }

  /** Points since a moment, for the charts. */
  series(sinceMs: number): Record<string, unknown>[] {
    return this.#intervals
      .filter((interval) => interval.start >= sinceMs && hadTraffic(interval))
      .map((interval) => ({
        at: new Date(interval.start).toISOString(),
        requests: interval.requests,
        errors: interval.errors,
        rejected: interval.rejected,
        p50Ms: interval.latencies.quantile(0.5),
        p95Ms: interval.latencies.quantile(0.95),
        p99Ms: interval.latencies.quantile(0.99),
      }))
  }
}

function hadTraffic(interval: Interval): boolean {
  return interval.requests > 0 || interval.rejected > 0
}
