import { SlugName, StickyHeader } from '@modelyard/contract'
import { z } from 'zod'
import { EnvironmentUse } from '../environments/index.ts'
import { CollectorDocument } from './collector.ts'

const Tags = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String))
const Text = z.string().max(10_000)
const Percent = z.number().int('must be a whole percentage').min(0).max(100)

/** The file of an endpoint, in the shape of Azure ML's CLI v2. */
export const EndpointDocument = z.strictObject({
  $schema: z.string().optional(),
  name: SlugName,
  auth_mode: z.enum(['key', 'token', 'none']).default('key'),
  description: Text.default(''),
  tags: Tags.default({}),
  traffic: z.record(SlugName, Percent).optional(),
  sticky_header: StickyHeader.optional(),
  mirror_traffic: z.record(SlugName, Percent).default({}),
  compute: z.string().optional(),
  identity: z.looseObject({}).optional(),
  public_network_access: z.string().optional(),
})

const Probe = z.looseObject({
  initial_delay: z.number().optional(),
  period: z.number().optional(),
  timeout: z.number().optional(),
  success_threshold: z.number().optional(),
  failure_threshold: z.number().optional(),
})

/** The file of a deployment. `batching` is ours. */
export const DeploymentDocument = z.strictObject({
  $schema: z.string().optional(),
  type: z.enum(['managed', 'kubernetes']).optional(),
  name: SlugName,
  endpoint_name: SlugName.optional(),
  description: Text.optional(),
  model: z
    .union([
      z.string().min(1).max(1000),
      z.strictObject({ path: z.string().min(1).max(1000), name: z.string().optional(), type: z.string().optional() }),
    ])
    .optional(),
  model_mount_path: z.string().optional(),
  code_configuration: z
    .strictObject({ code: z.string().min(1).max(1000), scoring_script: z.string().min(1).max(500) })
    .optional(),
  environment: EnvironmentUse.optional(),
  environment_variables: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'use letters, digits and _'),
      z.union([z.string(), z.number(), z.boolean()]).transform(String),
    )
    .default({}),
  instance_type: z.string().optional(),
  instance_count: z.number().int().min(1).max(64).default(1),
  app_insights_enabled: z.boolean().optional(),
  request_settings: z
    .strictObject({
      request_timeout_ms: z.number().int().min(1).max(180_000).default(5000),
      max_concurrent_requests_per_instance: z.number().int().min(1).max(10_000).default(64),
      max_queue_wait_ms: z.number().int().min(0).optional(),
    })
    .default({ request_timeout_ms: 5000, max_concurrent_requests_per_instance: 64 }),
  batching: z.strictObject({ max_rows: z.number().int().min(1).max(10_000) }).default({ max_rows: 128 }),
  liveness_probe: Probe.optional(),
  readiness_probe: Probe.optional(),
  scale_settings: z.looseObject({}).optional(),
  resources: z.looseObject({}).optional(),
  tags: Tags.default({}),
  traffic: Percent.optional(),
  data_collector: CollectorDocument.optional(),
})

export type EndpointDocument = z.output<typeof EndpointDocument>
export type DeploymentDocument = z.output<typeof DeploymentDocument>
