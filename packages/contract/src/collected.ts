import { z } from 'zod'
import { AssetName, Timestamp, WorkspaceParams } from './primitives.ts'
import { defineRoutes } from './route.ts'

/** What a file of labels did. `received` = `added` + `replaced` + `unchanged` + `refused`. */
export const LabelReport = z
  .object({
    received: z.number().int(),
    added: z.number().int(),
    replaced: z.number().int().meta({ description: 'another value for a row that had a label: the newest wins' }),
    unchanged: z.number().int(),
    refused: z.number().int(),
    matched: z.number().int().meta({ description: 'rows of this file whose prediction is known by now' }),
    errors: z.array(z.object({ row: z.number().int(), message: z.string() })),
  })
  .meta({ id: 'LabelReport' })
export const CollectedFile = z
  .object({
    path: z.string().meta({ description: 'below the folder of the endpoint' }),
    deployment: z.string(),
    collection: z.string(),
    sizeBytes: z.number().int(),
    rows: z.number().int(),
    from: Timestamp.nullable(),
    to: Timestamp.nullable(),
  })
  .meta({ id: 'CollectedFile' })

export type LabelReport = z.infer<typeof LabelReport>
export type CollectedFile = z.infer<typeof CollectedFile>

const EndpointParams = WorkspaceParams.extend({ endpoint: z.string().max(63) })
const collected = '/api/v1/workspaces/:ws/endpoints/:endpoint/collected'
const Period = z.object({ from: Timestamp.optional(), to: Timestamp.optional() })

/** What an endpoint was asked and answered, and what really happened. */
export const collectedRoutes = defineRoutes({
  addLabels: {
    method: 'POST',
    path: '/api/v1/workspaces/:ws/endpoints/:endpoint/labels',
    summary: 'Add what really happened: rows with `request_id` (and `row_index`) or key columns, and the label',
    access: 'label.write',
    params: EndpointParams,
    query: z.object({
      format: z.enum(['csv', 'jsonl', 'parquet']),
      monitor: AssetName.optional().meta({ description: 'whose key columns and label name hold' }),
    }),
    rawBody: true,
    response: LabelReport,
    errors: ['endpoint_not_found', 'monitor_not_found', 'labels_invalid', 'body_too_large', 'storage_full'],
    bodyLimitBytes: 2 ** 30,
  },
  listCollectedFiles: {
    method: 'GET',
    path: collected,
    summary: 'Files of collected rows, everything that the gateway held written first',
    access: 'monitor.read',
    params: EndpointParams,
    query: Period,
    response: z.object({ items: z.array(CollectedFile) }),
    errors: ['endpoint_not_found', 'gateway_unavailable'],
  },
  getCollectedFile: {
    method: 'GET',
    path: `${collected}/file`,
    summary: 'Download one of the listed files',
    access: 'monitor.read',
    params: EndpointParams,
    query: z.object({ path: z.string().max(1000) }),
    stream: 'bytes',
    errors: ['endpoint_not_found', 'collected_file_not_found'],
  },
  queryCollected: {
    method: 'POST',
    path: `${collected}/query`,
    summary: 'Read-only SQL over the tables `inputs`, `predictions` and `labels`, where DuckDB is installed',
    access: 'monitor.read',
    params: EndpointParams,
    body: z
      .object({ sql: z.string().min(1).max(20_000), limit: z.number().int().min(1).max(10_000).default(1000) })
      .strict(),
    response: z.object({
      columns: z.array(z.object({ name: z.string(), type: z.string() })),
      rows: z.array(z.array(z.unknown())),
      truncated: z.boolean(),
    }),
    errors: ['endpoint_not_found', 'query_engine_missing', 'query_invalid', 'gateway_unavailable'],
  },
  listCollectedRows: {
    method: 'GET',
    path: `${collected}/rows`,
    summary: 'The newest collected rows with their predictions and labels',
    access: 'monitor.read',
    params: EndpointParams,
    query: Period.extend({ limit: z.coerce.number().int().min(1).max(1000).default(50) }),
    response: z.object({ columns: z.array(z.string()), rows: z.array(z.array(z.unknown())) }),
    errors: ['endpoint_not_found', 'gateway_unavailable'],
  },
})
