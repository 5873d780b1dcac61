import { latencyBoundsMs, latencyQuantile } from '@modelyard/contract'

/** Upper bounds in milliseconds; the last bucket has none. The server reads the counts by the same ones. */
export const latencyBounds = latencyBoundsMs

/** Counts latencies in fixed buckets: no allocation, no sorting, mergeable. */
export class LatencyHistogram {
  readonly counts = new Uint32Array(latencyBounds.length + 1)

  add(milliseconds: number): void {
    let low = 0
    let high = latencyBounds.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (milliseconds <= (latencyBounds[middle] ?? Number.POSITIVE_INFINITY)) high = middle
      else low = middle + 1
    }
    this.counts[low] = (this.counts[low] ?? 0) + 1
  }

  /** The latency below which a share of the requests stayed, linear within its bucket; null without requests. */
  quantile(share: number): number | null {
    return latencyQuantile(this.counts, share)
  }
}
