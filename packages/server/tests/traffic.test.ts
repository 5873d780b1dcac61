import type { Deployment, Endpoint } from '@modelyard/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { upload } from './client.ts'
import { startServer, type TestServer } from './start-server.ts'
import { base, pause, trafficClient } from './traffic-client.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const { deploy, eventually, look, prepare, say, start, trafficOf } = trafficClient(() => server)

describe('callers', () => {
  test('with the same value of the sticky header stay at one deployment, and move only to what grows', async () => {
    const endpoint = await prepare('sticky', 'return "green"', 'sticky_header: X-Customer\n')
    expect(endpoint.stickyHeader).toBe('x-customer')
    const answersAt = async (green: number): Promise<string[]> => {
      await server.call('PUT', `${base}/sticky/traffic`, { body: { traffic: { blue: 100 - green, green } } })
      await pause(600)
      return Promise.all(
        Array.from({ length: 200 }, async (_, customer) => {
          const ask = async (): Promise<unknown> =>
            (
              await fetch(endpoint.scoringUri, {
                method: 'POST',
                headers: {
                  authorization: `Bearer ${endpoint.keys?.primary}`,
                  'content-type': 'application/json',
                  'x-customer': `c${customer}`,
                },
                body: '1',
              })
            ).json()
          const [first, second] = [await ask(), await ask()]
          expect(second).toBe(first)
          return String(first)
        }),
      )
    }
    const [few, many] = [await answersAt(20), await answersAt(60)]
    expect(few.filter((name) => name === 'green').length).toBeGreaterThan(10)
    expect(few.every((name, customer) => name === 'blue' || many[customer] === 'green')).toBe(true)
    expect(
      (await server.call<{ code: string }>('PUT', `${base}/sticky/traffic`, { body: { stickyHeader: 'no header' } }))
        .status,
    ).toBe(400)
    expect(
      (await server.call<Endpoint>('PUT', `${base}/sticky/traffic`, { body: { stickyHeader: null } })).body,
    ).toMatchObject({
      stickyHeader: null,
      traffic: { blue: 40, green: 60 },
    })
  })
})

/** The doors that the loop uses: another version beside what serves, then its rollout. */
interface Doors {
  deployVersion(
    workspace: string,
    endpoint: string,
    wanted: { model: string; version: string },
    by: { actor: string },
  ): Promise<{ name: string }>
  deleteDeployment(workspace: string, endpoint: string, name: string, by: { actor: string }): Promise<void>
}

describe('another version of a model', () => {
  test('is deployed with all else copied; promoted it is the champion, and rolled back the one before is again', async () => {
    for (const version of ['1', '2']) {
      const tree = await upload(server, 'default', { 'weights.txt': version })
      await server.call('POST', '/api/v1/workspaces/default/models', { body: { name: 'weights', tree } })
    }
    const championOf = async (): Promise<string | undefined> =>
      (await server.call<{ aliases: Record<string, string> }>('GET', '/api/v1/workspaces/default/models/weights')).body
        .aliases['champion']
    await server.call('PUT', '/api/v1/workspaces/default/models/weights/aliases/champion', { body: { version: '1' } })
    const { body: endpoint } = await server.call<Endpoint>('POST', base, {
      body: { source: { name: 'e.yml', text: 'name: versions\n' } },
    })
    await deploy(
      'versions',
      'blue',
      'import os; return open(os.environ["AZUREML_MODEL_DIR"] + "/weights.txt").read()',
      'model: weights:1\nrequest_settings: { request_timeout_ms: 7000 }\ndata_collector: { sampling_rate: 0.5, redact: [secret] }\n',
    )
    const doors = server.server.rooms.all.find((room) => 'deployVersion' in room) as unknown as Doors
    const by = { actor: 'system' }
    const { name } = await doors.deployVersion('default', 'versions', { model: 'weights', version: '2' }, by)
    const { body: added } = await eventually(
      () => server.call<Deployment>('GET', `${base}/versions/deployments/${name}`),
      ({ body }) => body.state === 'ready',
    )
    expect(added).toMatchObject({
      name: 'v2',
      trafficPercent: 0,
      requestTimeoutMs: 7000,
      model: { name: 'weights', version: '2' },
      collection: { enabled: true, samplingRate: 0.5, redact: ['secret'] },
    })
    const answer = await fetch(endpoint.scoringUri, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${endpoint.keys?.primary}`,
        'azureml-model-deployment': 'v2',
        'content-type': 'application/json',
      },
      body: '1',
    })
    expect(await answer.json()).toBe('2')
    const { body: rollout } = await start('versions', {}, 'v2')
    expect((await say('versions', rollout.id, 'promote')).body.state).toBe('promoted')
    expect(await championOf()).toBe('2')
    expect((await say('versions', rollout.id, 'rollback')).body.state).toBe('rolledBack')
    expect([await championOf(), await trafficOf('versions')]).toEqual(['1', { blue: 100, v2: 0 }])
    // A shadow may be deleted; its rollout ends with it.
    const { body: shadow } = await start('versions', { steps: [0, 100] }, 'v2')
    await doors.deleteDeployment('default', 'versions', 'v2', by)
    expect((await look('versions', shadow.id)()).state).toBe('rolledBack')
    expect(await trafficOf('versions')).toEqual({ blue: 100 })
    expect((await doors.deployVersion('default', 'versions', { model: 'weights', version: '2' }, by)).name).toBe('v2')
    await expect(
      doors.deployVersion('default', 'versions', { model: 'weights', version: '9' }, by),
    ).rejects.toMatchObject({ code: 'model_version_not_found' })
  })
})
