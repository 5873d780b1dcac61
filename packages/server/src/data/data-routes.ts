import { ModelyardError } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import type { Handlers, StreamedBody } from '../http/index.ts'
import { toPage, type Platform } from '../platform/index.ts'
import { toDataAssetVersion, type DataService } from './data-service.ts'
import * as store from './data-store.ts'

type Ids =
  | 'findMissingBlobs'
  | 'putBlob'
  | 'getBlob'
  | 'putTree'
  | 'getTree'
  | 'listDataAssets'
  | 'createDataAsset'
  | 'getDataAsset'
  | 'getDataAssetVersion'

/** Bytes of a stored blob, whole or a range of them. */
export async function blobAnswer(
  platform: Platform,
  digest: string,
  range: string | undefined,
  contentType = 'application/octet-stream',
): Promise<StreamedBody> {
  const size = await platform.content.sizeOf(digest)
  if (size === undefined) throw new ModelyardError('blob_not_found', `The bytes under ${digest} are gone.`)
  const wanted = range === undefined ? undefined : parseRange(range, size)
  const headers = {
    'accept-ranges': 'bytes',
    etag: `"${digest}"`,
    'content-length': String(wanted === undefined ? size : wanted.end - wanted.start + 1),
  }
  if (wanted === undefined) return { body: platform.content.read(digest), contentType, headers }
  return {
    body: platform.content.read(digest, wanted),
    contentType,
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${wanted.start}-${wanted.end}/${size}` },
  }
}

/** One range of RFC 9110 §14.1; anything else, and what cannot be satisfied, is answered whole. */
function parseRange(header: string, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header)
  if (match === null || size === 0 || (match[1] === '' && match[2] === '')) return undefined
  const start = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1])
  const end = match[1] === '' || match[2] === '' ? size - 1 : Math.min(size - 1, Number(match[2]))
  return start <= end ? { start, end } : undefined
}

export function dataHandlers(platform: Platform, service: DataService): Handlers<Ids> {
  const { read } = platform.store
  return {
    findMissingBlobs: async ({ params, body }) => ({ missing: await service.findMissing(params.ws, body.digests) }),
    putBlob: ({ params, stream }) => service.putBlob(params.ws, params.digest, stream),
    async getBlob({ params, request }) {
      await service.requireVisible(params.ws, params.digest)
      return blobAnswer(platform, params.digest, request.headers.range)
    },
    putTree: async ({ params, body }) => ({ digest: await service.putTree(params.ws, body.entries) }),
    getTree: async ({ params }) => ({ entries: [...(await service.requireTree(params.ws, params.digest))] }),
    async listDataAssets({ params, query }) {
      const rows = await store.listAssets(read, params.ws, query.pageSize + 1, query.pageToken)
      return toPage(
        rows,
        query.pageSize,
        (row) => [row.name],
        (row) => ({
          name: row.name,
          latestVersion: String(row.version),
          type: row.type,
          createdAt: toTimestamp(Number(row.created_at)),
          updatedAt: toTimestamp(Number(row.updated_at)),
        }),
      )
    },
    async createDataAsset({ params, body, access, requestId }) {
      return toDataAssetVersion(
        await service.createVersion({
          workspace: params.ws,
          ...body,
          actor: access.actor,
          requestId,
          sourceRunId: access.run?.runId ?? null,
        }),
      )
    },
    async getDataAsset({ params }) {
      const versions = await store.listVersions(read, params.ws, params.name)
      const [newest] = versions
      const oldest = versions.at(-1)
      if (newest === undefined || oldest === undefined)
        throw new ModelyardError(
          'data_asset_not_found',
          `There is no data asset '${params.name}' in the workspace '${params.ws}'.`,
        )
      return {
        name: newest.name,
        latestVersion: String(newest.version),
        type: newest.type,
        createdAt: toTimestamp(oldest.created_at),
        updatedAt: toTimestamp(newest.created_at),
        versions: versions.map(toDataAssetVersion),
      }
    },
    async getDataAssetVersion({ params }) {
      const version = params.version === 'latest' ? 'latest' : Number(params.version)
      const row =
        version === 'latest' || Number.isInteger(version)
          ? await store.findVersion(read, params.ws, params.name, version)
          : undefined
      if (row === undefined)
        throw new ModelyardError(
          'data_asset_not_found',
          `There is no version '${params.version}' of a data asset '${params.name}' in the workspace '${params.ws}'.`,
        )
      return toDataAssetVersion(row)
    },
  }
}
