import { z } from 'zod'
import { AssetName, page, PageQuery, Timestamp, WorkspaceParams } from './primitives.ts'
import { defineRoutes } from './route.ts'

export const NodeState = z.enum([
  'requested',
  'provisioning',
  'preparing',
  'idle',
  'running',
  'draining',
  'leaving',
  'gone',
  'unusable',
  'preempted',
])
export const ComputeNode = z
  .object({
    id: z.string(),
    computeTarget: z.string(),
    state: NodeState,
    reason: z.string(),
    slots: z.number().int(),
    pid: z.number().int().nullable(),
    hostname: z.string().nullable(),
    cpuPercent: z.number().nullable(),
    memoryBytes: z.number().nullable(),
    attempts: z.array(z.object({ attemptId: z.string(), jobId: z.string(), step: z.string() })),
    createdAt: Timestamp,
    stateSince: Timestamp,
    lastSeenAt: Timestamp.nullable(),
    unreachable: z.boolean(),
  })
  .meta({ id: 'ComputeNode' })
export const ComputeTargetType = z.enum(['local', 'cluster'])
export const ComputeTarget = z
  .object({
    name: z.string(),
    type: ComputeTargetType,
    size: z.string(),
    minNodes: z.number().int(),
    maxNodes: z.number().int(),
    idleSeconds: z.number(),
    slotsPerNode: z.number().int(),
    builtIn: z.boolean(),
    state: z.enum(['steady', 'resizing']),
    nodeCounts: z.record(NodeState, z.number().int()).meta({ description: 'nodes by state, only states that occur' }),
    queuedSteps: z.number().int(),
    runningSteps: z.number().int(),
    nodes: z.array(ComputeNode).optional(),
    createdAt: Timestamp,
  })
  .meta({ id: 'ComputeTarget' })
export const QueuedStep = z
  .object({ jobId: z.string(), jobName: z.string(), step: z.string(), queuedAt: Timestamp, reason: z.string() })
  .meta({ id: 'QueuedStep' })
export const ScalingDecision = z
  .object({ at: Timestamp, from: z.number().int(), to: z.number().int(), reason: z.string() })
  .meta({ id: 'ScalingDecision' })

export type NodeState = z.infer<typeof NodeState>
export type ComputeNode = z.infer<typeof ComputeNode>
export type ComputeTarget = z.infer<typeof ComputeTarget>

const NameParams = WorkspaceParams.extend({ name: z.string().max(128) })

export const computeRoutes = defineRoutes({
  listComputeTargets: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/compute',
    summary: 'Compute targets, the built-in `local` among them',
    access: 'compute.read',
    params: WorkspaceParams,
    query: PageQuery,
    response: page(ComputeTarget),
    errors: ['workspace_not_found', 'cursor_invalid'],
  },
  createComputeTarget: {
    method: 'POST',
    path: '/api/v1/workspaces/:ws/compute',
    summary: 'Create a cluster',
    access: 'compute.write',
    params: WorkspaceParams,
    body: z
      .object({
        name: AssetName,
        type: z.literal('cluster').default('cluster'),
        size: z.string().max(64).default('STANDARD_D2_V2'),
        minNodes: z.number().int().min(0).max(100).default(0),
        maxNodes: z.number().int().min(1).max(100).default(4),
        idleSeconds: z.number().min(0).max(86_400).default(120),
      })
      .strict(),
    response: ComputeTarget,
    status: 201,
    errors: ['workspace_not_found', 'already_exists', 'request_invalid'],
  },
  getComputeTarget: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/compute/:name',
    summary: 'One compute target with its nodes',
    access: 'compute.read',
    params: NameParams,
    response: ComputeTarget,
    errors: ['compute_target_not_found'],
  },
  updateComputeTarget: {
    method: 'PATCH',
    path: '/api/v1/workspaces/:ws/compute/:name',
    summary: "Change a cluster's size and scaling; nodes follow",
    access: 'compute.write',
    params: NameParams,
    body: z
      .object({
        size: z.string().max(64).optional(),
        minNodes: z.number().int().min(0).max(100).optional(),
        maxNodes: z.number().int().min(1).max(100).optional(),
        idleSeconds: z.number().min(0).max(86_400).optional(),
      })
      .strict(),
    response: ComputeTarget,
    errors: ['compute_target_not_found', 'compute_target_protected', 'request_invalid'],
  },
  deleteComputeTarget: {
    method: 'DELETE',
    path: '/api/v1/workspaces/:ws/compute/:name',
    summary: 'Delete a cluster',
    access: 'compute.write',
    params: NameParams,
    status: 204,
    errors: ['compute_target_not_found', 'compute_target_protected', 'compute_target_busy'],
  },
  listScalingDecisions: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/compute/:name/scaling',
    summary: 'Scaling decisions, newest first',
    access: 'compute.read',
    params: NameParams,
    query: PageQuery,
    response: page(ScalingDecision),
    errors: ['compute_target_not_found'],
  },
  listQueuedSteps: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/compute/:name/queue',
    summary: 'Steps that wait for this target, and why',
    access: 'compute.read',
    params: NameParams,
    query: PageQuery,
    response: page(QueuedStep),
    errors: ['compute_target_not_found'],
  },
})
