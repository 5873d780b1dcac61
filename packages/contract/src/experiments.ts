import { z } from 'zod'
import { DisplayName, page, PageQuery, Tags, Timestamp, WorkspaceParams } from './primitives.ts'
import { defineRoutes } from './route.ts'

export const RunStatus = z.enum(['scheduled', 'running', 'finished', 'failed', 'killed'])
/** `NaN` and infinities travel as these words, since JSON has no numbers for them. */
export const MetricValue = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])])
export const Experiment = z
  .object({
    id: z.string(),
    name: z.string(),
    lifecycle: z.enum(['active', 'deleted']),
    tags: Tags,
    createdAt: Timestamp,
    updatedAt: Timestamp,
    runCount: z.number().int(),
    lastRunAt: Timestamp.nullable(),
  })
  .meta({ id: 'Experiment' })
export const LatestMetric = z.object({ name: z.string(), value: MetricValue, step: z.number().int(), at: Timestamp })
export const Run = z
  .object({
    id: z.string(),
    name: z.string(),
    experimentId: z.string(),
    experiment: z.string(),
    status: RunStatus,
    lifecycle: z.enum(['active', 'deleted']),
    createdBy: z.string(),
    startedAt: Timestamp,
    endedAt: Timestamp.nullable(),
    parentRunId: z.string().nullable(),
    jobId: z.string().nullable(),
    step: z.string().nullable(),
    parameters: z.record(z.string(), z.string()),
    metrics: z.array(LatestMetric),
    tags: Tags,
    inputs: z.array(z.object({ name: z.string(), digest: z.string(), context: z.string() })),
    children: z.array(z.object({ id: z.string(), name: z.string(), status: RunStatus })).optional(),
    models: z.array(z.object({ name: z.string(), version: z.string() })).optional(),
    url: z.string(),
  })
  .meta({ id: 'Run' })
export const MetricPoint = z.object({ step: z.number().int(), at: Timestamp, value: MetricValue })
/** At most `buckets` buckets, each with its extremes, so that a million points draw as their true envelope. */
export const MetricSeries = z
  .object({
    runId: z.string(),
    name: z.string(),
    total: z.number().int(),
    points: z.array(MetricPoint),
    sampled: z.boolean(),
  })
  .meta({ id: 'MetricSeries' })
export const Artifact = z
  .object({
    path: z.string(),
    isFolder: z.boolean(),
    sizeBytes: z.number().int().nullable(),
    digest: z.string().nullable(),
  })
  .meta({ id: 'Artifact' })

export type RunStatus = z.infer<typeof RunStatus>
export type MetricValue = z.infer<typeof MetricValue>
export type Experiment = z.infer<typeof Experiment>
export type Run = z.infer<typeof Run>
export type MetricSeries = z.infer<typeof MetricSeries>
export type Artifact = z.infer<typeof Artifact>

const RunParams = WorkspaceParams.extend({ id: z.string().max(64) })

export const experimentRoutes = defineRoutes({
  listExperiments: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/experiments',
    summary: 'Experiments, last used first',
    access: 'experiment.read',
    params: WorkspaceParams,
    query: PageQuery,
    response: page(Experiment),
    errors: ['workspace_not_found', 'cursor_invalid'],
  },
  createExperiment: {
    method: 'POST',
    path: '/api/v1/workspaces/:ws/experiments',
    summary: 'Create an experiment',
    access: 'experiment.write',
    params: WorkspaceParams,
    body: z.object({ name: DisplayName, tags: Tags.default({}) }).strict(),
    response: Experiment,
    status: 201,
    errors: ['workspace_not_found', 'already_exists'],
  },
  getExperiment: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/experiments/:name',
    summary: 'One experiment, by name or id',
    access: 'experiment.read',
    params: WorkspaceParams.extend({ name: z.string().max(250) }),
    response: Experiment,
    errors: ['experiment_not_found'],
  },
  listRuns: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/runs',
    summary: 'Runs by filter, newest first unless `orderBy` says otherwise',
    access: 'run.read',
    params: WorkspaceParams,
    query: PageQuery.extend({
      filter: z.string().max(5000).optional(),
      orderBy: z.string().max(500).optional(),
      experiment: z.string().max(250).optional(),
      jobId: z.string().max(64).optional(),
      ids: z.string().max(20_000).optional().meta({ description: 'comma-separated' }),
    }),
    response: page(Run),
    errors: ['workspace_not_found', 'filter_invalid', 'cursor_invalid'],
  },
  createRun: {
    method: 'POST',
    path: '/api/v1/workspaces/:ws/runs',
    summary: 'Start a run; the experiment is created when it is new',
    access: 'run.write',
    params: WorkspaceParams,
    body: z
      .object({
        experiment: DisplayName.default('Default'),
        name: z.string().max(250).optional(),
        parentRunId: z.string().max(64).optional(),
        tags: Tags.default({}),
      })
      .strict(),
    response: Run,
    status: 201,
    errors: ['workspace_not_found', 'experiment_deleted', 'run_not_found'],
  },
  getRun: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/runs/:id',
    summary: 'One run with parameters, latest metrics, tags',
    access: 'run.read',
    params: RunParams,
    response: Run,
    errors: ['run_not_found'],
  },
  endRun: {
    method: 'POST',
    path: '/api/v1/workspaces/:ws/runs/:id/end',
    summary: 'End a run',
    access: 'run.write',
    params: RunParams,
    body: z.object({ status: z.enum(['finished', 'failed', 'killed']).default('finished') }).strict(),
    response: Run,
    errors: ['run_not_found'],
  },
  logToRun: {
    method: 'POST',
    path: '/api/v1/workspaces/:ws/runs/:id/log',
    summary: 'Log metrics, parameters and tags; answers when they are kept',
    access: 'run.write',
    params: RunParams,
    body: z
      .object({
        metrics: z
          .array(
            z
              .object({
                name: z.string().min(1).max(250),
                value: MetricValue,
                step: z.number().int().default(0),
                timestampMs: z.number().int().optional(),
              })
              .strict(),
          )
          .max(10_000)
          .default([]),
        parameters: z.record(z.string().min(1).max(250), z.string().max(6000)).default({}),
        tags: Tags.default({}),
      })
      .strict(),
    status: 204,
    errors: ['run_not_found', 'parameter_changed'],
  },
  deleteRun: {
    method: 'DELETE',
    path: '/api/v1/workspaces/:ws/runs/:id',
    summary: 'Delete a run',
    access: 'run.write',
    params: RunParams,
    status: 204,
    errors: ['run_not_found'],
  },
  getRunMetric: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/runs/:id/metrics',
    summary: 'Series of one metric or of all',
    access: 'run.read',
    params: RunParams,
    query: z.object({
      name: z.string().max(250).optional(),
      buckets: z.coerce.number().int().min(10).max(10_000).default(1000),
      minStep: z.coerce.number().int().optional(),
      maxStep: z.coerce.number().int().optional(),
    }),
    response: z.array(MetricSeries),
    errors: ['run_not_found'],
  },
  listArtifacts: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/runs/:id/artifacts',
    summary: 'Artifacts of a run below a folder',
    access: 'run.read',
    params: RunParams,
    query: z.object({ path: z.string().max(1000).default('') }),
    response: z.object({ items: z.array(Artifact) }),
    errors: ['run_not_found'],
  },
  getArtifact: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/runs/:id/artifacts/content',
    summary: 'Bytes of an artifact; ranges are honoured',
    access: 'run.read',
    params: RunParams,
    query: z.object({ path: z.string().min(1).max(1000) }),
    stream: 'bytes',
    errors: ['run_not_found', 'artifact_not_found'],
  },
  putArtifact: {
    method: 'PUT',
    path: '/api/v1/workspaces/:ws/runs/:id/artifacts/content',
    summary: 'Store bytes as an artifact',
    access: 'run.write',
    params: RunParams,
    query: z.object({ path: z.string().min(1).max(1000) }),
    rawBody: true,
    response: Artifact,
    status: 201,
    errors: ['run_not_found', 'name_invalid'],
    bodyLimitBytes: 5 * 2 ** 40,
  },
})
