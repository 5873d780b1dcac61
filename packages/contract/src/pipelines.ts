import { z } from 'zod'
import { page, PageQuery, PipelineName, Scalar, Tags, Timestamp, WorkspaceParams } from './primitives.ts'
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
    /** Names this version, whatever its pipeline is called. */
    id: z.string(),
    name: z.string(),
    version: z.number().int(),
    /** What its publisher calls the version. */
    label: z.string().nullable(),
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
    versions: z
      .array(
        z.object({
          id: z.string(),
          version: z.number().int(),
          label: z.string().nullable(),
          enabled: z.boolean(),
          createdAt: Timestamp,
          createdBy: z.string(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'PublishedPipeline' })
/** A file or folder inside a data asset. `mayBeEmpty`: where nothing lies there, an empty folder is meant. */
export const DataPlace = z
  .object({
    asset: z.string().min(1).max(250),
    path: z.string().max(1000).default(''),
    mayBeEmpty: z.boolean().default(false),
  })
  .strict()
  .meta({ id: 'DataPlace' })
/** A stable address in front of published pipelines: numbered versions from 0, one of which is the default. */
export const PipelineEndpoint = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    enabled: z.boolean(),
    defaultVersion: z.number().int(),
    versions: z.array(
      z.object({
        version: z.number().int(),
        pipelineId: z.string(),
        pipeline: z.object({ name: z.string(), version: z.number().int() }),
        createdAt: Timestamp,
      }),
    ),
    createdAt: Timestamp,
    createdBy: z.string(),
    updatedAt: Timestamp,
  })
  .meta({ id: 'PipelineEndpoint' })
/** The body Azure ML's published pipelines take. Other keys of theirs are taken and kept as tags. */
export const PipelineTrigger = z.looseObject({
  ExperimentName: z.string().min(1).max(250).nullish(),
  Description: z.string().max(5000).nullish(),
  ParameterAssignments: z.record(z.string().max(250), Scalar).nullish(),
  DataPathAssignments: z
    .record(
      z.string().max(250),
      z.looseObject({ DataStoreName: z.string().max(250).nullish(), RelativePath: z.string().max(1000).nullish() }),
    )
    .nullish(),
  RunSource: z.string().max(100).nullish(),
  DisplayName: z.string().max(250).nullish(),
  ContinueRunOnStepFailure: z.boolean().nullish(),
  Tags: Tags.nullish(),
  tags: Tags.nullish(),
})

export type PublishedPipeline = z.infer<typeof PublishedPipeline>
export type PipelineParameter = z.infer<typeof PipelineParameter>
export type DataPlace = z.infer<typeof DataPlace>
export type PipelineEndpoint = z.infer<typeof PipelineEndpoint>
export type PipelineTrigger = z.infer<typeof PipelineTrigger>

const NameParams = WorkspaceParams.extend({ name: z.string().max(128) })
const IdParams = WorkspaceParams.extend({ id: z.string().max(128) })

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
        name: PipelineName,
        label: z.string().max(250).optional(),
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
    summary: 'Enable or disable; one version when it is named',
    access: 'pipeline.write',
    params: NameParams,
    body: z.object({ enabled: z.boolean(), version: z.number().int().min(1).optional() }).strict(),
    response: PublishedPipeline,
    errors: ['pipeline_not_found'],
  },
  listPipelineVersions: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/pipeline-versions',
    summary: 'Versions of all published pipelines, newest first',
    access: 'pipeline.read',
    params: WorkspaceParams,
    query: PageQuery.extend({ enabled: z.enum(['true', 'false']).optional() }),
    response: page(PublishedPipeline),
    errors: ['workspace_not_found', 'cursor_invalid'],
  },
  getPipelineVersion: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/pipeline-versions/:id',
    summary: 'One version of a published pipeline by its id',
    access: 'pipeline.read',
    params: IdParams,
    response: PublishedPipeline,
    errors: ['pipeline_not_found'],
  },
  listPipelineEndpoints: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/pipeline-endpoints',
    summary: 'Pipeline endpoints, newest first',
    access: 'pipeline.read',
    params: WorkspaceParams,
    query: PageQuery,
    response: page(PipelineEndpoint),
    errors: ['workspace_not_found', 'cursor_invalid'],
  },
  createPipelineEndpoint: {
    method: 'POST',
    path: '/api/v1/workspaces/:ws/pipeline-endpoints',
    summary: 'Put a stable address in front of a published pipeline, which becomes its version 0',
    access: 'pipeline.write',
    params: WorkspaceParams,
    body: z
      .object({ name: PipelineName, description: z.string().max(5000).default(''), pipelineId: z.string().max(128) })
      .strict(),
    response: PipelineEndpoint,
    status: 201,
    errors: ['workspace_not_found', 'pipeline_not_found', 'already_exists'],
  },
  getPipelineEndpoint: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/pipeline-endpoints/:id',
    summary: 'One pipeline endpoint by its id or name',
    access: 'pipeline.read',
    params: IdParams,
    response: PipelineEndpoint,
    errors: ['pipeline_endpoint_not_found'],
  },
  changePipelineEndpoint: {
    method: 'PATCH',
    path: '/api/v1/workspaces/:ws/pipeline-endpoints/:id',
    summary: 'Rename, describe, enable or disable a pipeline endpoint, or choose its default version',
    access: 'pipeline.write',
    params: IdParams,
    body: z
      .object({
        name: PipelineName.optional(),
        description: z.string().max(5000).optional(),
        enabled: z.boolean().optional(),
        defaultVersion: z.number().int().min(0).optional(),
      })
      .strict(),
    response: PipelineEndpoint,
    errors: ['pipeline_endpoint_not_found', 'pipeline_not_found', 'already_exists'],
  },
  addPipelineEndpointVersion: {
    method: 'POST',
    path: '/api/v1/workspaces/:ws/pipeline-endpoints/:id/versions',
    summary: 'Add a published pipeline as the next version of a pipeline endpoint',
    access: 'pipeline.write',
    params: IdParams,
    body: z.object({ pipelineId: z.string().max(128), makeDefault: z.boolean().default(false) }).strict(),
    response: PipelineEndpoint,
    status: 201,
    errors: ['pipeline_endpoint_not_found', 'pipeline_not_found'],
  },
  runPipelineEndpoint: {
    method: 'POST',
    path: '/api/v1/workspaces/:ws/pipeline-endpoints/:id/jobs',
    summary: 'Start the default or the named version of a pipeline endpoint; undeclared parameters are refused',
    access: 'pipeline.run',
    params: IdParams,
    body: z
      .object({
        set: z.record(z.string().max(250), Scalar).default({}),
        version: z.number().int().min(0).optional(),
        experiment: z.string().max(250).optional(),
        tags: Tags.default({}),
        /** Other data for inputs that were published with uploaded data, by the input's name. */
        data: z.record(z.string().max(250), DataPlace).default({}),
        continueOnStepFailure: z.boolean().optional(),
        force: z.boolean().default(false),
      })
      .strict(),
    response: Job,
    status: 201,
    errors: ['pipeline_endpoint_not_found', 'pipeline_not_found', 'pipeline_disabled', 'request_invalid'],
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
        tags: Tags.default({}),
        /** Other data for inputs that were published with uploaded data, by the input's name. */
        data: z.record(z.string().max(250), DataPlace).default({}),
        continueOnStepFailure: z.boolean().optional(),
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
    summary:
      'Start a published pipeline as Azure ML’s REST trigger does; answers its `Id`. Undeclared assignments are kept as tags and warned about',
    access: 'pipeline.run',
    params: NameParams,
    body: PipelineTrigger,
    response: z.object({ Id: z.string(), Status: z.string(), Url: z.string() }),
    status: 200,
    errors: ['pipeline_not_found', 'pipeline_disabled', 'request_invalid'],
  },
})
