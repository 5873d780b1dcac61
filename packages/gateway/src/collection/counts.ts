import type { CollectionCounts } from '@modelyard/contract'

/** Why an answered prediction was not kept. */
export type DropReason = 'buffer_full' | 'disk' | 'too_large' | 'unreadable' | 'client_gone' | 'timeout'

/** What became of predictions so far; their sum is what was received. */
export interface Tally {
  stored: number
  sampledOut: number
  lost: number
  readonly dropped: Record<string, number>
}

/** `counts.json`: what is known at one moment, enough to tell after a kill what had been counted and what had not. */
export interface CountsDocument {
  /** Whether predictions were being kept. */
  readonly on: boolean
  readonly stored: number
  readonly sampledOut: number
  readonly lost: number
  readonly dropped: Readonly<Record<string, number>>
  /** Predictions that were in memory: among the workers' numbers below, but in none of those above. */
  readonly held: number
  /** By file of a worker: how many of its answers the gateway had seen. */
  readonly workers: Readonly<Record<string, number>>
  /** By segment that was not closed: how many of its predictions are in `stored`. */
  readonly segments: Readonly<Record<string, number>>
}

/** The document in a text; undefined when it is none. */
export function parseCounts(text: string): CountsDocument | undefined {
  try {
    const found = JSON.parse(text) as Record<string, unknown>
    return {
      on: found['on'] === true,
      stored: toCount(found['stored']),
      sampledOut: toCount(found['sampledOut']),
      lost: toCount(found['lost']),
      dropped: toCountsByName(found['dropped']),
      held: toCount(found['held']),
      workers: toCountsByName(found['workers']),
      segments: toCountsByName(found['segments']),
    }
  } catch {
    return undefined
  }
}

function toCount(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new TypeError('not a count')
  return value
}

function toCountsByName(value: unknown): Record<string, number> {
  if (typeof value !== 'object' || value === null) throw new TypeError('not counts by name')
  return Object.fromEntries(Object.entries(value).map(([name, count]) => [name, toCount(count)]))
}

export function emptyTally(): Tally {
  return { stored: 0, sampledOut: 0, lost: 0, dropped: {} }
}

export function addDropped(tally: Tally, reason: DropReason, count = 1): void {
  tally.dropped[reason] = (tally.dropped[reason] ?? 0) + count
}

/** The sum of two tallies. */
export function addTallies(one: Tally, other: Tally): Tally {
  const sum: Tally = {
    stored: one.stored + other.stored,
    sampledOut: one.sampledOut + other.sampledOut,
    lost: one.lost + other.lost,
    dropped: { ...one.dropped },
  }
  for (const [reason, count = 0] of Object.entries(other.dropped))
    sum.dropped[reason] = (sum.dropped[reason] ?? 0) + count
  return sum
}

export function toCounts(tally: Tally): CollectionCounts {
  const dropped: Record<string, number> = {}
  let received = tally.stored + tally.sampledOut + tally.lost
  for (const [reason, count = 0] of Object.entries(tally.dropped)) {
    dropped[reason] = count
    received += count
  }
  return { received, stored: tally.stored, sampledOut: tally.sampledOut, dropped, lost: tally.lost }
}

/** What an ended gateway left: the numbers of its workers, and the predictions that are whole in its segments. */
export interface Leftovers {
  readonly workers: ReadonlyMap<string, number>
  readonly segments: ReadonlyMap<string, number>
}

/**
 * The tally after a gateway ended without a word. What the workers counted since the document and no segment holds is lost; a segment that holds less
 * than was counted (after a power failure) takes its part back from `stored`.
 */
export function settle(document: CountsDocument | undefined, left: Leftovers): Tally {
  const tally: Tally =
    document === undefined
      ? emptyTally()
      : {
          stored: document.stored,
          sampledOut: document.sampledOut,
          lost: document.lost,
          dropped: { ...document.dropped },
        }
  let unknown = document?.held ?? 0
  for (const [file, counted] of left.workers) unknown += Math.max(0, counted - (document?.workers[file] ?? 0))
  let found = 0
  for (const [name, predictions] of left.segments) found += predictions - (document?.segments[name] ?? 0)
  tally.stored = Math.max(0, tally.stored + found)
  if (document?.on ?? found > 0) tally.lost += Math.max(0, unknown - found)
  return tally
}
