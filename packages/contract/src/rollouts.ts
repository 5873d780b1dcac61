import { z } from 'zod'
import { page, PageQuery, SlugName, Timestamp, WorkspaceParams } from './primitives.ts'
import { defineRoutes } from './route.ts'

export const RolloutState = z.enum(['running', 'paused', 'promoted', 'rolledBack'])
/** `waiting`: for a person. `inconclusive` evidence pauses, it never promotes. */
export const RolloutVerdict = z.enum(['pass', 'fail', 'inconclusive'])
/** One comparison of the new deployment with the one before, over the requests of the step. */
export const RolloutCheck = z.object({
  name: z.enum(['requests', 'errors', 'latency', 'agreement', 'sample_ratio']),
  stable: z.number().nullable(),
  candidate: z.number().nullable(),
  limit: z.number().nullable(),
  unit: z.string(),
  verdict: RolloutVerdict,
  reason: z.string(),
})
export const RolloutStep = z.object({
  weight: z.number().int().min(0).max(100).meta({ description: 'percent of the traffic; 0 is a shadow: copies only' }),
  state: z.enum(['waiting', 'running', 'passed', 'failed', 'paused']),
  startedAt: Timestamp.nullable(),
  endedAt: Timestamp.nullable(),
  checks: z.array(RolloutCheck),
})
export const RolloutPolicy = z
  .object({
    steps: z.array(z.number().int().min(0).max(100)).min(1).max(20).default([10, 100]),
    bakeMs: z.number().int().min(0).max(604_800_000).default(300_000),
    minRequests: z.number().int().min(0).max(10_000_000).default(20),
    approval: z.enum(['auto', 'manual']).default('auto'),
    maxErrorRate: z
      .number()
      .min(0)
      .max(1)
      .default(0.01)
      .meta({ description: 'errors beyond the stable deployment’s own' }),
    maxLatencyRatio: z.number().min(1).max(100).default(1.5),
    minAgreement: z.number().min(0).max(1).nullable().default(null),
  })
  .meta({ id: 'RolloutPolicy' })
export const Rollout = z
  .object({
    id: z.string(),
    endpoint: z.string(),
    deployment: z.string(),
    stable: z.record(z.string(), z.number()).meta({ description: 'the traffic before; what a rollback restores' }),
    state: RolloutState,
    reason: z.string(),
    step: z.number().int(),
    steps: z.array(RolloutStep),
    policy: RolloutPolicy,
    waitsForApproval: z.boolean(),
    startedBy: z.string(),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    endedAt: Timestamp.nullable(),
  })
  .meta({ id: 'Rollout' })

export type RolloutState = z.infer<typeof RolloutState>
export type RolloutVerdict = z.infer<typeof RolloutVerdict>
export type RolloutCheck = z.infer<typeof RolloutCheck>
export type RolloutStep = z.infer<typeof RolloutStep>
export type RolloutPolicy = z.infer<typeof RolloutPolicy>
export type Rollout = z.infer<typeof Rollout>

const EndpointParams = WorkspaceParams.extend({ endpoint: z.string().max(63) })
const RolloutParams = EndpointParams.extend({ rollout: z.string().max(64) })
const base = '/api/v1/workspaces/:ws/endpoints/:endpoint/rollouts'

export const rolloutRoutes = defineRoutes({
  listRollouts: {
    method: 'GET',
    path: base,
    summary: 'Rollouts of an endpoint, newest first',
    access: 'endpoint.read',
    params: EndpointParams,
    query: PageQuery,
    response: page(Rollout),
    errors: ['endpoint_not_found', 'cursor_invalid'],
  },
  startRollout: {
    method: 'POST',
    path: base,
    summary: 'Move traffic to a deployment step by step, each step analysed',
    access: 'endpoint.write',
    params: EndpointParams,
    body: z.object({ deployment: SlugName, policy: RolloutPolicy.prefault({}) }).strict(),
    response: Rollout,
    status: 201,
    errors: [
      'endpoint_not_found',
      'deployment_not_found',
      'deployment_not_ready',
      'rollout_active',
      'precondition_failed',
      'request_invalid',
    ],
  },
  getRollout: {
    method: 'GET',
    path: `${base}/:rollout`,
    summary: 'One rollout with what each step found',
    access: 'endpoint.read',
    params: RolloutParams,
    response: Rollout,
    errors: ['endpoint_not_found', 'rollout_not_found'],
  },
  decideRollout: {
    method: 'POST',
    path: `${base}/:rollout/:decision`,
    summary: 'Approve the next step, pause, resume, promote at once, or roll back at once',
    access: 'endpoint.write',
    params: RolloutParams.extend({ decision: z.enum(['approve', 'pause', 'resume', 'promote', 'rollback']) }),
    body: z.object({ note: z.string().max(2000).default('') }).strict(),
    response: Rollout,
    errors: ['endpoint_not_found', 'rollout_not_found', 'conflict', 'deployment_not_ready'],
  },
  setMirror: {
    method: 'PUT',
    path: '/api/v1/workspaces/:ws/endpoints/:endpoint/mirror',
    summary: 'Send copies of a share of the requests to a deployment; its answers are compared and not used',
    access: 'endpoint.write',
    params: EndpointParams,
    body: z
      .object({ mirror: z.record(SlugName, z.number().int().min(0).max(100)) })
      .strict()
      .meta({ description: 'percent by deployment; an empty object ends it' }),
    response: z.object({ mirror: z.record(z.string(), z.number()) }),
    errors: ['endpoint_not_found', 'deployment_not_found', 'traffic_invalid', 'rollout_active'],
  },
})
