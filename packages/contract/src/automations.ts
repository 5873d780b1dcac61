import { z } from 'zod'
import { AssetName, page, PageQuery, Scalar, SourceFile, Timestamp, WorkspaceParams } from './primitives.ts'
import { eventNames } from './events.ts'
import { RolloutPolicy } from './rollouts.ts'
import { defineRoutes } from './route.ts'

/** What an alert starts: a published pipeline, and a rollout of what it registers. */
export const Trigger = z
  .object({
    name: z.string(),
    pipeline: z.string(),
    set: z.record(z.string(), Scalar),
    coolDownMs: z.number(),
    budgetPerDay: z.number().int(),
    minNewLabels: z.number().int(),
    rollout: z.object({ endpoint: z.string(), policy: RolloutPolicy }).nullable(),
    enabled: z.boolean(),
    source: z.string(),
    lastFiredAt: Timestamp.nullable(),
    lastSkip: z.object({ at: Timestamp, reason: z.string() }).nullable(),
    createdAt: Timestamp,
    createdBy: z.string(),
  })
  .meta({ id: 'Trigger' })
/** `registered`: the gate passed and the trigger has no rollout, so the new version waits as the candidate. */
export const LoopStatus = z.enum([
  'running',
  'waiting',
  'promoted',
  'registered',
  'refused',
  'rolledBack',
  'failed',
  'canceled',
])
/** One stage of a loop. `evidence` is what the decision was made on. */
export const LoopStage = z.object({
  name: z.enum(['alert', 'retrain', 'gate', 'deploy', 'rollout', 'promote']),
  status: z.enum(['waiting', 'running', 'succeeded', 'failed', 'refused', 'skipped', 'paused']),
  startedAt: Timestamp.nullable(),
  endedAt: Timestamp.nullable(),
  title: z.string(),
  detail: z.string(),
  link: z.string().nullable(),
  evidence: z.unknown().nullable(),
})
/** From an alert to a better model in production, or to the reason why not. */
export const Loop = z
  .object({
    id: z.string(),
    trigger: z.string(),
    monitor: z.string().nullable(),
    endpoint: z.string().nullable(),
    alertId: z.string().nullable(),
    status: LoopStatus,
    reason: z.string(),
    stages: z.array(LoopStage),
    jobId: z.string().nullable(),
    model: z.string().nullable(),
    version: z.string().nullable(),
    deployment: z.string().nullable(),
    rolloutId: z.string().nullable(),
    startedAt: Timestamp,
    endedAt: Timestamp.nullable(),
  })
  .meta({ id: 'Loop' })
/** Where events go: an address that takes signed POSTs (Standard Webhooks), or mail. */
export const Webhook = z
  .object({
    name: z.string(),
    url: z.string(),
    events: z.array(z.string()),
    format: z.enum(['standard', 'alertmanager', 'slack']),
    enabled: z.boolean(),
    secret: z.string().optional().meta({ description: 'shown once, when it is created' }),
    createdAt: Timestamp,
    createdBy: z.string(),
    lastDelivery: z.object({ at: Timestamp, status: z.string() }).nullable(),
  })
  .meta({ id: 'Webhook' })
export const Delivery = z
  .object({
    id: z.string(),
    webhook: z.string(),
    event: z.string(),
    subject: z.string(),
    status: z.enum(['due', 'retrying', 'delivered', 'dead']),
    attempts: z.number().int(),
    lastStatus: z.number().int().nullable(),
    lastError: z.string().nullable(),
    createdAt: Timestamp,
    nextAttemptAt: Timestamp.nullable(),
    deliveredAt: Timestamp.nullable(),
  })
  .meta({ id: 'Delivery' })

export type Trigger = z.infer<typeof Trigger>
export type LoopStatus = z.infer<typeof LoopStatus>
export type LoopStage = z.infer<typeof LoopStage>
export type Loop = z.infer<typeof Loop>
export type Webhook = z.infer<typeof Webhook>
export type Delivery = z.infer<typeof Delivery>

const NameParams = WorkspaceParams.extend({ name: z.string().max(128) })
const LoopParams = WorkspaceParams.extend({ id: z.string().max(64) })
const ws = '/api/v1/workspaces/:ws'

export const automationRoutes = defineRoutes({
  listTriggers: {
    method: 'GET',
    path: `${ws}/triggers`,
    summary: 'Triggers',
    access: 'trigger.read',
    params: WorkspaceParams,
    query: PageQuery,
    response: page(Trigger),
    errors: ['workspace_not_found', 'cursor_invalid'],
  },
  createTrigger: {
    method: 'POST',
    path: `${ws}/triggers`,
    summary: 'Create a trigger from its file',
    access: 'trigger.write',
    params: WorkspaceParams,
    body: z.object({ source: SourceFile }).strict(),
    response: Trigger,
    status: 201,
    errors: ['workspace_not_found', 'already_exists', 'document_invalid', 'pipeline_not_found', 'endpoint_not_found'],
  },
  getTrigger: {
    method: 'GET',
    path: `${ws}/triggers/:name`,
    summary: 'One trigger',
    access: 'trigger.read',
    params: NameParams,
    response: Trigger,
    errors: ['trigger_not_found'],
  },
  deleteTrigger: {
    method: 'DELETE',
    path: `${ws}/triggers/:name`,
    summary: 'Delete a trigger; loops that run go on',
    access: 'trigger.write',
    params: NameParams,
    status: 204,
    errors: ['trigger_not_found'],
  },
  fireTrigger: {
    method: 'POST',
    path: `${ws}/triggers/:name/fire`,
    summary: 'Start it by hand; its guard rails hold all the same',
    access: 'trigger.fire',
    params: NameParams,
    body: z.object({ reason: z.string().max(2000).default('') }).strict(),
    response: Loop,
    status: 201,
    errors: ['trigger_not_found', 'trigger_skipped', 'pipeline_disabled'],
  },
  listLoops: {
    method: 'GET',
    path: `${ws}/loops`,
    summary: 'Loops, newest first',
    access: 'trigger.read',
    params: WorkspaceParams,
    query: PageQuery.extend({
      trigger: z.string().max(128).optional(),
      monitor: z.string().max(128).optional(),
      endpoint: z.string().max(63).optional(),
    }),
    response: page(Loop),
    errors: ['workspace_not_found', 'cursor_invalid'],
  },
  getLoop: {
    method: 'GET',
    path: `${ws}/loops/:id`,
    summary: 'One loop as a story: what was decided when, and on what',
    access: 'trigger.read',
    params: LoopParams,
    response: Loop,
    errors: ['loop_not_found'],
  },
  cancelLoop: {
    method: 'POST',
    path: `${ws}/loops/:id/cancel`,
    summary: 'Stop a loop: its job is cancelled, its rollout rolled back',
    access: 'trigger.fire',
    params: LoopParams,
    body: z.object({ note: z.string().max(2000).default('') }).strict(),
    response: Loop,
    errors: ['loop_not_found', 'conflict'],
  },
  listWebhooks: {
    method: 'GET',
    path: `${ws}/webhooks`,
    summary: 'Webhooks',
    access: 'webhook.read',
    params: WorkspaceParams,
    query: PageQuery,
    response: page(Webhook),
    errors: ['workspace_not_found', 'cursor_invalid'],
  },
  createWebhook: {
    method: 'POST',
    path: `${ws}/webhooks`,
    summary: 'Create a webhook; its secret is in this answer only',
    access: 'webhook.write',
    params: WorkspaceParams,
    body: z
      .object({
        name: AssetName,
        url: z.url().max(2000),
        events: z
          .array(z.enum(['*', ...eventNames]))
          .min(1)
          .max(100)
          .default(['*']),
        format: z.enum(['standard', 'alertmanager', 'slack']).default('standard'),
      })
      .strict(),
    response: Webhook,
    status: 201,
    errors: ['workspace_not_found', 'already_exists', 'webhook_address_refused'],
  },
  getWebhook: {
    method: 'GET',
    path: `${ws}/webhooks/:name`,
    summary: 'One webhook',
    access: 'webhook.read',
    params: NameParams,
    response: Webhook,
    errors: ['webhook_not_found'],
  },
  deleteWebhook: {
    method: 'DELETE',
    path: `${ws}/webhooks/:name`,
    summary: 'Delete a webhook with its deliveries',
    access: 'webhook.write',
    params: NameParams,
    status: 204,
    errors: ['webhook_not_found'],
  },
  listDeliveries: {
    method: 'GET',
    path: `${ws}/webhooks/:name/deliveries`,
    summary: 'Deliveries, newest first; the dead ones stay to be looked at',
    access: 'webhook.read',
    params: NameParams,
    query: PageQuery,
    response: page(Delivery),
    errors: ['webhook_not_found', 'cursor_invalid'],
  },
  redeliver: {
    method: 'POST',
    path: `${ws}/webhooks/:name/deliveries/:delivery/redeliver`,
    summary: 'Try a delivery again at once',
    access: 'webhook.write',
    params: NameParams.extend({ delivery: z.string().max(64) }),
    response: Delivery,
    errors: ['webhook_not_found', 'delivery_not_found'],
  },
})
