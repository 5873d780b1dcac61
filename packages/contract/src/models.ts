import { z } from 'zod'
import { DisplayName, page, PageQuery, Sha256, Tags, Timestamp, WorkspaceParams } from './primitives.ts'
import { GateEvidence } from './jobs.ts'
import { defineRoutes } from './route.ts'

/** A name may have spaces; what separates it from a version, an alias or a path is not in it. */
export const ModelName = DisplayName.regex(
  /^[^/:@\p{Cc}]+$/u,
  'a model’s name has no `/`, `:`, `@` and no control characters',
)
export const ModelFormat = z.enum(['mlflow', 'onnx', 'custom'])
export const ModelVersion = z
  .object({
    model: z.string(),
    version: z.string(),
    format: ModelFormat,
    tree: Sha256.nullable().meta({ description: 'the files of the model' }),
    sizeBytes: z.number().int(),
    aliases: z.array(z.string()),
    tags: Tags,
    description: z.string(),
    createdAt: Timestamp,
    createdBy: z.string(),
    status: z.enum(['pending', 'ready', 'failed']),
    lineage: z.object({
      runId: z.string().nullable(),
      jobId: z.string().nullable(),
      step: z.string().nullable(),
      codeTree: z.string().nullable(),
      data: z.array(z.object({ name: z.string(), version: z.string().nullable(), digest: z.string() })),
    }),
    metrics: z.record(z.string(), z.number()),
    signature: z.unknown().nullable(),
    evidence: GateEvidence.nullable(),
    deployments: z
      .array(z.object({ endpoint: z.string(), deployment: z.string(), trafficPercent: z.number() }))
      .optional(),
  })
  .meta({ id: 'ModelVersion' })
export const Model = z
  .object({
    name: z.string(),
    description: z.string(),
    tags: Tags,
    createdAt: Timestamp,
    updatedAt: Timestamp,
    aliases: z.record(z.string(), z.string()),
    latestVersion: z.string().nullable(),
    versions: z.array(ModelVersion).optional(),
  })
  .meta({ id: 'Model' })

export type ModelFormat = z.infer<typeof ModelFormat>
export type ModelVersion = z.infer<typeof ModelVersion>
export type Model = z.infer<typeof Model>

const NameParams = WorkspaceParams.extend({ name: z.string().max(250) })
const VersionParams = NameParams.extend({ version: z.string().max(64) })
export const AliasName = z
  .string()
  .regex(/^(?!latest$)(?!v?\d+$)[A-Za-z0-9_-]{1,255}$/, 'use letters, digits, _ and -; not `latest`, not a number')

export const modelRoutes = defineRoutes({
  listModels: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/models',
    summary: 'Models',
    access: 'model.read',
    params: WorkspaceParams,
    query: PageQuery,
    response: page(Model),
    errors: ['workspace_not_found', 'cursor_invalid'],
  },
  registerModelVersion: {
    method: 'POST',
    path: '/api/v1/workspaces/:ws/models',
    summary: 'Register files as the next version of a model',
    access: 'model.register',
    params: WorkspaceParams,
    body: z
      .object({
        name: ModelName,
        tree: Sha256.optional().meta({ description: 'a stored folder; this or `runPath`' }),
        runId: z.string().max(64).optional(),
        runPath: z
          .string()
          .min(1)
          .max(1000)
          .optional()
          .meta({ description: 'a file or folder among the artifacts of the run `runId`' }),
        description: z.string().max(5000).default(''),
        tags: Tags.default({}),
        metrics: z.record(z.string().max(250), z.number()).default({}),
      })
      .strict(),
    response: ModelVersion,
    status: 201,
    errors: [
      'workspace_not_found',
      'blob_not_found',
      'model_invalid',
      'run_not_found',
      'artifact_not_found',
      'request_invalid',
    ],
  },
  getModel: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/models/:name',
    summary: 'One model with its versions, newest first',
    access: 'model.read',
    params: NameParams,
    response: Model,
    errors: ['model_not_found'],
  },
  getModelVersion: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/models/:name/versions/:version',
    summary: 'One version: a number, `latest`, or `@alias`',
    access: 'model.read',
    params: VersionParams,
    response: ModelVersion,
    errors: ['model_not_found', 'model_version_not_found'],
  },
  setModelAlias: {
    method: 'PUT',
    path: '/api/v1/workspaces/:ws/models/:name/aliases/:alias',
    summary: 'Point an alias at a version',
    access: 'model.alias',
    params: NameParams.extend({ alias: z.string().max(255) }),
    body: z.object({ version: z.string().max(64) }).strict(),
    response: ModelVersion,
    errors: ['model_not_found', 'model_version_not_found', 'name_invalid'],
  },
  deleteModelAlias: {
    method: 'DELETE',
    path: '/api/v1/workspaces/:ws/models/:name/aliases/:alias',
    summary: 'Remove an alias',
    access: 'model.alias',
    params: NameParams.extend({ alias: z.string().max(255) }),
    status: 204,
    errors: ['model_not_found'],
  },
})
