import { latencyQuantile } from '@modelyard/contract'
import type { EndpointSeriesTable } from './telemetry-tables.ts'

const dayMs = 86_400_000

/** How finely and how long the series are kept. */
export const resolutions = [
  { seconds: 10, keptMs: dayMs },
  { seconds: 60, keptMs: 7 * dayMs },
  { seconds: 3600, keptMs: 92 * dayMs },
] as const

/** What one interval of a deployment, or of several together, holds. */
export interface Interval {
  readonly at: number
  readonly requests: number
  readonly errors: number
  readonly rejected: number
  readonly latencyCounts: readonly number[]
  readonly latencySumMs: number
  readonly cpuSeconds: number
  readonly memoryBytes: number
}

/** A point as charts and rules read it; null where nothing was measured. */
export interface SeriesPoint {
  readonly at: number
  readonly requests: number
  readonly errors: number
  readonly rejected: number
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
  readonly cpuCores: number | null
  readonly memoryBytes: number | null
}

/** The finest intervals that are still kept from a moment on. */
export function resolutionFor(fromMs: number, nowMs: number): number {
  return resolutions.find(({ keptMs }) => fromMs >= nowMs - keptMs)?.seconds ?? 3600
}

export function startOf(at: number, seconds: number): number {
  return Math.floor(at / (seconds * 1000)) * seconds * 1000
}

/** Two parts of one interval in time, of one deployment: what was counted is summed, memory is what it was at most. */
export function mergeInTime(one: Interval, other: Interval): Interval {
  return { ...mergeCounts(one, other), memoryBytes: Math.max(one.memoryBytes, other.memoryBytes) }
}

/** The same interval of two deployments: they use the machine side by side. */
export function mergeDeployments(one: Interval, other: Interval): Interval {
  return { ...mergeCounts(one, other), memoryBytes: one.memoryBytes + other.memoryBytes }
}

function mergeCounts(one: Interval, other: Interval): Omit<Interval, 'memoryBytes'> {
  const length = Math.max(one.latencyCounts.length, other.latencyCounts.length)
  return {
    at: one.at,
    requests: one.requests + other.requests,
    errors: one.errors + other.errors,
    rejected: one.rejected + other.rejected,
    latencyCounts: Array.from(
      { length },
      (_, index) => (one.latencyCounts[index] ?? 0) + (other.latencyCounts[index] ?? 0),
    ),
    latencySumMs: one.latencySumMs + other.latencySumMs,
    cpuSeconds: one.cpuSeconds + other.cpuSeconds,
  }
}

export function toPoint(interval: Interval, seconds: number): SeriesPoint {
  const { at, requests, errors, rejected, latencyCounts } = interval
  const isMeasured = interval.memoryBytes > 0 || interval.cpuSeconds > 0
  return {
    at,
    requests,
    errors,
    rejected,
    p50Ms: latencyQuantile(latencyCounts, 0.5),
    p95Ms: latencyQuantile(latencyCounts, 0.95),
    p99Ms: latencyQuantile(latencyCounts, 0.99),
    cpuCores: isMeasured ? interval.cpuSeconds / seconds : null,
    memoryBytes: interval.memoryBytes > 0 ? interval.memoryBytes : null,
  }
}

export function toInterval(row: EndpointSeriesTable): Interval {
  return {
    at: row.at,
    requests: row.requests,
    errors: row.errors,
    rejected: row.rejected,
    latencyCounts: JSON.parse(row.latency_counts) as number[],
    latencySumMs: row.latency_sum_ms,
    cpuSeconds: row.cpu_seconds,
    memoryBytes: row.memory_bytes,
  }
}
