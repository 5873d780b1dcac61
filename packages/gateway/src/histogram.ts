/** Upper bounds in milliseconds; the last bucket has none. */
export const latencyBounds: readonly number[] = [
  0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 25, 50, 75, 100, 150, 250, 500, 1000, 2500, 5000, 10_000, 30_000,
]

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
    let total = 0
    for (const count of this.counts) total += count
    if (total === 0) return null
    let rank = share * total
    for (const [index, count] of this.counts.entries()) {
      if (rank > count || count === 0) {
        rank -= count
        continue
      }
      const lower = latencyBounds[index - 1] ?? 0
      const upper = latencyBounds[index] ?? lower * 2
      return lower + ((upper - lower) * rank) / count
    }
    return latencyBounds.at(-1) ?? null
  }
}
