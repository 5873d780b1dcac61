import { connect } from 'node:net'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readStartOptions } from '../src/configuration.ts'
import { startServer, type TestServer } from './start-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: { code?: string; [key: string]: unknown }
}

/** A request that a browser or `fetch` would not let us send. */
function raw(
  method: string,
  path: string,
  headers: Record<string, string | number> = {},
  body?: Uint8Array | string,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const { hostname, port } = new URL(server.url)
  const call = request(
    { hostname, port, method, path, headers: { authorization: `Bearer ${server.token}`, ...headers } },
    (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.once('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: text.startsWith('{') ? (JSON.parse(text) as Answer['body']) : {},
        })
      })
    },
  )
  call.once('error', reject)
  call.end(body)
  return promise
}
const codeOf = async (answer: Promise<Answer>): Promise<[number, string | undefined]> => [
  (await answer).status,
  (await answer).body.code,
]
const json = { 'content-type': 'application/json' }

describe('signing in', () => {
  test('a link works once, sets a cookie that scripts cannot read, and leads only to our own pages', async () => {
    const { body } = await server.call<{ loginUrl: string }>('POST', '/api/v1/login-links', {
      body: { path: '//evil.example/x' },
    })
    const first = await fetch(body.loginUrl, { redirect: 'manual' })
    expect([first.status, first.headers.get('location')]).toEqual([302, '/'])
    const cookie = first.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^modelyard_[0-9a-f]{10}=mye_/)
    expect(cookie).toMatch(/HttpOnly; SameSite=Lax/)
    const session = cookie.split(';')[0] ?? ''
    expect((await fetch(`${server.url}/api/v1/me`, { headers: { cookie: session } })).status).toBe(200)
    expect((await fetch(body.loginUrl)).status).toBe(401)
    // The page of another origin has the cookie sent along, and gets nothing for it.
    const write = (headers: Record<string, string>) =>
      fetch(`${server.url}/api/v1/workspaces`, {
        method: 'POST',
        headers: { cookie: session, ...json, ...headers },
        body: '{"name":"by-cookie"}',
      })
    expect((await write({ origin: 'http://evil.example' })).status).toBe(403)
    expect((await write({ 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await write({})).status).toBe(403)
    expect((await write({ origin: server.url })).status).toBe(201)
    await fetch(`${server.url}/api/v1/logout`, { method: 'POST', headers: { cookie: session, origin: server.url } })
    expect((await fetch(`${server.url}/api/v1/me`, { headers: { cookie: session } })).status).toBe(401)
  })

  test('a revoked token and a revoked role count from the next request on', async () => {
    await server.call('POST', '/api/v1/principals', { body: { name: 'ann' } })
    await server.call('PUT', '/api/v1/workspaces/default/role-assignments/ann/Reader')
    const { body } = await server.call<{ token: string; id: string }>('POST', '/api/v1/tokens', {
      body: { principal: 'ann' },
    })
    const read = async (): Promise<number> =>
      (await server.call('GET', '/api/v1/workspaces/default/jobs', { token: body.token })).status
    expect(await read()).toBe(200)
    await server.call('DELETE', '/api/v1/workspaces/default/role-assignments/ann/Reader')
    expect(await read()).toBe(404)
    await server.call('PUT', '/api/v1/workspaces/default/role-assignments/ann/Reader')
    await server.call('DELETE', `/api/v1/tokens/${body.id}`)
    expect(await read()).toBe(401)
  })

  test('the last Owner stays', async () => {
    const { body } = await server.call<{ principal: string }>('GET', '/api/v1/me')
    expect((await server.call<{ code: string }>('DELETE', `/api/v1/principals/${body.principal}`)).body.code).toBe(
      'last_owner',
    )
  })

  test('basic authentication takes a token as its password', async () => {
    const authorization = `Basic ${Buffer.from(`anybody:${server.token}`).toString('base64')}`
    expect((await raw('GET', '/api/v1/me', { authorization })).status).toBe(200)
  })
})

describe('what comes from outside', () => {
  test('a foreign Host header is refused, whatever is asked for', async () => {
    for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost@evil.example', 'evil.example:80'])
      expect(await codeOf(raw('GET', '/livez', { host }))).toEqual([421, 'host_not_allowed'])
    expect((await raw('GET', '/livez', { host: 'localhost:1' })).status).toBe(200)
  })

  test('bodies that are not JSON, too deep, too large, of another kind, or with unknown fields are refused and change nothing', async () => {
    const post = (body: string | Uint8Array, headers: Record<string, string | number> = json) =>
      codeOf(raw('POST', '/api/v1/workspaces', headers, body))
    expect(await post('{"name": ')).toEqual([400, 'body_not_json'])
    expect(await post('')).toEqual([400, 'body_not_json'])
    expect(await post(`{"name":"deep","tags":${'{"a":'.repeat(70)}1${'}'.repeat(70)}}`)).toEqual([400, 'body_too_deep'])
    expect(await post('{"name":"x","__proto__":{"polluted":true}}')).toEqual([400, 'body_not_json'])
    expect(await post('name=x', { 'content-type': 'text/plain' })).toEqual([415, 'media_type_unsupported'])
    expect(await post('{"name":"x","unknown":1}')).toEqual([400, 'request_invalid'])
    expect(await post('{"name":"../x"}')).toEqual([400, 'request_invalid'])
    expect(await post(Buffer.alloc(65 * 2 ** 20, 32))).toEqual([413, 'body_too_large'])
    expect(await codeOf(raw('PUT', `/api/v1/workspaces/default/blobs/${'a'.repeat(64)}`, {}, 'other bytes'))).toEqual([
      400,
      'blob_digest_mismatch',
    ])
    const { body } = await server.call<{ items: { name: string }[] }>('GET', '/api/v1/workspaces')
    expect(body.items.map((item) => item.name).toSorted()).toEqual(['by-cookie', 'default'])
  })

  test('paths that lead elsewhere are no addresses', async () => {
    for (const path of [
      '/api/v1/workspaces/..%2f..%2fetc',
      '/assets/..%2f..%2fpackage.json',
      '/api/v1/workspaces/default/jobs/..%2F..%2Fx',
      '/%00',
      '/docs/errors/..%2fsecret',
    ]) {
      const { status } = await raw('GET', path)
      expect(status, path).toBeGreaterThanOrEqual(400)
      expect(status, path).toBeLessThan(500)
    }
  })

  test('a method that an address does not have is said to be that, with the ones it has', async () => {
    const answer = await raw('PATCH', '/api/v1/workspaces')
    expect([answer.status, answer.body.code]).toEqual([405, 'method_not_allowed'])
    expect(answer.headers['allow']).toMatch(/GET.*POST|POST.*GET/)
  })

  test('headers and addresses that are too long, and bytes that are no HTTP, get a problem and no 5xx', async () => {
    expect(await codeOf(raw('GET', '/livez', { 'x-long': 'a'.repeat(20_000) }))).toEqual([431, 'headers_too_large'])
    const { port } = new URL(server.url)
    const answer = await new Promise<string>((resolve) => {
      let text = ''
      const socket = connect(Number(port), '127.0.0.1', () => socket.end('NONSENSE\r\n\r\n'))
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
      socket.once('close', () => resolve(text))
    })
    expect(answer).toMatch(/^HTTP\/1.1 400 /)
    expect(answer).toContain('application/problem+json')
  })

  test('a bind that other machines reach is refused without a proxy that has TLS', () => {
    expect(() => readStartOptions(['--host', '0.0.0.0'])).toThrow(/--trusted-proxy/)
    expect(readStartOptions(['--host', '0.0.0.0', '--trusted-proxy']).configuration.host).toBe('0.0.0.0')
  })
})

describe('events and the audit trail', () => {
  test('a stream that comes back gets what it missed, once and in order', async () => {
    const { port } = new URL(server.url)
    const listen = (after: number, count: number): Promise<number[]> => {
      const { promise, resolve, reject } = Promise.withResolvers<number[]>()
      const seen: number[] = []
      const call = request(
        {
          hostname: '127.0.0.1',
          port,
          path: '/api/v1/workspaces/default/events',
          headers: { authorization: `Bearer ${server.token}`, 'last-event-id': String(after) },
        },
        (answer) => {
          answer.on('data', (chunk: Buffer) => {
            for (const match of chunk.toString().matchAll(/^id: (\d+)$/gm)) seen.push(Number(match[1]))
            if (seen.length < count) return
            resolve(seen)
            call.destroy()
          })
        },
      )
      call.once('error', (error) => (seen.length >= count ? undefined : reject(error)))
      call.end()
      return promise
    }
    const all = await listen(0, 4)
    expect(all).toEqual(all.toSorted((a, b) => a - b))
    expect(new Set(all).size).toBe(all.length)
    const live = listen(all.at(-1) ?? 0, 1)
    await server.call('POST', '/api/v1/workspaces/default/compute', { body: { name: 'c1' } })
    expect((await live)[0]).toBeGreaterThan(all.at(-1) ?? 0)
  })

  test('tells who did what, before and after, in a chain that shows a missing link', async () => {
    const { findBreak } = await import('../src/audit/index.ts')
    await server.call('POST', '/api/v1/workspaces/default/compute', { body: { name: 'c2' } })
    const { body } = await server.call<{
      items: { action: string; actor: string; subject: string; after: unknown; requestId: string }[]
    }>('GET', '/api/v1/workspaces/default/activity')
    expect(body.items[0]).toMatchObject({
      action: 'compute_target.created',
      subject: 'c2',
      after: { name: 'c2' },
      requestId: expect.stringMatching(/^req_/) as string,
    })
    const rows = await server.server.platform.store.read.selectFrom('audit').selectAll().orderBy('seq').execute()
    expect(findBreak(rows)).toBeUndefined()
    expect(findBreak(rows.toSpliced(1, 1))).toBe(rows[2]?.seq)
  })
})
