import { z } from 'zod'

/** What the gateway needs to serve one deployment; written by the server, kept by the gateway over restarts of either. */
export const RoutedDeployment = z.object({
  name: z.string(),
  revision: z.number().int(),
  weight: z.number().int().min(0).max(100),
  instanceCount: z.number().int().min(1).max(64),
  python: z.string(),
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
})
export const RoutedEndpoint = z.object({
  workspace: z.string(),
  name: z.string(),
  authMode: z.enum(['key', 'token', 'none']),
  /** SHA-256 (hex) of the keys and tokens that may call. */
  keyHashes: z.array(z.string()),
  deployments: z.array(RoutedDeployment),
})
/** The routing table. A higher `version` replaces a lower one; the gateway serves the last one it has while the server is away. */
export const RoutingTable = z.object({
  version: z.number().int(),
  maxBodyBytes: z.number().int(),
  endpoints: z.array(RoutedEndpoint),
})

export type RoutedDeployment = z.infer<typeof RoutedDeployment>
export type RoutedEndpoint = z.infer<typeof RoutedEndpoint>
export type RoutingTable = z.infer<typeof RoutingTable>
