import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ApiError, createClient, ServerUnreachableError } from './index.ts'
import { operationsFile, generateOperations } from '../../../tools/generate-operations.ts'
import { readFileSync } from 'node:fs'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', () => resolve())
  await promise
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

describe('calling an operation', () => {
  it('sends method, path, query, token and body of the route and answers the document', async () => {
    const seen: unknown[] = []
    const baseUrl = await serve((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        seen.push([request.method, request.url, request.headers.authorization, body])
        response.setHeader('content-type', 'application/json').end('{"ok":true}')
      })
    })
    const client = createClient({ baseUrl: `${baseUrl}/`, token: 'secret' })
    expect(await client.call('getJob', { params: { ws: 'a/../b', id: '?' } })).toEqual({ ok: true })
    await client.call('listJobs', { params: { ws: 'a' }, query: { pageSize: 5, status: undefined } })
    await client.call('setModelAlias', { params: { ws: 'a', name: 'm', alias: 'x' }, body: { version: '1' } })
    expect(seen).toEqual([
      ['GET', '/api/v1/workspaces/a%2F..%2Fb/jobs/%3F', 'Bearer secret', ''],
      ['GET', '/api/v1/workspaces/a/jobs?pageSize=5', 'Bearer secret', ''],
      ['PUT', '/api/v1/workspaces/a/models/m/aliases/x', 'Bearer secret', '{"version":"1"}'],
    ])
  })

  it('keeps a value of dots one segment of the path, so that no other route is reached', () => {
    const client = createClient({ baseUrl: 'http://127.0.0.1:1' })
    const path = client.pathOf('getModel', { params: { ws: '..', name: '..' } })
    expect(new URL(path, 'http://x').pathname.split('/')).toHaveLength(
      '/api/v1/workspaces/a/models/b'.split('/').length,
    )
  })

  it('turns a refusal into an error with the problem, and a stranger’s page, too', async () => {
    const problem = {
      code: 'job_not_found',
      status: 404,
      title: 'No such job',
      detail: 'There is no job x.',
      remedy: 'r',
    }
    const baseUrl = await serve((request, response) => {
      response.statusCode = request.url === '/api/v1/me' ? 502 : 404
      response.end(request.url === '/api/v1/me' ? '<html>Bad gateway</html>' : JSON.stringify(problem))
    })
    const client = createClient({ baseUrl })
    const refusal = await client.call('getJob', { params: { ws: 'a', id: 'x' } }).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(ApiError)
    expect(refusal).toMatchObject({ status: 404, code: 'job_not_found', message: 'There is no job x.' })
    await expect(client.call('getMe')).rejects.toMatchObject({ status: 502, problem: { retryable: true } })
  })

  it('says which address does not answer', async () => {
    const baseUrl = await serve(() => undefined)
    for (const server of servers.splice(0)) server.close()
    await expect(createClient({ baseUrl }).call('getMe')).rejects.toThrow(ServerUnreachableError)
    await expect(createClient({ baseUrl }).call('getMe')).rejects.toThrow(baseUrl)
  })

  it('walks through all pages of a list', async () => {
    const baseUrl = await serve((request, response) => {
      const token = new URL(request.url ?? '', 'http://x').searchParams.get('pageToken')
      response.end(JSON.stringify(token === null ? { items: [1, 2], nextPageToken: 'n' } : { items: [3] }))
    })
    expect(await collect(createClient({ baseUrl }).items('listModels', { params: { ws: 'a' } }))).toEqual([1, 2, 3])
  })
})

describe('following events', () => {
  it('goes on after the last event when the connection breaks', async () => {
    const asked: (string | undefined)[] = []
    const baseUrl = await serve((request, response) => {
      asked.push(request.headers['last-event-id'] as string | undefined)
      const seq = asked.length
      response.end(`id: ${seq}\nevent: job.created\ndata: {"seq":${seq},"name":"job.created"}\n\nid: 99\ndata: {"se`)
    })
    const stop = new AbortController()
    const seen: number[] = []
    for await (const event of createClient({ baseUrl }).events('a', { signal: stop.signal })) {
      seen.push(event.seq)
      if (seen.length === 3) stop.abort()
    }
    expect(seen).toEqual([1, 2, 3])
    expect(asked).toEqual([undefined, '1', '2'])
  })

  it('ends with the refusal when the server refuses', async () => {
    const baseUrl = await serve((_request, response) => {
      response.statusCode = 401
      response.end(JSON.stringify({ code: 'not_authenticated', detail: 'No token.', retryable: false }))
    })
    await expect(collect(createClient({ baseUrl }).events('a'))).rejects.toMatchObject({ status: 401 })
  })
})

it('the table of operations is the one that the contract gives', () => {
  expect(readFileSync(operationsFile, 'utf8')).toBe(generateOperations())
})
