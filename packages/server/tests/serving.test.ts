import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { Deployment, Endpoint } from '@modelyard/contract'
import { defaultPython } from '@modelyard/platform'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { upload, type Files } from './client.ts'
import { startServer, type TestServer } from './start-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const base = '/api/v1/workspaces/default/endpoints'
const score: Files = {
  'score.py':
    'import json, os, time\n\ndef init():\n    global pid\n    pid = os.getpid()\n\ndef run(data):\n    body = json.loads(data)\n    if body.get("sleep"):\n        time.sleep(body["sleep"])\n    if body.get("die"):\n        os._exit(9)\n    print("scored", body["data"])\n    return [sum(row) for row in body["data"]]\n',
}

async function deploy(endpoint: string, files: Files, more = '', name = 'blue'): Promise<Deployment> {
  const code = await upload(server, 'default', files)
  const text = `name: ${name}\ncode_configuration: { code: ./code, scoring_script: score.py }\n${more}`
  const { status, body } = await server.call<Deployment & { detail: string }>(
    'POST',
    `${base}/${endpoint}/deployments`,
    { body: { source: { name: 'd.yml', text }, code: { './code': code } } },
  )
  if (status !== 201) throw new Error(body.detail)
  return settled(endpoint, name)
}

async function settled(endpoint: string, name: string): Promise<Deployment> {
  for (let look = 0; look < 800; look++) {
    const { body } = await server.call<Deployment>('GET', `${base}/${endpoint}/deployments/${name}`)
    if (body.state === 'ready' || body.state === 'failed') return body
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('the deployment did not settle')
}

async function create(name: string, more = ''): Promise<Endpoint> {
  return (
    await server.call<Endpoint>('POST', base, { body: { source: { name: 'e.yml', text: `name: ${name}\n${more}` } } })
  ).body
}

function predict(
  endpoint: Endpoint,
  body: unknown,
  headers: Record<string, string> = {},
  path = '/score',
): Promise<Response> {
  const key = endpoint.keys?.primary ?? ''
  return fetch(endpoint.endpointUri + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe('a scoring script', () => {
  test('answers, keeps the caller’s request id, and its print lines carry it', async () => {
    const endpoint = await create('basic')
    expect((await deploy('basic', score)).trafficPercent).toBe(100)
    const answer = await predict(
      endpoint,
      {
        data: [
          [1, 2],
          [3, 4],
        ],
      },
      { 'x-request-id': 'mine-1' },
    )
    expect([answer.status, await answer.json(), answer.headers.get('x-request-id')]).toEqual([200, [3, 7], 'mine-1'])
    await pause(100)
    const { body } = await server.call<{ lines: string[] }>(
      'GET',
      `${base}/basic/deployments/blue/logs?requestId=mine-1`,
    )
    expect(body.lines).toEqual(['[mine-1] scored [[1, 2], [3, 4]]'])
  })

  test('a wrong key, a body that is not JSON, an input that raises and a body too large are each said as what they are', async () => {
    const endpoint = await create('refusals')
    await deploy('refusals', score)
    const codeOf = async (answer: Response): Promise<[number, string]> => {
      const { status, code } = (await answer.json()) as { status: number; code: string }
      return [status === answer.status ? status : -1, code]
    }
    expect(await codeOf(await predict(endpoint, { data: [] }, { authorization: 'Bearer wrong' }))).toEqual([
      401,
      'not_authenticated',
    ])
    expect(await codeOf(await predict(endpoint, '{"data": '))).toEqual([400, 'body_not_json'])
    expect(await codeOf(await predict(endpoint, { nothing: 1 }))).toEqual([424, 'scoring_failed'])
    expect(await codeOf(await predict(endpoint, ' '.repeat(17 * 2 ** 20)))).toEqual([413, 'body_too_large'])
    expect(await codeOf(await predict(endpoint, { data: [] }, { 'x-request-id': 'x'.repeat(101) }))).toEqual([
      431,
      'header_invalid',
    ])
    expect((await predict(endpoint, { data: [[1]] })).status).toBe(200)
  })

  test('one that hangs is answered 504 at its limit and replaced; one that dies is replaced', async () => {
    const endpoint = await create('hangs')
    await deploy('hangs', score, 'request_settings: { request_timeout_ms: 400 }\n')
    expect((await predict(endpoint, { data: [[1]], sleep: 30 })).status).toBe(504)
    await pause(300)
    expect((await predict(endpoint, { data: [[1]] })).status).toBe(200)
    expect((await predict(endpoint, { data: [[1]], die: true })).status).toBe(424)
    await pause(300)
    expect((await predict(endpoint, { data: [[1]] })).status).toBe(200)
  })

  test('one whose init() raises fails with its traceback, and the revision before serves on', async () => {
    const endpoint = await create('init')
    await deploy('init', score)
    const code = await upload(server, 'default', {
      'score.py': 'def init():\n    raise RuntimeError("no model here")\ndef run(data):\n    return 1\n',
    })
    await server.call('PUT', `${base}/init/deployments/blue`, {
      body: {
        source: { name: 'd.yml', text: 'name: blue\ncode_configuration: { code: ./code, scoring_script: score.py }\n' },
        code: { './code': code },
      },
    })
    const failed = await settled('init', 'blue')
    expect(failed).toMatchObject({
      state: 'failed',
      error: { code: 'deployment_failed', message: 'RuntimeError: no model here' },
    })
    expect(failed.error?.logTail.join('\n')).toContain('line 2, in init')
    expect((await predict(endpoint, { data: [[2]] })).status).toBe(200)
  })

  test('with run_batch, requests that wait go together, and a bad one fails alone', async () => {
    const endpoint = await create('batch')
    await deploy('batch', {
      'score.py':
        'import json, time\nsizes = []\ndef run_batch(items):\n    time.sleep(0.05)\n    sizes.append(len(items))\n    return [{"sum": sum(json.loads(item)["data"]), "together": len(items)} for item in items]\n',
    })
    const bodies = Array.from({ length: 12 }, (_, index) => (index === 5 ? { wrong: 1 } : { data: [index] }))
    const answers = await Promise.all(bodies.map((body) => predict(endpoint, body)))
    expect(answers.map((answer) => answer.status)).toEqual(bodies.map((_, index) => (index === 5 ? 424 : 200)))
    await Promise.all(bodies.map(() => predict(endpoint, { data: [1] })))
    const together = await Promise.all(
      Array.from(
        { length: 12 },
        async () => ((await (await predict(endpoint, { data: [1] })).json()) as { together: number }).together,
      ),
    )
    expect(Math.max(...together)).toBeGreaterThan(1)
  })
})

describe('traffic', () => {
  test('is split by weight, chosen by header, and refuses weights that are no split', async () => {
    const endpoint = await create('split')
    const named = (name: string): Files => ({ 'score.py': `def run(data):\n    return ${JSON.stringify(name)}\n` })
    await deploy('split', named('blue'))
    await deploy('split', named('green'), '', 'green')
    const set = (traffic: Record<string, number>) =>
      server.call<{ code: string }>('PUT', `${base}/split/traffic`, { body: { traffic } })
    expect((await set({ blue: 60, green: 60 })).body.code).toBe('traffic_invalid')
    expect((await set({ blue: 50, red: 50 })).body.code).toBe('deployment_not_found')
    expect((await set({ blue: 80, green: 20 })).status).toBe(200)
    await pause(400)
    const answers = await Promise.all(Array.from({ length: 400 }, async () => (await predict(endpoint, '1')).json()))
    const green = answers.filter((name) => name === 'green').length
    expect(green).toBeGreaterThan(40)
    expect(green).toBeLessThan(130)
    expect(await (await predict(endpoint, '1', { 'azureml-model-deployment': 'green' })).json()).toBe('green')
    expect((await predict(endpoint, '1', { 'azureml-model-deployment': 'red' })).status).toBe(404)
  })

  test('an update under load fails no request', async () => {
    const endpoint = await create('update')
    const version = (number: number): Files => ({
      'score.py': `import time\ndef init():\n    time.sleep(0.3)\ndef run(data):\n    return ${number}\n`,
    })
    await deploy('update', version(1))
    const end = new AbortController()
    const seen: string[] = []
    const load = Promise.all(
      [1, 2, 3, 4].map(async () => {
        while (!end.signal.aborted) {
          const answer = await predict(endpoint, '1')
          seen.push(`${answer.status} ${await answer.text()}`)
        }
      }),
    )
    const code = await upload(server, 'default', version(2))
    await server.call('PUT', `${base}/update/deployments/blue`, {
      body: {
        source: { name: 'd.yml', text: 'name: blue\ncode_configuration: { code: ./code, scoring_script: score.py }\n' },
        code: { './code': code },
      },
    })
    for (let look = 0; look < 200 && seen.at(-1) !== '200 2'; look++) await pause(25)
    end.abort()
    await load
    expect(new Set(seen)).toEqual(new Set(['200 1', '200 2']))
  })
})

describe('what is killed comes back', () => {
  test('a worker and the gateway, within two seconds', async () => {
    const endpoint = await create('killed')
    const deployment = await deploy('killed', score)
    process.kill(deployment.workers[0]?.pid ?? -1, 'SIGKILL')
    await pause(500)
    expect((await predict(endpoint, { data: [[1]] })).status).toBe(200)
    const gateway = JSON.parse(readFileSync(join(server.home, 'gateway', 'gateway.json'), 'utf8')) as { pid: number }
    process.kill(gateway.pid, 'SIGKILL')
    const answered = async (): Promise<boolean> =>
      predict(endpoint, { data: [[1]] }).then(
        (answer) => answer.status === 200,
        () => false,
      )
    let isBack = false
    for (let look = 0; look < 100 && !isBack; look++) {
      await pause(50)
      isBack = await answered()
    }
    expect(isBack).toBe(true)
  })
})

const python = defaultPython() ?? ''
const hasMlflow = existsSync(python) && spawnSync(python, ['-c', 'import mlflow, sklearn']).status === 0

describe.skipIf(!hasMlflow)(
  'an MLflow model without a script (needs mlflow and scikit-learn beside the Python)',
  () => {
    test('answers every form of rows, refuses a missing column, and speaks the Open Inference Protocol', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'modelyard-model-'))
      const saved = spawnSync(
        python,
        [
          '-c',
          'import mlflow, pandas, sys\nfrom sklearn.linear_model import LinearRegression\nX = pandas.DataFrame({"a": [0.0, 1.0, 2.0, 5.0], "b": [1.0, 0.0, 3.0, 2.0]})\nm = LinearRegression().fit(X, X.a + 2 * X.b)\nmlflow.sklearn.save_model(m, sys.argv[1] + "/m", signature=mlflow.models.infer_signature(X, m.predict(X)), serialization_format="cloudpickle", pip_requirements=["scikit-learn"])',
          folder,
        ],
        { encoding: 'utf8' },
      )
      expect(saved.status, saved.stderr).toBe(0)
      const root = join(folder, 'm')
      const files: Record<string, string> = {}
      for (const entry of readdirSync(root, { recursive: true, withFileTypes: true }))
        if (entry.isFile())
          files[relative(root, join(entry.parentPath, entry.name))] = readFileSync(
            join(entry.parentPath, entry.name),
            'latin1',
          )
      rmSync(folder, { recursive: true })
      const endpoint = await create('model')
      const tree = await uploadBytes(files)
      await server.call('POST', `${base}/model/deployments`, {
        body: { source: { name: 'd.yml', text: 'name: blue\nmodel: ./m\n' }, code: { './m': tree } },
      })
      expect((await settled('model', 'blue')).state).toBe('ready')
      const rounded = async (body: unknown, path = '/score'): Promise<unknown> =>
        JSON.parse(JSON.stringify(await (await predict(endpoint, body, {}, path)).json()), (_key, value: unknown) =>
          typeof value === 'number' ? Math.round(value * 1e6) / 1e6 : value,
        )
      expect(
        await rounded({
          data: [
            [1, 2],
            [3, 4],
          ],
        }),
      ).toEqual([5, 11])
      expect(await rounded({ data: [{ b: 2, a: 1 }] })).toEqual([5])
      expect(await rounded({ input_data: { columns: ['a', 'b'], data: [[1, 2]] } })).toEqual([5])
      expect(await rounded({ dataframe_split: { columns: ['b', 'a'], data: [[2, 1]] } }, '/invocations')).toEqual({
        predictions: [5],
      })
      expect(await rounded({ instances: [[1, 2]] }, '/v1/models/model:predict')).toEqual({ predictions: [5] })
      expect(
        await rounded(
          { id: 'x', inputs: [{ name: 'i', shape: [1, 2], datatype: 'FP64', data: [1, 2] }] },
          '/v2/models/model/infer',
        ),
      ).toMatchObject({ id: 'x', outputs: [{ shape: [1], data: [5] }] })
      const missing = await predict(endpoint, { data: [{ a: 1 }] })
      expect([missing.status, ((await missing.json()) as { detail: string }).detail]).toEqual([
        400,
        'these columns are missing: b',
      ])
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, index) =>
          predict(endpoint, index === 7 ? { data: [['x', 1]] } : { data: [[index, 0]] }),
        ),
      )
      expect(answers.map((answer) => answer.status)).toEqual(answers.map((_, index) => (index === 7 ? 400 : 200)))
    })
  },
)

async function uploadBytes(files: Readonly<Record<string, string>>): Promise<string> {
  const { createHash } = await import('node:crypto')
  const entries = []
  for (const [path, text] of Object.entries(files)) {
    const bytes = Buffer.from(text, 'latin1')
    const digest = createHash('sha256').update(bytes).digest('hex')
    await server.call('PUT', `/api/v1/workspaces/default/blobs/${digest}`, { body: bytes })
    entries.push({ path, digest, sizeBytes: bytes.length, mode: 'file' })
  }
  return (await server.call<{ digest: string }>('POST', '/api/v1/workspaces/default/trees', { body: { entries } })).body
    .digest
}
