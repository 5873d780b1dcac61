import { z } from 'zod'
import { CodeDigests, page, PageQuery, SlugName, SourceFile, Tags, Timestamp, WorkspaceParams } from './primitives.ts'
import { CollectionCounts, MirrorNumbers } from './gateway.ts'
import { Failure } from './jobs.ts'
import { defineRoutes } from './route.ts'

export const AuthMode = z.enum(['key', 'token', 'none'])
/** Name of a request header, lower case: requests with the same value go to the same deployment. */
export const StickyHeader = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'is no name of a request header')
  .transform((name) => name.toLowerCase())
export const DeploymentState = z.enum(['creating', 'starting', 'ready', 'updating', 'stopping', 'stopped', 'failed'])
/** Latencies in milliseconds over the whole life of the gateway's counters; percentiles come from a histogram of fixed bounds. */
export const TrafficNumbers = z
  .object({
    requests: z.number().int(),
    errors: z.number().int(),
    rejected: z.number().int(),
    inFlight: z.number().int(),
    p50Ms: z.number().nullable(),
    p95Ms: z.number().nullable(),
    p99Ms: z.number().nullable(),
    requestsPerSecond: z.number(),
    latencySumMs: z.number().optional(),
    histogram: z.array(z.object({ upToMs: z.number().nullable(), count: z.number().int() })).default([]),
  })
  .meta({ id: 'TrafficNumbers' })
export const Deployment = z
  .object({
    name: z.string(),
    endpoint: z.string(),
    state: DeploymentState,
    reason: z.string(),
    error: Failure.nullable(),
    model: z.object({ name: z.string(), version: z.string(), format: z.string() }).nullable(),
    hasScoringScript: z.boolean(),
    instanceCount: z.number().int(),
    workers: z.array(z.object({ pid: z.number().int(), state: z.string(), startedAt: Timestamp })).default([]),
    trafficPercent: z.number(),
    requestTimeoutMs: z.number().int(),
    maxConcurrentRequests: z.number().int(),
    batching: z.object({ enabled: z.boolean(), maxRows: z.number().int() }),
    /** Digest of the environment that is built for it; null for the Python of the set-up. `warnings`: what cannot be had of it. */
    environment: z.object({ digest: z.string().nullable(), warnings: z.array(z.string()) }).optional(),
    environmentVariables: z.record(z.string(), z.string()),
    tags: Tags,
    numbers: TrafficNumbers.nullable(),
    mirrorPercent: z.number().default(0),
    mirror: MirrorNumbers.nullable().default(null),
    cpuCores: z.number().nullable().default(null),
    memoryBytes: z.number().nullable().default(null),
    collection: CollectionCounts.extend({
      enabled: z.boolean(),
      samplingRate: z.number(),
      redact: z.array(z.string()),
    })
      .nullable()
      .default(null),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    revision: z.number().int(),
  })
  .meta({ id: 'Deployment' })
export const EndpointKeys = z.object({ primary: z.string(), secondary: z.string() }).meta({ id: 'EndpointKeys' })
export const Endpoint = z
  .object({
    name: z.string(),
    authMode: AuthMode,
    traffic: z.record(z.string(), z.number()),
    stickyHeader: z.string().nullable().default(null),
    endpointUri: z.string(),
    scoringUri: z.string(),
    openApiUri: z.string(),
    oipUri: z.string(),
    keys: EndpointKeys.optional(),
    description: z.string(),
    tags: Tags,
    deployments: z.array(Deployment).default([]),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    url: z.string(),
  })
  .meta({ id: 'Endpoint' })
/** Requests, latencies and use of the machine per interval: ten seconds for a day, a minute for a week, an hour for a quarter. */
export const EndpointSeries = z
  .object({
    intervalSeconds: z.number().int(),
    deployments: z.array(
      z.object({
        deployment: z.string(),
        points: z.array(
          z.object({
            at: Timestamp,
            requests: z.number().int(),
            errors: z.number().int(),
            rejected: z.number().int(),
            p50Ms: z.number().nullable(),
            p95Ms: z.number().nullable(),
            p99Ms: z.number().nullable(),
            cpuCores: z.number().nullable().default(null),
            memoryBytes: z.number().nullable().default(null),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'EndpointSeries' })
/** `source` is the user's YAML; paths in it (code, model folder) are uploaded first and named in `code`. */
export const EndpointSource = z.object({ source: SourceFile, code: CodeDigests.default({}) }).strict()
export const InvokeResult = z
  .object({
    status: z.number().int(),
    body: z.string(),
    contentType: z.string(),
    requestId: z.string(),
    deployment: z.string().nullable(),
    durationMs: z.number(),
  })
  .meta({ id: 'InvokeResult' })

export type DeploymentState = z.infer<typeof DeploymentState>
export type TrafficNumbers = z.infer<typeof TrafficNumbers>
export type Deployment = z.infer<typeof Deployment>
export type Endpoint = z.infer<typeof Endpoint>
export type EndpointSeries = z.infer<typeof EndpointSeries>

const EndpointParams = WorkspaceParams.extend({ endpoint: z.string().max(63) })
const DeploymentParams = EndpointParams.extend({ deployment: z.string().max(63) })
const base = '/api/v1/workspaces/:ws/endpoints'
const documentErrors = [
  'document_invalid',
  'blob_not_found',
  'model_not_found',
  'model_version_not_found',
  'environment_unavailable',
] as const

export const endpointRoutes = defineRoutes({
  listEndpoints: {
    method: 'GET',
    path: base,
    summary: 'Endpoints',
    access: 'endpoint.read',
    params: WorkspaceParams,
    query: PageQuery,
    response: page(Endpoint),
    errors: ['workspace_not_found', 'cursor_invalid'],
  },
  createEndpoint: {
    method: 'POST',
    path: base,
    summary: 'Create an endpoint from its file',
    access: 'endpoint.write',
    params: WorkspaceParams,
    body: EndpointSource,
    response: Endpoint,
    status: 201,
    errors: ['workspace_not_found', 'already_exists', 'document_invalid'],
  },
  getEndpoint: {
    method: 'GET',
    path: `${base}/:endpoint`,
    summary: 'One endpoint; with its keys for who may read them',
    access: 'endpoint.read',
    params: EndpointParams,
    response: Endpoint,
    errors: ['endpoint_not_found'],
  },
  deleteEndpoint: {
    method: 'DELETE',
    path: `${base}/:endpoint`,
    summary: 'Delete an endpoint with its deployments',
    access: 'endpoint.write',
    params: EndpointParams,
    status: 204,
    errors: ['endpoint_not_found'],
  },
  setTraffic: {
    method: 'PUT',
    path: `${base}/:endpoint/traffic`,
    summary:
      'Set the traffic split (whole percentages that sum to 0 or 100), and whether callers stick to a deployment',
    access: 'endpoint.write',
    params: EndpointParams,
    body: z
      .object({
        traffic: z.record(SlugName, z.number()).optional(),
        stickyHeader: StickyHeader.nullable().optional(),
      })
      .strict()
      .meta({ description: 'what is left out stays as it is; `stickyHeader` null ends it' }),
    response: Endpoint,
    errors: ['endpoint_not_found', 'deployment_not_found', 'traffic_invalid', 'rollout_active'],
  },
  regenerateEndpointKey: {
    method: 'POST',
    path: `${base}/:endpoint/keys/:key`,
    summary: 'Replace one of the two keys',
    access: 'endpoint.keys',
    params: EndpointParams.extend({ key: z.enum(['primary', 'secondary']) }),
    response: EndpointKeys,
    errors: ['endpoint_not_found'],
  },
  getEndpointSeries: {
    method: 'GET',
    path: `${base}/:endpoint/series`,
    summary: 'Requests, errors and latencies over time',
    access: 'endpoint.read',
    params: EndpointParams,
    query: z.object({ minutes: z.coerce.number().int().min(1).max(132_480).default(60) }),
    response: EndpointSeries,
    errors: ['endpoint_not_found'],
  },
  invokeEndpoint: {
    method: 'POST',
    path: `${base}/:endpoint/invoke`,
    summary: 'Send one body to the endpoint, as the page’s form does',
    access: 'endpoint.invoke',
    params: EndpointParams,
    query: z.object({ deployment: z.string().max(63).optional() }),
    body: z
      .object({ body: z.string().max(16_777_216), contentType: z.string().max(200).default('application/json') })
      .strict(),
    response: InvokeResult,
    errors: ['endpoint_not_found', 'deployment_not_found', 'gateway_unavailable'],
    bodyLimitBytes: 17 * 2 ** 20,
  },
  listDeployments: {
    method: 'GET',
    path: `${base}/:endpoint/deployments`,
    summary: 'Deployments of an endpoint',
    access: 'endpoint.read',
    params: EndpointParams,
    response: page(Deployment),
    errors: ['endpoint_not_found'],
  },
  createDeployment: {
    method: 'POST',
    path: `${base}/:endpoint/deployments`,
    summary: 'Create a deployment from its file; the first one gets all traffic unless the file says otherwise',
    access: 'endpoint.write',
    params: EndpointParams,
    body: EndpointSource,
    response: Deployment,
    status: 201,
    errors: ['endpoint_not_found', 'already_exists', ...documentErrors],
  },
  updateDeployment: {
    method: 'PUT',
    path: `${base}/:endpoint/deployments/:deployment`,
    summary: 'Replace a deployment without a failed request',
    access: 'endpoint.write',
    params: DeploymentParams,
    body: EndpointSource,
    response: Deployment,
    errors: ['endpoint_not_found', 'deployment_not_found', 'rollout_active', ...documentErrors],
  },
  getDeployment: {
    method: 'GET',
    path: `${base}/:endpoint/deployments/:deployment`,
    summary: 'One deployment with its numbers',
    access: 'endpoint.read',
    params: DeploymentParams,
    response: Deployment,
    errors: ['endpoint_not_found', 'deployment_not_found'],
  },
  deleteDeployment: {
    method: 'DELETE',
    path: `${base}/:endpoint/deployments/:deployment`,
    summary: 'Delete a deployment that has no traffic',
    access: 'endpoint.write',
    params: DeploymentParams,
    status: 204,
    errors: ['endpoint_not_found', 'deployment_not_found', 'precondition_failed', 'rollout_active'],
  },
  getDeploymentLogs: {
    method: 'GET',
    path: `${base}/:endpoint/deployments/:deployment/logs`,
    summary: 'The end of a deployment’s log',
    access: 'endpoint.read',
    params: DeploymentParams,
    query: z.object({
      tail: z.coerce.number().int().min(1).max(10_000).default(500),
      requestId: z.string().max(100).optional(),
    }),
    response: z.object({ lines: z.array(z.string()) }),
    errors: ['endpoint_not_found', 'deployment_not_found'],
  },
})
