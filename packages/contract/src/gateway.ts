import { z } from 'zod'
import { EnvironmentBuild } from './environments.ts'

/** What of a deployment's predictions is kept. */
export const RoutedCollection = z.object({
  /** Share of the requests, chosen by a hash of the request id: inputs, predictions and labels keep the same ones. */
  samplingRate: z.number().min(0).max(1),
  /** Columns that never reach a disk. */
  redact: z.array(z.string()),
  /** Names of the columns of a body that names none, from the model's signature. */
  columns: z.array(z.string()).nullable(),
})
/** What the gateway needs to serve one deployment; written by the server, kept by the gateway over restarts of either. */
export const RoutedDeployment = z.object({
  name: z.string(),
  revision: z.number().int(),
  weight: z.number().int().min(0).max(100),
  instanceCount: z.number().int().min(1).max(64),
  python: z.string(),
  /** To be built on that interpreter before the script is loaded, and where; null for the interpreter as it is. */
  environment: EnvironmentBuild.extend({ folder: z.string() }).nullish(),
  /** Folder with the scoring script, and the script's path in it; null for a model that needs none. */
  codeFolder: z.string().nullable(),
  scoringScript: z.string().nullable(),
  modelFolder: z.string().nullable(),
  modelFormat: z.enum(['mlflow', 'onnx', 'custom']).nullable(),
  modelName: z.string().nullable(),
  modelVersion: z.string().nullable(),
  env: z.record(z.string(), z.string()),
  requestTimeoutMs: z.number().int(),
  maxConcurrentRequests: z.number().int(),
  maxQueue: z.number().int(),
  maxBatchRows: z.number().int().meta({ description: '1 means no batching' }),
  logFile: z.string(),
  /** null: nothing is kept. */
  collection: RoutedCollection.nullable(),
  /** Percent of the endpoint's requests of which this deployment gets a copy; its answers go to nobody. */
  mirrorPercent: z.number().int().min(0).max(100),
})
export const RoutedEndpoint = z.object({
  workspace: z.string(),
  name: z.string(),
  authMode: z.enum(['key', 'token', 'none']),
  /** SHA-256 (hex) of the keys and tokens that may call. */
  keyHashes: z.array(z.string()),
  /** Requests with the same value of this header go to the same deployment while weights stay; growing weights only move callers to what grows. */
  stickyHeader: z.string().nullable(),
  deployments: z.array(RoutedDeployment),
})
/** The routing table. A higher `version` replaces a lower one; the gateway serves the last one it has while the server is away. */
export const RoutingTable = z.object({
  version: z.number().int(),
  maxBodyBytes: z.number().int(),
  endpoints: z.array(RoutedEndpoint),
})

export type RoutedCollection = z.infer<typeof RoutedCollection>
export type RoutedDeployment = z.infer<typeof RoutedDeployment>
export type RoutedEndpoint = z.infer<typeof RoutedEndpoint>
export type RoutingTable = z.infer<typeof RoutingTable>

/** How the answers to copies of requests compare with those that were used. */
export const MirrorNumbers = z.object({
  compared: z.number().int(),
  agreed: z.number().int(),
  failed: z.number().int(),
  meanAbsoluteDifference: z.number().nullable(),
})
/** What became of the predictions of one deployment: `received` = `stored` + `sampledOut` + Σ `dropped` + `lost`. Counted in requests. */
export const CollectionCounts = z
  .object({
    received: z.number().int(),
    stored: z.number().int(),
    sampledOut: z.number().int(),
    dropped: z.record(z.string(), z.number().int()),
    lost: z.number().int(),
  })
  .meta({ id: 'CollectionCounts' })

export type MirrorNumbers = z.infer<typeof MirrorNumbers>
export type CollectionCounts = z.infer<typeof CollectionCounts>

/** Upper bounds of the buckets that latencies are counted in, in milliseconds; the last bucket has none. */
export const latencyBoundsMs: readonly number[] = [
  0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 25, 50, 75, 100, 150, 250, 500, 1000, 2500, 5000, 10_000, 30_000,
]

/** The latency below which a share of the counted requests stayed, linear within its bucket; null without requests. Counts may be summed before, quantiles never averaged. */
export function latencyQuantile(counts: ArrayLike<number>, share: number): number | null {
  let total = 0
  for (let index = 0; index < counts.length; index++) total += counts[index] ?? 0
  if (total === 0) return null
  let rank = share * total
  for (let index = 0; index < counts.length; index++) {
    const count = counts[index] ?? 0
    if (rank > count || count === 0) {
      rank -= count
      continue
    }
    const lower = latencyBoundsMs[index - 1] ?? 0
    const upper = latencyBoundsMs[index] ?? lower * 2
    return lower + ((upper - lower) * rank) / count
  }
  return latencyBoundsMs.at(-1) ?? null
}
