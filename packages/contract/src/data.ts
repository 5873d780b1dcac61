import { z } from 'zod'
import { AssetName, page, PageQuery, Sha256, Tags, Timestamp, WorkspaceParams } from './primitives.ts'
import { defineRoutes } from './route.ts'

export const DataAssetType = z.enum(['uri_file', 'uri_folder'])
/**
 * A folder as a list of its files, sorted by path; the manifest's own SHA-256 (of its canonical JSON: keys path, digest, sizeBytes, mode in this
 * order, no spaces) is the folder's digest. A single file is a tree with one entry.
 */
export const Tree = z
  .object({
    entries: z
      .array(
        z.object({
          path: z.string().min(1).max(1000),
          digest: Sha256,
          sizeBytes: z.number().int().min(0),
          mode: z.enum(['file', 'executable']).default('file'),
        }),
      )
      .max(100_000),
  })
  .meta({ id: 'Tree' })
export const DataAssetVersion = z
  .object({
    name: z.string(),
    version: z.string(),
    type: DataAssetType,
    digest: Sha256,
    sizeBytes: z.number().int(),
    fileCount: z.number().int(),
    description: z.string(),
    tags: Tags,
    createdAt: Timestamp,
    createdBy: z.string(),
    sourceRunId: z.string().nullable(),
  })
  .meta({ id: 'DataAssetVersion' })
export const DataAsset = z
  .object({
    name: z.string(),
    latestVersion: z.string(),
    type: DataAssetType,
    createdAt: Timestamp,
    updatedAt: Timestamp,
    versions: z.array(DataAssetVersion).optional(),
  })
  .meta({ id: 'DataAsset' })

export type Tree = z.infer<typeof Tree>
export type DataAsset = z.infer<typeof DataAsset>
export type DataAssetVersion = z.infer<typeof DataAssetVersion>

const BlobParams = WorkspaceParams.extend({ digest: Sha256 })
const NameParams = WorkspaceParams.extend({ name: z.string().max(128) })

export const dataRoutes = defineRoutes({
  findMissingBlobs: {
    method: 'POST',
    path: '/api/v1/workspaces/:ws/blobs/missing',
    summary: 'Which of these digests the server does not have',
    access: 'blob.write',
    params: WorkspaceParams,
    body: z.object({ digests: z.array(Sha256).max(20_000) }).strict(),
    response: z.object({ missing: z.array(Sha256) }),
    errors: ['workspace_not_found'],
  },
  putBlob: {
    method: 'PUT',
    path: '/api/v1/workspaces/:ws/blobs/:digest',
    summary: 'Upload bytes under their SHA-256',
    access: 'blob.write',
    params: BlobParams,
    rawBody: true,
    response: z.object({ digest: Sha256, sizeBytes: z.number().int() }),
    status: 201,
    errors: ['blob_digest_mismatch', 'body_too_large', 'storage_full'],
    bodyLimitBytes: 5 * 2 ** 40,
  },
  getBlob: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/blobs/:digest',
    summary: 'Download bytes',
    access: 'blob.read',
    params: BlobParams,
    stream: 'bytes',
    errors: ['blob_not_found'],
  },
  putTree: {
    method: 'POST',
    path: '/api/v1/workspaces/:ws/trees',
    summary: 'Store a folder of uploaded blobs; answers its digest',
    access: 'blob.write',
    params: WorkspaceParams,
    body: Tree,
    response: z.object({ digest: Sha256 }),
    status: 201,
    errors: ['tree_invalid', 'blob_not_found'],
    bodyLimitBytes: 32 * 2 ** 20,
  },
  getTree: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/trees/:digest',
    summary: 'The files of a stored folder',
    access: 'blob.read',
    params: BlobParams,
    response: Tree,
    errors: ['blob_not_found'],
  },
  listDataAssets: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/data',
    summary: 'Data assets',
    access: 'data.read',
    params: WorkspaceParams,
    query: PageQuery,
    response: page(DataAsset),
    errors: ['workspace_not_found', 'cursor_invalid'],
  },
  createDataAsset: {
    method: 'POST',
    path: '/api/v1/workspaces/:ws/data',
    summary: 'A new version of a data asset; the same content again answers the version that has it',
    access: 'data.write',
    params: WorkspaceParams,
    body: z
      .object({
        name: AssetName,
        type: DataAssetType.default('uri_folder'),
        digest: Sha256,
        description: z.string().max(5000).default(''),
        tags: Tags.default({}),
      })
      .strict(),
    response: DataAssetVersion,
    status: 201,
    errors: ['workspace_not_found', 'blob_not_found'],
  },
  getDataAsset: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/data/:name',
    summary: 'One data asset with its versions, newest first',
    access: 'data.read',
    params: NameParams,
    response: DataAsset,
    errors: ['data_asset_not_found'],
  },
  getDataAssetVersion: {
    method: 'GET',
    path: '/api/v1/workspaces/:ws/data/:name/versions/:version',
    summary: 'One version; `latest` is the newest',
    access: 'data.read',
    params: NameParams.extend({ version: z.string().max(64) }),
    response: DataAssetVersion,
    errors: ['data_asset_not_found'],
  },
})
