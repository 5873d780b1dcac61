import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startServer, type TestServer } from '../../tests/start-server.ts'

const api = '/api/2.0/mlflow'

interface WireRun {
  run: { info: { run_id: string; experiment_id: string; artifact_uri: string }; data: Record<string, unknown[]> }
}

describe("MLflow's surface", () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer()
    await server.call('POST', '/api/v1/workspaces', { body: { name: 'second' } })
  })
  afterAll(async () => await server.stop())

  async function createRun(root = ''): Promise<WireRun['run']['info']> {
    const { status, body } = await server.call<WireRun>('POST', `${root}${api}/runs/create`, {
      body: { experiment_id: '0' },
    })
    expect(status).toBe(200)
    return body.run.info
  }

  /** Sends an address as it is: `fetch` would resolve its dots itself. */
  async function put(path: string, bytes: string): Promise<{ status: number; body: unknown }> {
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: unknown }>()
    const { hostname, port } = new URL(server.url)
    const headers = { authorization: `Bearer ${server.token}`, 'content-length': bytes.length }
    const sent = request({ hostname, port, path, method: 'PUT', headers }, (answer) => {
      let text = ''
      answer.on('data', (chunk) => (text += chunk))
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text) }))
    })
    sent.once('error', reject)
    sent.end(bytes)
    return await promise
  }

  async function tokenOf(role: string): Promise<string> {
    const name = `${role.toLowerCase()}-${Math.random().toString(36).slice(2)}`
    await server.call('POST', '/api/v1/principals', { body: { name, kind: 'service' } })
    const assigned = await server.call('PUT', `/api/v1/workspaces/default/role-assignments/${name}/${role}`)
    expect(assigned.status).toBeLessThan(300)
    const made = await server.call<{ token: string }>('POST', '/api/v1/tokens', { body: { principal: name } })
    return made.body.token
  }

  it('answers every mistake of a caller in its own shape, and never with a 5xx', async () => {
    const { run_id } = await createRun()
    const cases: [method: string, path: string, body: unknown, status: number, code: string][] = [
      ['POST', '/runs/log-metric', '{', 400, 'BAD_REQUEST'],
      ['POST', '/runs/log-metric', '[]', 400, 'INVALID_PARAMETER_VALUE'],
      ['POST', '/runs/log-metric', {}, 400, 'INVALID_PARAMETER_VALUE'],
      ['POST', '/runs/log-metric', { run_id, key: 'm' }, 400, 'INVALID_PARAMETER_VALUE'],
      ['POST', '/runs/log-metric', { run_id, key: 'm', value: 'x' }, 400, 'INVALID_PARAMETER_VALUE'],
      ['POST', '/runs/log-metric', { run_id, key: '../m', value: 1 }, 400, 'INVALID_PARAMETER_VALUE'],
      ['POST', '/runs/log-metric', { run_id, key: 'm', value: 1, step: 1.5 }, 400, 'INVALID_PARAMETER_VALUE'],
      ['POST', '/runs/log-metric', { run_id: 'none', key: 'm', value: 1 }, 404, 'RESOURCE_DOES_NOT_EXIST'],
      ['POST', '/runs/log-batch', { run_id, metrics: 'x' }, 400, 'INVALID_PARAMETER_VALUE'],
      [
        'POST',
        '/runs/log-batch',
        { run_id, params: Array.from({ length: 101 }, (_, index) => ({ key: `p${index}`, value: '' })) },
        400,
        'INVALID_PARAMETER_VALUE',
      ],
      [
        'POST',
        '/runs/log-batch',
        { run_id, metrics: Array.from({ length: 1001 }, () => ({ key: 'm', value: 1 })) },
        400,
        'INVALID_PARAMETER_VALUE',
      ],
      ['POST', '/runs/search', { experiment_ids: ['0'], filter: 'nonsense' }, 400, 'INVALID_PARAMETER_VALUE'],
      [
        'POST',
        '/runs/search',
        { experiment_ids: ['0'], order_by: ['metrics.a', 'metrics.a'] },
        400,
        'INVALID_PARAMETER_VALUE',
      ],
      ['POST', '/runs/search', { experiment_ids: ['0'], page_token: 'x' }, 400, 'INVALID_PARAMETER_VALUE'],
      ['POST', '/runs/search', { experiment_ids: ['0'], max_results: 50_001 }, 400, 'INVALID_PARAMETER_VALUE'],
      ['POST', '/runs/update', { run_id, status: 'DONE' }, 400, 'INVALID_PARAMETER_VALUE'],
      ['POST', '/runs/delete-tag', { run_id, key: 'none' }, 404, 'RESOURCE_DOES_NOT_EXIST'],
      ['GET', '/runs/get?run_id=none', undefined, 404, 'RESOURCE_DOES_NOT_EXIST'],
      ['GET', '/experiments/get?experiment_id=999', undefined, 404, 'RESOURCE_DOES_NOT_EXIST'],
      ['GET', '/experiments/get-by-name?experiment_name=none', undefined, 404, 'RESOURCE_DOES_NOT_EXIST'],
      ['POST', '/experiments/create', { name: 'Default' }, 400, 'RESOURCE_ALREADY_EXISTS'],
      ['POST', '/experiments/create', { name: 'x', artifact_location: 's3://b' }, 400, 'INVALID_PARAMETER_VALUE'],
      ['POST', '/experiments/create', { name: 5 }, 400, 'INVALID_PARAMETER_VALUE'],
      ['GET', '/nothing/here', undefined, 404, 'ENDPOINT_NOT_FOUND'],
      ['DELETE', '/runs/get', undefined, 404, 'ENDPOINT_NOT_FOUND'],
      ['GET', `/artifacts/list?run_id=${run_id}&path=../x`, undefined, 400, 'INVALID_PARAMETER_VALUE'],
      ['GET', '/logged-models/m-none', undefined, 404, 'RESOURCE_DOES_NOT_EXIST'],
    ]
    for (const [method, path, body, status, code] of cases)
      expect(
        await server.call(method, api + path, { body }),
        `${method} ${path} ${JSON.stringify(body)?.slice(0, 80)}`,
      ).toMatchObject({
        status,
        body: { error_code: code, message: expect.any(String) },
      })
    const { body } = await server.call<WireRun>('GET', `${api}/runs/get?run_id=${run_id}`)
    expect(body.run.data).toMatchObject({ metrics: [], params: [] })
  })

  it('asks for a token as Bearer or Basic, and says so as MLflow does', async () => {
    const none = await server.call('GET', `${api}/experiments/get?experiment_id=0`, { token: null })
    expect(none).toMatchObject({ status: 401, body: { error_code: 'UNAUTHENTICATED' } })
    expect(none.headers.get('www-authenticate')).toBe('Basic realm="mlflow"')
    const basic = `Basic ${Buffer.from(`anybody:${server.token}`).toString('base64')}`
    const known = await server.call('GET', `${api}/experiments/get?experiment_id=0`, {
      token: null,
      headers: { authorization: basic },
    })
    expect(known).toMatchObject({ status: 200, body: { experiment: { name: 'Default', experiment_id: '0' } } })
    for (const path of ['/version', '/health', '/w/second/version'])
      expect((await server.call('GET', path, { token: null })).status, path).toBe(200)
  })

  it('lets a reader read and not write', async () => {
    const { run_id, experiment_id } = await createRun()
    const token = await tokenOf('Reader')
    expect((await server.call('GET', `${api}/runs/get?run_id=${run_id}`, { token })).status).toBe(200)
    const writes: [string, string, object][] = [
      ['POST', '/runs/create', { experiment_id }],
      ['POST', '/runs/log-metric', { run_id, key: 'm', value: 1 }],
      ['POST', '/experiments/create', { name: 'n' }],
      ['POST', '/logged-models', { experiment_id, name: 'n' }],
    ]
    for (const [method, path, body] of writes)
      expect(await server.call(method, api + path, { body, token }), path).toMatchObject({
        status: 403,
        body: { error_code: 'PERMISSION_DENIED' },
      })
    const put = await server.call('PUT', `/api/2.0/mlflow-artifacts/artifacts/${experiment_id}/${run_id}/artifacts/x`, {
      body: 'x',
      token,
    })
    expect(put).toMatchObject({ status: 403, body: { error_code: 'PERMISSION_DENIED' } })
    expect(await server.call('GET', `/w/second${api}/experiments/get?experiment_id=0`, { token })).toMatchObject({
      status: 404,
    })
  })

  it('keeps workspaces apart, by path and by header', async () => {
    const first = await createRun()
    const second = await createRun('/w/second')
    expect(second.experiment_id).not.toBe(first.experiment_id)
    const header = { 'x-mlflow-workspace': 'second' }
    expect((await server.call('GET', `${api}/runs/get?run_id=${second.run_id}`, { headers: header })).status).toBe(200)
    expect((await server.call('GET', `${api}/runs/get?run_id=${second.run_id}`)).status).toBe(404)
    expect((await server.call('GET', `/w/second${api}/runs/get?run_id=${first.run_id}`)).status).toBe(404)
    const crossing = await server.call('POST', `/w/second${api}/runs/log-metric`, {
      body: { run_id: first.run_id, key: 'm', value: 1 },
    })
    expect(crossing.status).toBe(404)
    expect((await server.call('GET', '/api/3.0/mlflow/workspaces')).body).toEqual({
      workspaces: [{ name: 'default' }, { name: 'second' }],
    })
    expect((await server.call('GET', '/api/3.0/mlflow/workspaces/none')).status).toBe(404)
    expect((await server.call('GET', '/api/3.0/mlflow/workspaces', { token: null })).status).toBe(401)
    expect((await server.call('GET', `/w/none${api}/runs/get?run_id=x`)).body).toMatchObject({
      error_code: 'RESOURCE_DOES_NOT_EXIST',
    })
  })

  it('keeps what a batch holds once, though it is sent twice, and reads both spellings of numbers', async () => {
    const { run_id } = await createRun()
    const body = {
      run_id,
      metrics: [
        { key: 'm', value: 'NaN', timestamp: '5', step: '-5' },
        { key: 'm', value: 1e308, timestamp: 6, step: 9_007_199_254_740_991 },
        { key: 'm', value: '-Infinity', timestamp: 4, step: 1 },
      ],
      params: [{ key: 'p', value: '1' }],
      tags: [{ key: 't', value: 'v' }],
    }
    for (let time = 0; time < 2; time++)
      expect((await server.call('POST', `${api}/runs/log-batch`, { body })).status).toBe(200)
    const history = await server.call('GET', `${api}/metrics/get-history?run_id=${run_id}&metric_key=m`)
    expect(history.body).toEqual({
      metrics: [
        { key: 'm', value: '-Infinity', timestamp: 4, step: 1 },
        { key: 'm', value: 'NaN', timestamp: 5, step: -5 },
        { key: 'm', value: 1e308, timestamp: 6, step: 9_007_199_254_740_991 },
      ],
    })
    const { body: got } = await server.call<WireRun>('GET', `/ajax-api/2.0/mlflow/runs/get?run_uuid=${run_id}`)
    expect(got.run.data['metrics']).toEqual([{ key: 'm', value: 1e308, timestamp: 6, step: 9_007_199_254_740_991 }])
    const page = await server.call('GET', `${api}/metrics/get-history?run_id=${run_id}&metric_key=m&max_results=2`)
    const { next_page_token } = page.body as { next_page_token: string }
    const rest = await server.call<{ metrics: unknown[] }>(
      'GET',
      `${api}/metrics/get-history?run_id=${run_id}&metric_key=m&max_results=2&page_token=${next_page_token}`,
    )
    expect(rest.body.metrics).toHaveLength(1)
  })

  it('moves bytes under plain names only, and lists them as clients expect', async () => {
    const { run_id, experiment_id } = await createRun()
    const root = `/api/2.0/mlflow-artifacts/artifacts/${experiment_id}/${run_id}/artifacts`
    expect((await server.call('PUT', `${root}/dir/a%20b.txt`, { body: 'hello' })).status).toBe(200)
    const listed = await server.call(
      'GET',
      `/api/2.0/mlflow-artifacts/artifacts?path=${experiment_id}/${run_id}/artifacts/dir`,
    )
    expect(listed.body).toEqual({ files: [{ path: 'a b.txt', is_dir: false, file_size: 5 }] })
    expect((await server.call('GET', `${root}/dir/a%20b.txt`)).body).toBe('hello')
    for (const name of ['%2e%2e/x', 'a/%2e%2e/x', '%252e%252e/x', 'a%5cb', '%2fetc%2fpasswd/..%2f'])
      expect(await put(`${root}/${name}`, 'x'), name).toMatchObject({
        status: 400,
        body: { error_code: 'INVALID_PARAMETER_VALUE' },
      })
    expect((await server.call('GET', `${root}/none`)).status).toBe(404)
    const multipart = await server.call(
      'POST',
      `/api/2.0/mlflow-artifacts/mpu/create/${experiment_id}/${run_id}/artifacts/x`,
      { body: { path: 'x', num_parts: 2 } },
    )
    expect(multipart.body).toMatchObject({
      error_code: 'NOT_IMPLEMENTED',
      message: expect.stringMatching(/^Multipart upload is not supported/),
    })
    expect((await server.call('DELETE', `${root}/dir`)).status).toBe(200)
    expect((await server.call('GET', `${root}/dir/a%20b.txt`)).status).toBe(404)
  })

  it('deletes an experiment with its runs and brings both back', async () => {
    const { body } = await server.call<{ experiment_id: string }>('POST', `${api}/experiments/create`, {
      body: { name: 'gone' },
    })
    const { experiment_id } = body
    const made = await server.call<WireRun>('POST', `${api}/runs/create`, { body: { experiment_id } })
    const { run_id } = made.body.run.info
    const logged = () => server.call('POST', `${api}/runs/log-metric`, { body: { run_id, key: 'm', value: 1 } })
    expect((await logged()).status).toBe(200)
    await server.call('POST', `${api}/experiments/delete`, { body: { experiment_id } })
    expect(await logged()).toMatchObject({ status: 400, body: { error_code: 'INVALID_PARAMETER_VALUE' } })
    expect(await server.call('POST', `${api}/experiments/create`, { body: { name: 'gone' } })).toMatchObject({
      body: { error_code: 'RESOURCE_ALREADY_EXISTS' },
    })
    await server.call('POST', `${api}/experiments/restore`, { body: { experiment_id } })
    expect((await logged()).status).toBe(200)
  })
})
