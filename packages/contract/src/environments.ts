import { z } from 'zod'
import {
  AssetName,
  CodeDigests,
  page,
  PageQuery,
  Sha256,
  SourceFile,
  Tags,
  Timestamp,
  WorkspaceParams,
} from './primitives.ts'
import { defineRoutes } from './route.ts'

export const EnvironmentVersionName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'use 1 to 64 of A-Z, a-z, 0-9, ., _ and -, beginning with a letter or digit',
  )

/** What a node or a gateway needs to have an environment: it builds the folder `digest` from these requirements unless it is there. */
export const EnvironmentBuild = z
  .object({
    digest: Sha256,
    /** Lines for the installer, checked. */
    requirements: z.array(z.string().max(500)).max(1000),
  })
  .meta({ id: 'EnvironmentBuild' })

/** The environment as it was built here: `packages` came with it, `basePackages` are those of the Python below it. */
export const BuiltEnvironment = z
  .object({
    digest: Sha256,
    python: z.string(),
    packages: z.array(z.string()),
    basePackages: z.array(z.string()),
    installer: z.string(),
    seconds: z.number(),
    builtAt: Timestamp,
  })
  .meta({ id: 'BuiltEnvironment' })

export const EnvironmentVersion = z
  .object({
    name: z.string(),
    version: z.string(),
    description: z.string(),
    tags: Tags,
    /** What the file asked for, kept as it was. */
    python: z.string().nullable(),
    channels: z.array(z.string()),
    image: z.string().nullable(),
    /** What is installed for it, one line each. */
    requirements: z.array(z.string()),
    /** What was asked for and cannot be had here. */
    warnings: z.array(z.string()),
    /** SHA-256 of the requirements and the Python below them: part of the reuse key of every step that runs in it. */
    digest: Sha256,
    /** null until the first step or deployment needed it. */
    built: BuiltEnvironment.nullable(),
    createdAt: Timestamp,
    createdBy: z.string(),
  })
  .meta({ id: 'EnvironmentVersion' })
export const EnvironmentSummary = z
  .object({
    name: z.string(),
    latestVersion: z.string(),
    description: z.string(),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'EnvironmentSummary' })
/** An environment with its versions, newest first. */
export const Environment = EnvironmentSummary.extend({ versions: z.array(EnvironmentVersion) }).meta({
  id: 'Environment',
})

export type EnvironmentBuild = z.infer<typeof EnvironmentBuild>
export type BuiltEnvironment = z.infer<typeof BuiltEnvironment>
export type EnvironmentVersion = z.infer<typeof EnvironmentVersion>
export type EnvironmentSummary = z.infer<typeof EnvironmentSummary>
export type Environment = z.infer<typeof Environment>

const NameParams = WorkspaceParams.extend({ name: z.string().max(128) })

export const environmentRoutes = defineRoutes({
  listEnvironments: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/environments',
    summary: 'Environments with their newest versions',
    access: 'environment.read',
    params: WorkspaceParams,
    query: PageQuery,
    response: page(EnvironmentSummary),
    errors: ['workspace_not_found', 'cursor_invalid'],
  },
  createEnvironment: {
    method: 'POST',
    path: '/api/v1/workspaces/:ws/environments',
    summary: 'A new version of an environment from its file; the same content again answers the version that has it',
    access: 'environment.write',
    params: WorkspaceParams,
    body: z
      .object({
        source: SourceFile,
        /** Digests of the files that it names, by their paths. */
        code: CodeDigests.default({}),
        /** Instead of the name in the file. */
        name: AssetName.optional(),
      })
      .strict(),
    response: EnvironmentVersion,
    status: 201,
    errors: ['workspace_not_found', 'document_invalid', 'already_exists', 'blob_not_found', 'environment_unavailable'],
  },
  getEnvironment: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/environments/:name',
    summary: 'One environment with its versions, newest first',
    access: 'environment.read',
    params: NameParams,
    response: Environment,
    errors: ['environment_not_found', 'environment_unavailable'],
  },
  getEnvironmentVersion: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/environments/:name/versions/:version',
    summary: 'One version; `latest` is the newest',
    access: 'environment.read',
    params: NameParams.extend({ version: z.string().max(64) }),
    response: EnvironmentVersion,
    errors: ['environment_not_found', 'environment_unavailable'],
  },
})
