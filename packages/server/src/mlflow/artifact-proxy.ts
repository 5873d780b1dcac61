import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { TreeEntry } from '@modelyard/platform'
import { contentTypeOf, oneLevel, readRange } from '../experiments/index.ts'
import { writeItem } from './artifact-endpoints.ts'
import type { ArtifactFiles } from './artifact-files.ts'
import { parseProxyPath, type ArtifactReference } from './artifact-reference.ts'
import { missingObject, WireError } from './wire-error.ts'
import type { Permission } from '@modelyard/contract'
import type { Access } from '../http/index.ts'

const largestFile = 5 * 2 ** 40

/** Decides for a request where it goes and whether it may. */
export type Admit = (request: FastifyRequest, permission: Permission) => Promise<{ workspace: string; access: Access }>

/** The routes by which clients move the bytes of `mlflow-artifacts:` addresses. */
export function mountArtifactProxy(app: FastifyInstance, base: string, files: ArtifactFiles, admit: Admit): void {
  app.get(`${base}/artifacts`, async (request) => {
    const { workspace } = await admit(request, 'run.read')
    const path = (request.query as { path?: unknown }).path
    const reference = parseProxyPath(typeof path === 'string' ? path : '')
    if (reference === undefined) return { files: [] }
    const items = oneLevel(await files.below(workspace, reference), reference.path)
    // Here, other than in `artifacts/list`, a path is the last part alone.
    return { files: items.map((item) => writeItem(item, item.path.slice(item.path.lastIndexOf('/') + 1))) }
  })

  app.get(`${base}/artifacts/*`, async (request, reply) => {
    const { workspace } = await admit(request, 'run.read')
    const file = await files.find(workspace, requireReference(request))
    return sendFile(files, file, request, reply)
  })

  app.delete(`${base}/artifacts/*`, async (request) => {
    const { workspace, access } = await admit(request, 'run.write')
    await files.remove(workspace, requireReference(request), access)
    return {}
  })

  // The body goes to the disk as it comes, so no parser may gather it first.
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    scope.put(`${base}/artifacts/*`, { bodyLimit: largestFile }, async (request) => {
      const { workspace, access } = await admit(request, 'run.write')
      await files.put(workspace, requireReference(request), access, request.raw)
      return {}
    })
  })

  for (const path of ['/mpu/create/*', '/mpu/complete/*', '/mpu/abort/*'])
    app.route({
      method: 'POST',
      url: base + path,
      handler: async (request) => {
        await admit(request, 'run.write')
        // Clients look for this text, and then send the file in one request.
        throw new WireError(
          'NOT_IMPLEMENTED',
          501,
          'Multipart upload is not supported for the current artifact repository',
        )
      },
    })
  app.get(`${base}/presigned/*`, async (request) => {
    await admit(request, 'run.read')
    throw missingObject('This server hands out no presigned addresses; download the file itself.')
  })
}

function requireReference(request: FastifyRequest): ArtifactReference {
  const path = (request.params as { '*': string })['*']
  const reference = parseProxyPath(path)
  if (reference === undefined || reference.path === '') throw missingObject(`No such artifact: '${path.slice(0, 200)}'`)
  return reference
}

function sendFile(files: ArtifactFiles, file: TreeEntry, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const range = readRange(request.headers.range, file.sizeBytes)
  const name = file.path.slice(file.path.lastIndexOf('/') + 1)
  // Always a download: what somebody stored must not run as a page of ours.
  reply.headers({
    'accept-ranges': 'bytes',
    'content-disposition': `attachment; filename="${name.replaceAll(/[^\w.\- ]/g, '_')}"; filename*=UTF-8''${encodeURIComponent(name)}`,
    'x-content-type-options': 'nosniff',
    'content-length': range === undefined ? file.sizeBytes : range.end - range.start + 1,
  })
  if (range !== undefined)
    reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${file.sizeBytes}`)
  return reply.type(contentTypeOf(file.path)).send(files.read(file.digest, range))
}
