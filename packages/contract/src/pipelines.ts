import { z } from 'zod'
import { AssetName, page, PageQuery, Scalar, Timestamp, WorkspaceParams } from './primitives.ts'
import { Job, JobSubmission, JobSummary } from './jobs.ts'
import { defineRoutes } from './route.ts'

export const PipelineParameter = z.object({
  name: z.string(),
  type: z.enum(['string', 'number', 'integer', 'boolean']),
  default: Scalar,
  optional: z.boolean(),
})
export const PublishedPipeline = z
  .object({
    name: z.string(),
    version: z.number().int(),
    description: z.string(),
    enabled: z.boolean(),
    endpoint: z.string(),
    url: z.string(),
    parameters: z.array(PipelineParameter),
    steps: z.array(z.object({ name: z.string(), type: z.string(), needs: z.array(z.string()) })),
    createdAt: Timestamp,
    createdBy: z.string(),
    lastJobs: z
      .array(z.object({ id: z.string(), status: z.string(), createdAt: Timestamp, endedAt: Timestamp.nullable() }))
      .default([]),
    versions: z.array(z.object({ version: z.number().int(), createdAt: Timestamp, createdBy: z.string() })).optional(),
  })
  .meta({ id: 'PublishedPipeline' })
/** The body Azure ML's published pipelines take. Other keys of theirs are taken and kept as tags. */
export const PipelineTrigger = z.looseObject({
  ExperimentName: z.string().min(1).max(250).optional(),
  ParameterAssignments: z.record(z.string().max(250), Scalar).optional(),
  RunSource: z.string().max(100).optional(),
  DisplayName: z.string().max(250).optional(),
  Tags: z.record(z.string().max(250), z.string().max(5000)).optional(),
})

export type PublishedPipeline = z.infer<typeof PublishedPipeline>
export type PipelineParameter = z.infer<typeof PipelineParameter>

const NameParams = WorkspaceParams.extend({ name: z.string().max(128) })

export const pipelineRoutes = defineRoutes({
  listPipelines: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/pipelines',
    summary: 'Published pipelines, newest first',
    access: 'pipeline.read',
    params: WorkspaceParams,
    query: PageQuery,
    response: page(PublishedPipeline),
    errors: ['workspace_not_found', 'cursor_invalid'],
  },
  publishPipeline: {
    method: 'POST',
    path: '/api/v1/workspaces/:ws/pipelines',
    summary: 'Publish a file or a job’s file under a name; the name again makes the next version',
    access: 'pipeline.write',
    params: WorkspaceParams,
    body: z
      .object({
        name: AssetName,
        description: z.string().max(5000).default(''),
        jobId: z.string().max(64).optional(),
        submission: JobSubmission.optional(),
      })
      .strict(),
    response: PublishedPipeline,
    status: 201,
    errors: [
      'workspace_not_found',
      'document_invalid',
      'blob_not_found',
      'job_not_found',
      'request_invalid',
      'compute_target_not_found',
    ],
  },
  getPipeline: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/pipelines/:name',
    summary: 'One published pipeline with its versions',
    access: 'pipeline.read',
    params: NameParams,
    query: z.object({ version: z.coerce.number().int().min(1).optional() }),
    response: PublishedPipeline,
    errors: ['pipeline_not_found'],
  },
  setPipelineEnabled: {
    method: 'PATCH',
    path: '/api/v1/workspaces/:ws/pipelines/:name',
    summary: 'Enable or disable',
    access: 'pipeline.write',
    params: NameParams,
    body: z.object({ enabled: z.boolean() }).strict(),
    response: PublishedPipeline,
    errors: ['pipeline_not_found'],
  },
  listPipelineJobs: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/pipelines/:name/jobs',
    summary: 'Jobs of a pipeline, newest first',
    access: 'pipeline.read',
    params: NameParams,
    query: PageQuery,
    response: page(JobSummary),
    errors: ['pipeline_not_found', 'cursor_invalid'],
  },
  runPipeline: {
    method: 'POST',
    path: '/api/v1/workspaces/:ws/pipelines/:name/jobs',
    summary: 'Start a published pipeline; undeclared parameters are refused',
    access: 'pipeline.run',
    params: NameParams,
    body: z
      .object({
        set: z.record(z.string().max(250), Scalar).default({}),
        version: z.number().int().min(1).optional(),
        experiment: z.string().max(250).optional(),
        force: z.boolean().default(false),
      })
      .strict(),
    response: Job,
    status: 201,
    errors: ['pipeline_not_found', 'pipeline_disabled', 'request_invalid'],
  },
  triggerPipeline: {
    method: 'POST',
    path: '/api/v1/workspaces/:ws/pipelines/:name/trigger',
    summary: 'Start a published pipeline as Azure ML’s REST trigger does; answers its `Id`',
    access: 'pipeline.run',
    params: NameParams,
    body: PipelineTrigger,
    response: z.object({ Id: z.string(), Status: z.string(), Url: z.string() }),
    status: 200,
    errors: ['pipeline_not_found', 'pipeline_disabled', 'request_invalid'],
  },
})
