import { z } from 'zod'
import { page, PageQuery, SlugName, Tags, Timestamp, WorkspaceParams } from './primitives.ts'
import { eventNames } from './events.ts'
import { defineRoutes } from './route.ts'

export const Workspace = z
  .object({
    name: z.string(),
    displayName: z.string(),
    description: z.string(),
    tags: Tags,
    createdAt: Timestamp,
    createdBy: z.string(),
    url: z.string(),
    trackingUri: z.string(),
  })
  .meta({ id: 'Workspace' })
/** One entry of the audit trail. `hash` chains it to the one before. */
export const AuditEntry = z
  .object({
    seq: z.number().int(),
    at: Timestamp,
    actor: z.string(),
    action: z.string(),
    subject: z.string(),
    workspace: z.string().nullable(),
    before: z.unknown().nullable(),
    after: z.unknown().nullable(),
    requestId: z.string().nullable(),
    hash: z.string(),
  })
  .meta({ id: 'AuditEntry' })
/** What the event stream carries as `data`; the stream's `id` is `seq`, its `event` is `name`. */
export const StreamedEvent = z
  .object({
    seq: z.number().int(),
    name: z.enum(eventNames),
    subject: z.string(),
    workspace: z.string().nullable(),
    at: Timestamp,
    actor: z.string(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'StreamedEvent' })
/** The numbers of the overview page and of the rail. */
export const Overview = z
  .object({
    counts: z.object({
      runningJobs: z.number().int(),
      queuedJobs: z.number().int(),
      failedJobs24h: z.number().int(),
      pipelines: z.number().int(),
      experiments: z.number().int(),
      runs: z.number().int(),
      models: z.number().int(),
      endpoints: z.number().int(),
      computeTargets: z.number().int(),
      nodes: z.number().int(),
      dataAssets: z.number().int(),
      monitors: z.number().int(),
      alerts: z.number().int().meta({ description: 'that fire or were acknowledged' }),
    }),
    needsAttention: z.array(
      z.object({
        kind: z.enum([
          'job_failed',
          'deployment_failed',
          'candidate_waiting',
          'node_unusable',
          'alert_firing',
          'approval_waiting',
        ]),
        subject: z.string(),
        title: z.string(),
        at: Timestamp,
        link: z.string(),
      }),
    ),
    live: z.array(
      z.object({
        endpoint: z.string(),
        deployment: z.string(),
        model: z.string().nullable(),
        version: z.string().nullable(),
        trafficPercent: z.number(),
      }),
    ),
    timeline: z.array(
      z.object({
        lane: z.enum(['jobs', 'models', 'deployments', 'access', 'data', 'compute', 'alerts', 'rollouts']),
        name: z.string(),
        at: Timestamp,
        endedAt: Timestamp.nullable(),
        status: z.string(),
        link: z.string(),
      }),
    ),
  })
  .meta({ id: 'Overview' })
export const ServerVersion = z
  .object({ version: z.string(), apiVersion: z.literal('v1') })
  .meta({ id: 'ServerVersion' })
export const Limits = z
  .object({
    limits: z.array(z.object({ name: z.string(), value: z.number(), unit: z.string(), description: z.string() })),
  })
  .meta({ id: 'Limits' })
export const Health = z.object({ status: z.enum(['ok', 'starting', 'stopping']) }).meta({ id: 'Health' })

export type Workspace = z.infer<typeof Workspace>
export type AuditEntry = z.infer<typeof AuditEntry>
export type StreamedEvent = z.infer<typeof StreamedEvent>
export type Overview = z.infer<typeof Overview>

export const workspaceRoutes = defineRoutes({
  livez: {
    method: 'GET',
    path: '/livez',
    summary: 'The process answers',
    access: 'public',
    response: Health,
    errors: [],
  },
  readyz: {
    method: 'GET',
    path: '/readyz',
    summary: 'The server can work: database, blobs',
    access: 'public',
    response: Health,
    errors: ['server_stopping'],
  },
  getServerVersion: {
    method: 'GET',
    path: '/api/v1/version',
    summary: 'Version of the server',
    access: 'public',
    response: ServerVersion,
    errors: [],
  },
  getLimits: {
    method: 'GET',
    path: '/api/v1/limits',
    summary: 'Every limit with its number',
    access: 'authenticated',
    response: Limits,
    errors: [],
  },
  getMetrics: {
    method: 'GET',
    path: '/metrics',
    summary: 'Prometheus metrics',
    access: 'server.read',
    stream: 'text',
    errors: [],
  },
  listWorkspaces: {
    method: 'GET',
    path: '/api/v1/workspaces',
    summary: 'The workspaces I can see',
    access: 'authenticated',
    query: PageQuery,
    response: page(Workspace),
    errors: ['cursor_invalid'],
  },
  createWorkspace: {
    method: 'POST',
    path: '/api/v1/workspaces',
    summary: 'Create a workspace; I become its Owner',
    access: 'workspace.create',
    body: z
      .object({
        name: SlugName,
        displayName: z.string().max(200).optional(),
        description: z.string().max(2000).default(''),
        tags: Tags.default({}),
      })
      .strict(),
    response: Workspace,
    status: 201,
    errors: ['already_exists'],
  },
  getWorkspace: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws',
    summary: 'One workspace',
    access: 'workspace.read',
    params: WorkspaceParams,
    response: Workspace,
    errors: ['workspace_not_found'],
  },
  deleteWorkspace: {
    method: 'DELETE',
    path: '/api/v1/workspaces/:ws',
    summary: 'Delete a workspace and all in it',
    access: 'workspace.delete',
    params: WorkspaceParams,
    status: 204,
    errors: ['workspace_not_found', 'workspace_protected', 'precondition_failed'],
  },
  getOverview: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/overview',
    summary: 'What is live, running, and needs somebody',
    access: 'workspace.read',
    params: WorkspaceParams,
    response: Overview,
    errors: ['workspace_not_found'],
  },
  streamEvents: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/events',
    summary: 'Live events; resumes after `Last-Event-ID`',
    access: 'workspace.read',
    params: WorkspaceParams,
    query: z.object({ after: z.coerce.number().int().min(0).optional() }),
    stream: 'events',
    errors: ['workspace_not_found'],
  },
  listActivity: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/activity',
    summary: 'Who did what, newest first',
    access: 'activity.read',
    params: WorkspaceParams,
    query: PageQuery.extend({
      actor: z.string().max(200).optional(),
      action: z.string().max(100).optional(),
      subject: z.string().max(500).optional(),
    }),
    response: page(AuditEntry),
    errors: ['workspace_not_found', 'cursor_invalid'],
  },
})
