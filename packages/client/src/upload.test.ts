import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClient, ServerUnreachableError, type Client } from './index.ts'
import { uploadTree } from './upload.ts'

let folder: string
let server: Server | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'upload-'))
})
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  rmSync(folder, { recursive: true, force: true })
})

const large = 3_000_000

/** A server that has no blob yet and keeps what is sent. */
async function serve(putBlob: RequestListener): Promise<Client> {
  server = createServer((request, response) => {
    if (request.method === 'PUT') return putBlob(request, response)
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const { digests } = JSON.parse(body) as { digests?: string[] }
      response.end(JSON.stringify(digests === undefined ? { digest: 'd'.repeat(64) } : { missing: digests }))
    })
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', () => resolve())
  await promise
  return createClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 'secret' })
}

describe('an upload', () => {
  it('sends small and large files whole, with the token, and tells how far it is', async () => {
    const received: { bytes: number; token: string | undefined }[] = []
    const client = await serve((request, response) => {
      let bytes = 0
      request.on('data', (chunk: Buffer) => (bytes += chunk.byteLength))
      request.on('end', () => {
        received.push({ bytes, token: request.headers.authorization })
        response.writeHead(201).end('{}')
      })
    })
    writeFileSync(join(folder, 'small'), 'abc')
    writeFileSync(join(folder, 'large'), Buffer.alloc(large, 'x'))
    const phases: string[] = []
    const digest = await uploadTree(client, 'default', folder, {
      onProgress: ({ phase, filesSent, files, bytesSent }) =>
        phases.push(`${phase} ${filesSent}/${files} ${bytesSent}`),
    })
    expect(digest).toBe('d'.repeat(64))
    expect(received.map(({ bytes }) => bytes).sort((a, b) => a - b)).toEqual([3, large])
    expect(received.every(({ token }) => token === 'Bearer secret')).toBe(true)
    expect(phases[0]).toBe('reading 0/0 0')
    expect(phases.at(-1)).toBe(`done 2/2 ${large + 3}`)
  })

  it.each([3, large])('of %i bytes ends with the refusal of the server', async (sizeBytes) => {
    const client = await serve((request, response) => {
      request.resume()
      const body = JSON.stringify({ code: 'storage_full', detail: 'No space left.', retryable: true })
      request.on('end', () => response.writeHead(507).end(body))
    })
    writeFileSync(join(folder, 'file'), Buffer.alloc(sizeBytes, 'x'))
    await expect(uploadTree(client, 'default', folder)).rejects.toMatchObject({ status: 507, code: 'storage_full' })
  })

  it('says that the connection broke when it breaks', async () => {
    const client = await serve((request) => request.once('data', () => request.socket.destroy()))
    writeFileSync(join(folder, 'file'), Buffer.alloc(large, 'x'))
    await expect(uploadTree(client, 'default', folder)).rejects.toThrow(ServerUnreachableError)
  })

  it('fails when a large file shrinks while it is sent', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, Buffer.alloc(50_000_000, 'x'))
    const client = await serve((request) => {
      truncateSync(file, 10_000_000)
      request.resume()
    })
    await expect(uploadTree(client, 'default', folder)).rejects.toThrow(/changed while/)
  })
})
