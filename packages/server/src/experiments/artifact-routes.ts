import { ModelyardError } from '@modelyard/contract'
import type { Handlers } from '../http/index.ts'
import type { Platform } from '../platform/index.ts'
import { contentTypeOf, oneLevel } from './artifact.ts'
import type { ArtifactService } from './artifact-service.ts'
import { readRange } from './byte-range.ts'
import { requireRun } from './run.ts'
import type { RunService } from './run-service.ts'
import { findRunById } from './run-store.ts'
import { viewArtifact } from './run-view.ts'

export function artifactHandlers(
  { store }: Pick<Platform, 'store'>,
  artifacts: ArtifactService,
  runs: RunService,
): Handlers<'listArtifacts' | 'getArtifact' | 'putArtifact'> {
  async function find(workspace: string, id: string) {
    const run = await findRunById(store.read, id)
    return requireRun(run?.workspace === workspace ? run : undefined, id)
  }

  return {
    async listArtifacts({ params, query }) {
      const run = await find(params.ws, params.id)
      const folder = query.path.replace(/\/+$/, '')
      const entries = await artifacts.ofRun(store.read, run.id, folder)
      return { items: oneLevel(entries, folder).map(viewArtifact) }
    },
    async getArtifact({ params, query, request }) {
      const run = await find(params.ws, params.id)
      const file = await artifacts.findOfRun(store.read, run.id, query.path)
      if (file === undefined)
        throw new ModelyardError('artifact_not_found', `The run '${run.id}' has no artifact '${query.path}'.`)
      return sendFile(artifacts, file, request.headers.range)
    },
    async putArtifact({ params, query, access, stream }) {
      await store.write((tx) => runs.requireWritable(tx, params.ws, params.id, access), 'survivesKill')
      const entry = await artifacts.receive(query.path, stream as AsyncIterable<Uint8Array>)
      await store.write(async (tx) => {
        const run = await runs.requireWritable(tx, params.ws, params.id, access)
        await artifacts.keep(tx, run.id, [entry])
      })
      return viewArtifact({ path: entry.path, isFolder: false, sizeBytes: entry.sizeBytes, digest: entry.digest })
    },
  }
}

/** A file as an answer. Always as a download: what a user stored must not run as a page of ours. */
function sendFile(
  artifacts: ArtifactService,
  file: { path: string; digest: string; sizeBytes: number },
  rangeHeader: string | undefined,
) {
  const range = readRange(rangeHeader, file.sizeBytes)
  const name = encodeURIComponent(file.path.slice(file.path.lastIndexOf('/') + 1))
  const headers = {
    'accept-ranges': 'bytes',
    'content-disposition': `attachment; filename*=UTF-8''${name}`,
    'x-content-type-options': 'nosniff',
    etag: `"${file.digest}"`,
  }
  if (range === undefined)
    return {
      body: artifacts.read(file.digest),
      contentType: contentTypeOf(file.path),
      headers: { ...headers, 'content-length': String(file.sizeBytes) },
    }
  return {
    body: artifacts.read(file.digest, range),
    contentType: contentTypeOf(file.path),
    status: 206,
    headers: {
      ...headers,
      'content-length': String(range.end - range.start + 1),
      'content-range': `bytes ${range.start}-${range.end}/${file.sizeBytes}`,
    },
  }
}
