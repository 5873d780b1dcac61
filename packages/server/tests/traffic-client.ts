import type { Deployment, Endpoint, Rollout } from '@modelyard/contract'
import { upload } from './client.ts'
import type { TestServer } from './start-server.ts'

export const base = '/api/v1/workspaces/default/endpoints'
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const script = (body: string): string => `import time\ndef run(data):\n    ${body}\n`

/** What tests of traffic do with a server; a getter, since some start it again. */
export function trafficClient(server: () => TestServer) {
  async function deploy(endpoint: string, name: string, body: string, more = ''): Promise<void> {
    const code = await upload(server(), 'default', { 'score.py': script(body) })
    const text = `name: ${name}\ncode_configuration: { code: ./code, scoring_script: score.py }\n${more}`
    await server().call('POST', `${base}/${endpoint}/deployments`, {
      body: { source: { name: 'd.yml', text }, code: { './code': code } },
    })
    await eventually(
      () => server().call<Deployment>('GET', `${base}/${endpoint}/deployments/${name}`),
      ({ body: found }) => found.state === 'ready',
    )
  }

  async function eventually<Value>(look: () => Promise<Value>, isThere: (value: Value) => boolean): Promise<Value> {
    for (let turn = 0; turn < 1200; turn++) {
      const value = await look()
      if (isThere(value)) return value
      await pause(50)
    }
    throw new Error(`it did not come to that: ${JSON.stringify(await look())}`)
  }

  /** An endpoint with a good `blue` that has all traffic, and a `green` with the given body. */
  async function prepare(name: string, green: string, more = ''): Promise<Endpoint> {
    const { body } = await server().call<Endpoint>('POST', base, {
      body: { source: { name: 'e.yml', text: `name: ${name}\n${more}` } },
    })
    await deploy(name, 'blue', 'return "blue"')
    await deploy(name, 'green', green)
    return body
  }

  /** A client that asks without a pause until it is told to stop, and counts what it got. */
  function client(endpoint: Endpoint, headers: Record<string, string> = {}) {
    const end = new AbortController()
    const counts: Record<string, number> = {}
    const done = Promise.all(
      [1, 2].map(async () => {
        while (!end.signal.aborted) {
          const answer = await fetch(endpoint.scoringUri, {
            method: 'POST',
            headers: {
              authorization: `Bearer ${endpoint.keys?.primary}`,
              'content-type': 'application/json',
              ...headers,
            },
            body: '{"data": [[1]]}',
          }).then(
            async (response) => `${response.status} ${response.status === 200 ? String(await response.json()) : ''}`,
            () => 'lost',
          )
          counts[answer] = (counts[answer] ?? 0) + 1
          await pause(5)
        }
      }),
    )
    return {
      counts,
      async stop() {
        end.abort()
        await done
        return counts
      },
    }
  }

  async function start(endpoint: string, policy: Record<string, unknown>, deployment = 'green') {
    const answer = await server().call<Rollout & { code: string; detail: string }>(
      'POST',
      `${base}/${endpoint}/rollouts`,
      {
        body: { deployment, policy: { bakeMs: 500, minRequests: 20, ...policy } },
      },
    )
    return answer
  }

  const look = (endpoint: string, id: string) => async (): Promise<Rollout> =>
    (await server().call<Rollout>('GET', `${base}/${endpoint}/rollouts/${id}`)).body
  const say = (endpoint: string, id: string, decision: string) =>
    server().call<Rollout & { code: string }>('POST', `${base}/${endpoint}/rollouts/${id}/${decision}`, { body: {} })
  const trafficOf = async (endpoint: string): Promise<Record<string, number>> =>
    (await server().call<Endpoint>('GET', `${base}/${endpoint}`)).body.traffic

  return { deploy, eventually, prepare, client, start, look, say, trafficOf }
}
