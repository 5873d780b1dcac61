import type { RoutedCollection } from '@modelyard/contract'
import { z } from 'zod'

const Switch = z.union([
  z.boolean(),
  z.enum(['True', 'False', 'true', 'false']).transform((text) => text.toLowerCase() === 'true'),
])
const Collection = z.looseObject({ enabled: Switch.default(true) })
const FolderName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'use letters, digits, `.`, `_` and `-`')
const inputs = 'model_inputs'
const outputs = 'model_outputs'

/**
 * What a deployment's file says of collection, in the shape of Azure's `data_collector`; `redact`, `format` and `azure` (CSV in the folders of Azure's
 * SDK v1, below these two) are ours. Inputs and predictions are kept together, since one without the other cannot be judged: a file that wants one of the two is refused instead of being given both.
 */
export const CollectorDocument = z
  .strictObject({
    sampling_rate: z.number().min(0).max(1).default(1),
    rolling_rate: z
      .string()
      .regex(/^hour$/i, 'must be `hour`: files are kept by the hour')
      .optional(),
    collections: z.record(z.string().min(1).max(100), Collection).optional(),
    redact: z.array(z.string().min(1).max(500)).max(1000).default([]),
    format: z.enum(['parquet', 'csv']).default('parquet'),
    azure: z.strictObject({ subscription_id: FolderName, resource_group: FolderName }).optional(),
  })
  .superRefine(({ collections = {} }, context) => {
    if (collections[inputs] === undefined || collections[outputs] === undefined) return
    if (collections[inputs].enabled !== collections[outputs].enabled)
      context.addIssue({
        code: 'custom',
        path: ['collections'],
        message: `must enable \`${inputs}\` and \`${outputs}\` together; columns that must not be kept belong into \`redact\``,
      })
  })
  .transform(({ sampling_rate: samplingRate, collections, redact, format, azure }): Collector => {
    const enabled = collections === undefined || Object.values(collections).some((collection) => collection.enabled)
    return {
      samplingRate: enabled ? samplingRate : 0,
      redact,
      format,
      ...(azure === undefined
        ? {}
        : { azure: { subscriptionId: azure.subscription_id, resourceGroup: azure.resource_group } }),
    }
  })

/** What of a deployment's predictions is to be kept, and as what; a rate of 0 is off. */
export interface Collector {
  readonly samplingRate: number
  readonly redact: string[]
  readonly format: 'parquet' | 'csv'
  readonly azure?: { readonly subscriptionId: string; readonly resourceGroup: string }
}

/** What the gateway is told: the file decides, and without a word in it an endpoint with a monitor is collected whole. */
export function collectionOf(
  stored: string | null,
  isMonitored: boolean,
  signature: string | null,
): RoutedCollection | null {
  const said = readCollector(stored)
  const samplingRate = said?.samplingRate ?? (isMonitored ? 1 : 0)
  if (samplingRate === 0) return null
  return { samplingRate, redact: said?.redact ?? [], columns: columnsOf(signature) }
}

/** The stored settings of a deployment; null when its file says nothing. */
export function readCollector(stored: string | null): Collector | null {
  return stored === null ? null : (JSON.parse(stored) as Collector)
}

/** Names of the inputs of a model's signature, in order; null when one has no name, or there is no signature. */
function columnsOf(signature: string | null): string[] | null {
  if (signature === null) return null
  const { inputs: columns } = JSON.parse(signature) as { inputs?: unknown }
  if (!Array.isArray(columns) || columns.length === 0) return null
  const names = columns.map((column: { name?: unknown } | null) => column?.name)
  return names.every((name) => typeof name === 'string') ? names : null
}
