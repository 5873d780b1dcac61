import { z } from 'zod'
import { EnvironmentBuild } from './environments.ts'
import { Sha256 } from './primitives.ts'
import { defineRoutes } from './route.ts'

/** How an agent and the server talk. A node's token reaches these routes and nothing else. */
export const InputMount = z.object({
  name: z.string(),
  /** Digest of a tree. `file` asks for the path of its one file, `folder` for the folder's. */
  tree: Sha256,
  kind: z.enum(['file', 'folder']),
})
export const OutputMount = z.object({
  name: z.string(),
  kind: z.enum(['file', 'folder']),
  fileName: z.string().nullable(),
  /** Whether an empty folder is an output, too. */
  mayBeEmpty: z.boolean().optional(),
})

/** One attempt of a step, leased to a node. `fence` grows with every new attempt of the step; a report with an old one is refused. */
export const Lease = z
  .object({
    attemptId: z.string(),
    fence: z.number().int(),
    workspace: z.string(),
    jobId: z.string(),
    step: z.string(),
    runId: z.string(),
    /** Shell text with `{input:NAME}`-free, already quoted values; `$MODELYARD_INPUT_n` and `$MODELYARD_OUTPUT_n` stand for paths. */
    command: z.string(),
    code: Sha256.nullable(),
    inputs: z.array(InputMount),
    outputs: z.array(OutputMount),
    /** Environment of the process besides PATH, HOME and LANG; holds the run's own token. */
    env: z.record(z.string(), z.string()),
    /** Interpreter that `python` and `python3` mean. */
    python: z.string(),
    /** To be built on that interpreter before the command starts; null for the interpreter as it is. */
    environment: EnvironmentBuild.nullable(),
    timeoutMs: z.number().int().nullable(),
    graceMs: z.number().int(),
  })
  .meta({ id: 'Lease' })
export const OutputReport = z.object({
  name: z.string(),
  tree: Sha256,
  sizeBytes: z.number().int(),
  fileCount: z.number().int(),
})
/** What became of an attempt. `lost` is only ever said by the server. */
export const AttemptReport = z
  .object({
    attemptId: z.string(),
    fence: z.number().int(),
    state: z.enum(['preparing', 'running', 'committing', 'succeeded', 'failed', 'canceled', 'timedOut', 'released']),
    exitCode: z.number().int().nullable().default(null),
    message: z.string().max(4000).default(''),
    errorCode: z.string().max(100).nullable().default(null),
    outputs: z.array(OutputReport).default([]),
    /** The end of the log from this byte on, so that a short step needs no second request. */
    logTail: z
      .object({ offset: z.number().int(), text: z.string().max(262_144) })
      .nullable()
      .default(null),
  })
  .meta({ id: 'AttemptReport' })
export const NodeUsage = z.object({ cpuPercent: z.number().nullable(), memoryBytes: z.number().nullable() })

export type Lease = z.infer<typeof Lease>
export type InputMount = z.infer<typeof InputMount>
export type OutputMount = z.infer<typeof OutputMount>
export type AttemptReport = z.infer<typeof AttemptReport>
export type OutputReport = z.infer<typeof OutputReport>

const NodeParams = z.object({ node: z.string().max(64) })

export const nodeRoutes = defineRoutes({
  announceNode: {
    method: 'POST',
    path: '/api/v1/nodes/:node/announce',
    summary: 'A node is up, with the attempts it still has',
    access: 'node.work',
    params: NodeParams,
    body: z
      .object({
        pid: z.number().int(),
        hostname: z.string().max(255),
        cpus: z.number(),
        totalMemoryBytes: z.number(),
        attempts: z.array(z.object({ attemptId: z.string(), fence: z.number().int() })).max(1000),
      })
      .strict(),
    response: z.object({
      leaseTtlMs: z.number().int(),
      heartbeatMs: z.number().int(),
      /** attempts that are not its own any more */ fenced: z.array(z.string()),
    }),
    errors: ['node_not_found'],
  },
  exchangeWork: {
    method: 'POST',
    path: '/api/v1/nodes/:node/exchange',
    summary:
      'Report attempts, take new ones; renews the leases of the node; waits up to `waitMs` when there is nothing to say',
    access: 'node.work',
    params: NodeParams,
    body: z
      .object({
        reports: z.array(AttemptReport).max(1000),
        freeSlots: z.number().int().min(0).max(1000),
        waitMs: z.number().int().min(0).max(30_000),
        usage: NodeUsage.optional(),
      })
      .strict(),
    response: z.object({
      leases: z.array(Lease),
      cancels: z.array(z.object({ attemptId: z.string(), graceMs: z.number().int() })),
      fenced: z.array(z.string()),
      drain: z.boolean(),
    }),
    errors: ['node_not_found'],
    bodyLimitBytes: 8 * 2 ** 20,
  },
  appendAttemptLog: {
    method: 'POST',
    path: '/api/v1/nodes/:node/attempts/:attempt/log',
    summary: 'Append to the log of an attempt; bytes before `offset` are already there',
    access: 'node.work',
    params: NodeParams.extend({ attempt: z.string().max(64) }),
    query: z.object({ offset: z.coerce.number().int().min(0) }),
    rawBody: true,
    response: z.object({ sizeBytes: z.number().int() }),
    errors: ['node_not_found', 'lease_lost'],
    bodyLimitBytes: 1_048_576,
  },
})
