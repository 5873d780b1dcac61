import type { CollectionCounts, MirrorNumbers, RoutingTable } from '@modelyard/contract'

/** A deployment as the data plane sees it. */
export interface ServedDeployment {
  readonly workspace: string
  readonly endpoint: string
  readonly deployment: string
  readonly revision: number
  readonly state: 'starting' | 'ready' | 'failed' | 'stopped'
  readonly failure: { readonly message: string; readonly traceback: string } | null
  readonly workers: readonly { pid: number; state: string; startedAt: string }[]
  readonly numbers: unknown
  /** The input schema that the scoring process found, as it says it; null before it is ready. */
  readonly schema: unknown
  readonly collection: CollectionCounts | null
  readonly mirror: MirrorNumbers | null
  /** Of the zygote and its workers together, over the last interval. */
  readonly cpuCores: number | null
  readonly memoryBytes: number | null
}

/** What happened at the data plane since a moment, to be kept by the server. `next` goes into the next call. */
export interface TelemetryBatch {
  readonly next: string
  readonly points: readonly {
    readonly workspace: string
    readonly endpoint: string
    readonly deployment: string
    /** Start of a ten-second interval, milliseconds since the epoch. */
    readonly at: number
    readonly requests: number
    readonly errors: number
    readonly rejected: number
    /** Latencies of the interval: counts by the bounds of the gateway's histogram, and their sum in milliseconds. */
    readonly latencyCounts: readonly number[]
    readonly latencySumMs: number
    readonly cpuSeconds: number
    readonly memoryBytes: number
  }[]
  readonly exceptions: readonly {
    readonly workspace: string
    readonly endpoint: string
    readonly deployment: string
    readonly at: number
    readonly requestId: string
    readonly type: string
    readonly message: string
    readonly traceback: string
  }[]
}

/** Where deployments run. */
export interface DeployTarget {
  /** Makes sure it runs (started again when it died) and has this table. */
  ensure(table: RoutingTable): Promise<void>
  /** Undefined while it does not answer. */
  status(): Promise<readonly ServedDeployment[] | undefined>
  series(workspace: string, endpoint: string, sinceMs: number): Promise<unknown>
  /** Intervals and exceptions after `since` (`''`: all that are held); with `all`, the intervals under way too, before an end. Undefined while it does not answer. */
  telemetry(since: string, all?: boolean): Promise<TelemetryBatch | undefined>
  /** Closes the segments of an endpoint: every prediction answered before the call lies in a closed one after it, or is counted as not kept. */
  rotate(workspace: string, endpoint: string): Promise<void>
  /** Puts the files of a tree where the data plane reads them; answers the folder. */
  materialize(tree: string): Promise<string>
  stop(): Promise<void>
}
