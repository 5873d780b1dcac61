import { afterEach, beforeEach, expect, test } from 'vitest'
import { TestGateway } from './start-gateway.ts'

// Stands for Azure's decorator and answer: what the worker looks at.
const script = `import json
def run(data, request_headers=None):
    return Answer(json.loads(data).get("answer", {}), dict(request_headers))
class Answer:
    def __init__(self, wanted, seen):
        self.status_code = wanted.get("status", 200)
        self.content_type = wanted.get("type", "application/json")
        self.headers = wanted.get("headers", {})
        self.seen = seen
    def get_data(self):
        return json.dumps(self.seen).encode()
`
let gateway: TestGateway
beforeEach(async () => {
  gateway = await new TestGateway().start()
  await gateway.serve([gateway.deployment('blue', script)])
})
afterEach(() => gateway.stop())

const ask = (answer: object, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${gateway.port}/w/default/e/score`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ answer }),
    signal: AbortSignal.timeout(10_000),
  })

test('a script sees neither the key of the caller nor the cookies of the control plane on the same host', async () => {
  const secret = { authorization: 'Bearer k', cookie: 'modelyard_0=mye_s', 'proxy-authorization': 'Basic x' }
  const seen = (await (await ask({}, { ...secret, 'x-own': 'yes' })).json()) as Record<string, string>
  expect(Object.keys(seen).filter((name) => /authorization|cookie/i.test(name))).toEqual([])
  expect(seen).toMatchObject({ 'X-Own': 'yes' })
})

test('a script sets headers of its own, and none that are for the connection or the whole host', async () => {
  const answer = await ask({
    headers: {
      'X-Own': 'yes',
      constructor: 'c',
      'Set-Cookie': 'modelyard_0=stolen',
      'Transfer-Encoding': 'chunked',
      'Clear-Site-Data': '"*"',
      'Access-Control-Allow-Origin': 'https://one.example',
      'X-Bad\r\nX-Split': 'a',
      'X-Split': 'a\r\nX-Other: b',
    },
  })
  expect(answer.status).toBe(200)
  expect([answer.headers.get('x-own'), answer.headers.get('constructor')]).toEqual(['yes', 'c'])
  expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  for (const name of ['set-cookie', 'transfer-encoding', 'clear-site-data', 'x-split', 'x-other'])
    expect(answer.headers.get(name), name).toBeNull()
})

test('an answer that HTTP does not have is the script’s failure; the caller hears of it and the worker goes on', async () => {
  const [before] = (await gateway.status())[0]?.workers ?? []
  for (const wanted of [{ status: 1000 }, { status: 70_000 }, { status: 101 }, { type: 'text/\u0001' }]) {
    const answer = await ask(wanted)
    expect([answer.status, ((await answer.json()) as { code: string }).code], JSON.stringify(wanted)).toEqual([
      424,
      'scoring_failed',
    ])
  }
  expect((await ask({})).status).toBe(200)
  expect((await gateway.status())[0]?.workers[0]?.pid).toBe(before?.pid)
})

test('an address that is no text is refused; the gateway goes on', async () => {
  for (const path of ['/v2/models/%E0%A4%A/infer', '/v2/models/%/ready', '/v1/models/%FF:predict']) {
    const answer = await fetch(`http://127.0.0.1:${gateway.port}/w/default/e${path}`, { method: 'POST', body: '{}' })
    expect(answer.status, path).toBe(404)
  }
  expect((await ask({})).status).toBe(200)
})
