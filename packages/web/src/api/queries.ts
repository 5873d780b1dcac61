import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call } from './client.ts'

const all = 500

/** Keys begin with workspace and noun, so that an event can say what is stale. */
export const me = queryOptions({ queryKey: ['me'], queryFn: () => call('getMe') })
export const serverVersion = queryOptions({
  queryKey: ['version'],
  queryFn: () => call('getServerVersion'),
  staleTime: Infinity,
})
export const workspaces = queryOptions({ queryKey: ['workspaces'], queryFn: () => call('listWorkspaces') })
export const overview = (ws: string) =>
  queryOptions({ queryKey: [ws, 'overview'], queryFn: () => call('getOverview', { params: { ws } }) })

export interface JobFilter {
  readonly status?: 'queued' | 'running' | 'succeeded' | 'failed' | 'canceled' | undefined
  readonly search?: string | undefined
  readonly pipeline?: string | undefined
}
export const jobs = (ws: string, filter: JobFilter = {}) =>
  infiniteQueryOptions({
    queryKey: [ws, 'jobs', 'list', filter],
    queryFn: ({ pageParam }) =>
      call('listJobs', { params: { ws }, query: { ...filter, pageSize: 100, pageToken: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextPageToken,
    placeholderData: keepPreviousData,
  })
export const job = (ws: string, id: string) =>
  queryOptions({ queryKey: [ws, 'jobs', id], queryFn: () => call('getJob', { params: { ws, id } }) })
export const jobWhy = (ws: string, id: string) =>
  queryOptions({ queryKey: [ws, 'jobs', id, 'why'], queryFn: () => call('explainJob', { params: { ws, id } }) })

export const pipelines = (ws: string) =>
  queryOptions({
    queryKey: [ws, 'pipelines'],
    queryFn: () => call('listPipelines', { params: { ws }, query: { pageSize: all } }),
  })
export const pipeline = (ws: string, name: string, version?: number) =>
  queryOptions({
    queryKey: [ws, 'pipelines', name, version],
    queryFn: () => call('getPipeline', { params: { ws, name }, query: { version } }),
    placeholderData: keepPreviousData,
  })
export const pipelineJobs = (ws: string, name: string) =>
  queryOptions({
    queryKey: [ws, 'jobs', 'of-pipeline', name],
    queryFn: () => call('listPipelineJobs', { params: { ws, name }, query: { pageSize: 30 } }),
  })

export const experiments = (ws: string) =>
  queryOptions({
    queryKey: [ws, 'experiments'],
    queryFn: () => call('listExperiments', { params: { ws }, query: { pageSize: all } }),
  })
export interface RunFilter {
  readonly experiment?: string | undefined
  readonly filter?: string | undefined
  readonly orderBy?: string | undefined
}
export const runs = (ws: string, filter: RunFilter) =>
  infiniteQueryOptions({
    queryKey: [ws, 'runs', 'list', filter],
    queryFn: ({ pageParam }) =>
      call('listRuns', { params: { ws }, query: { ...filter, pageSize: 200, pageToken: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextPageToken,
    placeholderData: keepPreviousData,
    retry: false,
  })
export const runsById = (ws: string, ids: readonly string[]) =>
  queryOptions({
    queryKey: [ws, 'runs', 'some', ids],
    queryFn: () => call('listRuns', { params: { ws }, query: { ids: ids.join(','), pageSize: 100 } }),
    enabled: ids.length > 0,
  })
export const run = (ws: string, id: string) =>
  queryOptions({ queryKey: [ws, 'runs', id], queryFn: () => call('getRun', { params: { ws, id } }) })
export const runSeries = (ws: string, id: string) =>
  queryOptions({
    queryKey: [ws, 'runs', id, 'series'],
    queryFn: () => call('getRunMetric', { params: { ws, id }, query: { buckets: 1000 } }),
  })
export const artifacts = (ws: string, id: string, path: string) =>
  queryOptions({
    queryKey: [ws, 'runs', id, 'artifacts', path],
    queryFn: () => call('listArtifacts', { params: { ws, id }, query: { path } }),
  })

export const models = (ws: string) =>
  queryOptions({
    queryKey: [ws, 'models'],
    queryFn: () => call('listModels', { params: { ws }, query: { pageSize: all } }),
  })
export const model = (ws: string, name: string) =>
  queryOptions({ queryKey: [ws, 'models', name], queryFn: () => call('getModel', { params: { ws, name } }) })
export const modelVersion = (ws: string, name: string, version: string) =>
  queryOptions({
    queryKey: [ws, 'models', name, version],
    queryFn: () => call('getModelVersion', { params: { ws, name, version } }),
    placeholderData: keepPreviousData,
  })

export const endpoints = (ws: string) =>
  queryOptions({
    queryKey: [ws, 'endpoints'],
    queryFn: () => call('listEndpoints', { params: { ws }, query: { pageSize: all } }),
  })
export const endpoint = (ws: string, name: string) =>
  queryOptions({
    queryKey: [ws, 'endpoints', name],
    queryFn: () => call('getEndpoint', { params: { ws, endpoint: name } }),
  })
export const endpointSeries = (ws: string, name: string, minutes: number) =>
  queryOptions({
    queryKey: [ws, 'endpoints', name, 'series', minutes],
    queryFn: () => call('getEndpointSeries', { params: { ws, endpoint: name }, query: { minutes } }),
    placeholderData: keepPreviousData,
  })
export const deploymentLogs = (ws: string, name: string, deployment: string) =>
  queryOptions({
    queryKey: [ws, 'endpoints', name, 'logs', deployment],
    queryFn: () => call('getDeploymentLogs', { params: { ws, endpoint: name, deployment }, query: { tail: 300 } }),
  })

export const rollouts = (ws: string, name: string) =>
  queryOptions({
    queryKey: [ws, 'endpoints', name, 'rollouts'],
    queryFn: () => call('listRollouts', { params: { ws, endpoint: name }, query: { pageSize: 20 } }),
  })
export const exceptions = (ws: string, name: string) =>
  queryOptions({
    queryKey: [ws, 'endpoints', name, 'exceptions'],
    queryFn: () => call('listExceptions', { params: { ws, endpoint: name }, query: { pageSize: 50 } }),
  })
export const requestTrace = (ws: string, name: string, requestId: string) =>
  queryOptions({
    queryKey: [ws, 'endpoints', name, 'requests', requestId],
    queryFn: () => call('getRequestTrace', { params: { ws, endpoint: name, requestId } }),
    enabled: requestId !== '',
    retry: false,
  })

export const computeTargets = (ws: string) =>
  queryOptions({
    queryKey: [ws, 'compute'],
    queryFn: () => call('listComputeTargets', { params: { ws }, query: { pageSize: all } }),
  })
export const computeTarget = (ws: string, name: string) =>
  queryOptions({
    queryKey: [ws, 'compute', name],
    queryFn: () => call('getComputeTarget', { params: { ws, name } }),
  })
export const computeQueue = (ws: string, name: string) =>
  queryOptions({
    queryKey: [ws, 'compute', name, 'queue'],
    queryFn: () => call('listQueuedSteps', { params: { ws, name }, query: { pageSize: 200 } }),
  })
export const computeScaling = (ws: string, name: string) =>
  queryOptions({
    queryKey: [ws, 'compute', name, 'scaling'],
    queryFn: () => call('listScalingDecisions', { params: { ws, name }, query: { pageSize: 100 } }),
  })

export const dataAssets = (ws: string) =>
  queryOptions({
    queryKey: [ws, 'data'],
    queryFn: () => call('listDataAssets', { params: { ws }, query: { pageSize: all } }),
  })
export const dataAsset = (ws: string, name: string) =>
  queryOptions({ queryKey: [ws, 'data', name], queryFn: () => call('getDataAsset', { params: { ws, name } }) })
export const dataTree = (ws: string, digest: string) =>
  queryOptions({
    queryKey: [ws, 'tree', digest],
    queryFn: () => call('getTree', { params: { ws, digest } }),
    staleTime: Infinity,
  })

export interface ActivityFilter {
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly subject?: string | undefined
}
export const activity = (ws: string, filter: ActivityFilter) =>
  infiniteQueryOptions({
    queryKey: [ws, 'activity', filter],
    queryFn: ({ pageParam }) =>
      call('listActivity', { params: { ws }, query: { ...filter, pageSize: 100, pageToken: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextPageToken,
    placeholderData: keepPreviousData,
  })
export const principals = queryOptions({
  queryKey: ['principals'],
  queryFn: () => call('listPrincipals', { query: { pageSize: all } }),
})
export const tokens = queryOptions({
  queryKey: ['tokens'],
  queryFn: () => call('listTokens', { query: { pageSize: all } }),
})
export const roleAssignments = (ws: string) =>
  queryOptions({
    queryKey: [ws, 'roles'],
    queryFn: () => call('listRoleAssignments', { params: { ws } }),
  })
