import type { MirrorNumbers, TrafficNumbers } from '@modelyard/contract'

/** What one deployment, or several together, answered. */
export interface Counters {
  readonly requests: number
  readonly errors: number
  readonly rejected: number
  /** By the bounds of the gateway's histogram. */
  readonly latencies: readonly number[]
}

export type Copies = Pick<MirrorNumbers, 'compared' | 'agreed' | 'failed'>

/** Counters as they stand at one moment, by deployment. */
export interface Reading {
  readonly deployments: Readonly<Record<string, Counters>>
  readonly copies: Copies
}

/** What happened in a step: the sum of what the counters grew by. */
export interface Evidence {
  readonly candidate: Counters
  readonly stable: Counters
  readonly copies: Copies
  /** The reading that the next one is compared with; null before the step has begun. */
  readonly last: Reading | null
}

export const noCounters: Counters = { requests: 0, errors: 0, rejected: 0, latencies: [] }
const noCopies: Copies = { compared: 0, agreed: 0, failed: 0 }
export const noEvidence: Evidence = { candidate: noCounters, stable: noCounters, copies: noCopies, last: null }

/** The gateway's numbers of a deployment as counters. */
export function countersOf(numbers: TrafficNumbers): Counters {
  return {
    requests: numbers.requests,
    errors: numbers.errors,
    rejected: numbers.rejected,
    latencies: numbers.histogram.map((bucket) => bucket.count),
  }
}

/** Adds what happened since the last reading. The first reading of a step only says where counting begins. */
export function withReading(evidence: Evidence, candidate: string, reading: Reading): Evidence {
  if (evidence.last === null) return { ...evidence, last: reading }
  let [own, stable] = [evidence.candidate, evidence.stable]
  for (const [name, counters] of Object.entries(reading.deployments)) {
    const growth = growthOf(evidence.last.deployments[name], counters)
    if (name === candidate) own = sum(own, growth)
    else stable = sum(stable, growth)
  }
  return {
    candidate: own,
    stable,
    copies: sumCopies(evidence.copies, copiesSince(evidence.last.copies, reading.copies)),
    last: { deployments: { ...evidence.last.deployments, ...reading.deployments }, copies: reading.copies },
  }
}

export function sum(one: Counters, other: Counters): Counters {
  const length = Math.max(one.latencies.length, other.latencies.length)
  return {
    requests: one.requests + other.requests,
    errors: one.errors + other.errors,
    rejected: one.rejected + other.rejected,
    latencies: Array.from({ length }, (_, index) => (one.latencies[index] ?? 0) + (other.latencies[index] ?? 0)),
  }
}

/** Counters that went down belong to a gateway that started anew: all they hold came since. */
function growthOf(before: Counters | undefined, now: Counters): Counters {
  if (before === undefined) return noCounters
  if (now.requests < before.requests || now.errors < before.errors || now.rejected < before.rejected) return now
  return {
    requests: now.requests - before.requests,
    errors: now.errors - before.errors,
    rejected: now.rejected - before.rejected,
    latencies: now.latencies.map((count, index) => Math.max(0, count - (before.latencies[index] ?? 0))),
  }
}

function copiesSince(before: Copies, now: Copies): Copies {
  if (now.compared < before.compared || now.agreed < before.agreed || now.failed < before.failed) return now
  return {
    compared: now.compared - before.compared,
    agreed: now.agreed - before.agreed,
    failed: now.failed - before.failed,
  }
}

function sumCopies(one: Copies, other: Copies): Copies {
  return {
    compared: one.compared + other.compared,
    agreed: one.agreed + other.agreed,
    failed: one.failed + other.failed,
  }
}
