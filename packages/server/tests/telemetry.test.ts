import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Deployment, Endpoint, EndpointSeries, ExceptionGroup, RequestTrace } from '@modelyard/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { upload } from './client.ts'
import { startServer, type TestServer } from './start-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ keepHome: true })
})
afterAll(() => server.stop())

const base = '/api/v1/workspaces/default/endpoints'
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const score =
  'import json\n\ndef check(row):\n    return 1 / row[0]\n\ndef run(data):\n    rows = json.loads(data)["data"]\n    print("scoring", rows)\n    return [check(row) for row in rows]\n'

async function eventually<Value>(look: () => Promise<Value>, isThere: (value: Value) => boolean): Promise<Value> {
  for (let turn = 0; turn < 800; turn++) {
    const value = await look()
    if (isThere(value)) return value
    await pause(50)
  }
  throw new Error(`it did not come to that: ${JSON.stringify(await look())}`)
}

async function prepare(name: string): Promise<Endpoint> {
  const { body } = await server.call<Endpoint>('POST', base, {
    body: { source: { name: 'e.yml', text: `name: ${name}\n` } },
  })
  const code = await upload(server, 'default', { 'score.py': score })
  const text =
    'name: blue\ncode_configuration: { code: ./code, scoring_script: score.py }\ndata_collector: { sampling_rate: 1, redact: [secret] }\n'
  await server.call('POST', `${base}/${name}/deployments`, {
    body: { source: { name: 'd.yml', text }, code: { './code': code } },
  })
  await isReady(name)
  return body
}

const isReady = (name: string) =>
  eventually(
    () => server.call<Deployment>('GET', `${base}/${name}/deployments/blue`),
    ({ body }) => body.state === 'ready' && body.workers.length > 0,
  )

const predict = (endpoint: Endpoint, rows: unknown, requestId = 'some') =>
  fetch(endpoint.scoringUri, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${endpoint.keys?.primary}`,
      'content-type': 'application/json',
      'x-request-id': requestId,
    },
    body: JSON.stringify({ data: rows }),
  })

async function requestsIn(name: string): Promise<number> {
  const { body } = await server.call<EndpointSeries>('GET', `${base}/${name}/series?minutes=60`)
  return body.deployments.flatMap(({ points }) => points).reduce((sum, point) => sum + point.requests, 0)
}

test('the series outlive the gateway and the server, and nothing is counted twice', async () => {
  const endpoint = await prepare('kept')
  for (let turn = 0; turn < 7; turn++) expect((await predict(endpoint, [[2]])).status).toBe(200)
  // At once on the page, before the interval has ended.
  expect(await requestsIn('kept')).toBe(7)
  const kept = async (): Promise<number> =>
    (
      await server.server.platform.store.read
        .selectFrom('endpoint_series')
        .select((select) => select.fn.sum<number>('requests').as('sum'))
        .where('endpoint', '=', 'kept')
        .where('interval_seconds', '=', 3600)
        .executeTakeFirst()
    )?.sum ?? 0
  await eventually(kept, (sum) => sum === 7)
  const gateway = JSON.parse(readFileSync(join(server.home, 'gateway', 'gateway.json'), 'utf8')) as { pid: number }
  process.kill(gateway.pid, 'SIGKILL')
  await eventually(
    () =>
      predict(endpoint, [[2]]).then(
        (answer) => answer.status,
        () => 0,
      ),
    (status) => status === 200,
  )
  await eventually(kept, (sum) => sum === 8)
  // An orderly stop keeps the interval under way as well.
  expect((await predict(endpoint, [[2]])).status).toBe(200)
  const { home } = server
  await server.stop()
  server = await startServer({ home, keepHome: true })
  await isReady('kept')
  expect(await requestsIn('kept')).toBe(9)
  const { body } = await server.call<EndpointSeries>('GET', `${base}/kept/series?minutes=120000`)
  expect(body.intervalSeconds).toBe(3600)
  expect(body.deployments[0]?.points.reduce((sum, point) => sum + point.requests, 0)).toBe(9)
  expect(body.deployments[0]?.points[0]?.memoryBytes ?? 0).toBeGreaterThan(1_000_000)
})

test('an exception is found with its traceback and its print lines by the id of its request', async () => {
  const endpoint = await prepare('raising')
  expect((await predict(endpoint, [[0]], 'broken-1')).status).toBe(424)
  expect((await predict(endpoint, [[0]], 'broken-2')).status).toBe(424)
  expect((await predict(endpoint, [['x']], 'other-1')).status).toBe(424)
  expect((await predict(endpoint, [[4]], 'fine-1')).status).toBe(200)
  const { items } = await eventually(
    async () => (await server.call<{ items: ExceptionGroup[] }>('GET', `${base}/raising/exceptions`)).body,
    (found) => found.items.length === 2,
  )
  expect(items.map(({ type, count, requestIds }) => ({ type, count, requestIds }))).toEqual([
    { type: 'TypeError', count: 1, requestIds: ['other-1'] },
    { type: 'ZeroDivisionError', count: 2, requestIds: ['broken-2', 'broken-1'] },
  ])
  const broken = (await server.call<RequestTrace>('GET', `${base}/raising/requests/broken-1`)).body
  expect(broken.deployment).toBe('blue')
  expect(broken.lines[0]).toBe('scoring [[0]]')
  expect(broken.exception?.type).toBe('ZeroDivisionError')
  expect(broken.exception?.traceback).toContain('in check')
  const fine = (await server.call<RequestTrace>('GET', `${base}/raising/requests/fine-1`)).body
  expect([fine.lines, fine.exception]).toEqual([['scoring [[4]]'], null])
  expect((await server.call<{ code: string }>('GET', `${base}/raising/requests/never`)).body.code).toBe(
    'request_not_found',
  )
  expect((await server.call<{ code: string }>('GET', `${base}/raising/exceptions?pageToken=x`)).body.code).toBe(
    'cursor_invalid',
  )
})

test('metrics of deployments are at /metrics with their histogram', async () => {
  const text = await eventually(
    async () => (await server.call<string>('GET', '/metrics')).body,
    (body) => /modelyard_inference_requests_total\{[^}]*endpoint="raising"[^}]*\} 4/.test(body),
  )
  expect(text).toMatch(/modelyard_inference_errors_total\{[^}]*endpoint="raising"[^}]*\} 3/)
  expect(text).toMatch(/modelyard_inference_duration_seconds_bucket\{le="\+Inf",[^}]*endpoint="raising"[^}]*\} 4/)
  expect(text).toMatch(/modelyard_inference_duration_seconds_count\{[^}]*endpoint="raising"[^}]*\} 4/)
  expect(text).toMatch(/modelyard_collector_received_total\{[^}]*endpoint="raising"[^}]*\} 1/)
})

test('metrics take any reader’s token, and tell a reader nothing of workspaces that are not to be seen', async () => {
  const post = (path: string, body: unknown) => server.call<{ token: string }>('POST', path, { body })
  await post('/api/v1/workspaces', { name: 'elsewhere' })
  const seenBy = async (workspace: string): Promise<string> => {
    await post('/api/v1/principals', { name: `prometheus-${workspace}`, kind: 'service' })
    await server.call('PUT', `/api/v1/workspaces/${workspace}/role-assignments/prometheus-${workspace}/Reader`)
    const { token } = (await post('/api/v1/tokens', { principal: `prometheus-${workspace}` })).body
    const answer = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${token}` } })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ])
    return answer.text()
  }
  expect(await seenBy('default')).toMatch(/modelyard_inference_requests_total\{[^}]*endpoint="raising"/)
  const elsewhere = await seenBy('elsewhere')
  expect(elsewhere).toMatch(/modelyard_http_request_duration_seconds_count\{/)
  expect(elsewhere).not.toContain('raising')
  // What a counter's name says, it is: readers of this format take `_total` at its word.
  for (const [, name, type] of elsewhere.matchAll(/^# TYPE (\S+_total) (\S+)$/gm))
    expect([name, type]).toEqual([name, 'counter'])
})
