import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startServer, type TestServer } from './start-server.ts'
import { base, pause, trafficClient } from './traffic-client.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ keepHome: true })
})
afterAll(() => server.stop())

const { client, deploy, eventually, look, prepare, say, start, trafficOf } = trafficClient(() => server)

describe('a rollout', () => {
  test('of a good deployment goes through shadow and steps to all traffic, and no request fails', async () => {
    const endpoint = await prepare('good', 'return "green"')
    const load = client(endpoint)
    const { status, body } = await start('good', { steps: [0, 20, 100] })
    expect(status).toBe(201)
    expect(
      (await server.call<{ code: string }>('PUT', `${base}/good/traffic`, { body: { traffic: { blue: 100 } } })).body
        .code,
    ).toBe('rollout_active')
    expect((await start('good', {})).body.code).toBe('rollout_active')
    expect(
      (await server.call<{ code: string }>('DELETE', `${base}/good/deployments/blue`)).status,
    ).toBeGreaterThanOrEqual(409)
    const found = await eventually(look('good', body.id), ({ state }) => state !== 'running')
    await pause(300)
    const counts = await load.stop()
    expect([found.state, found.steps.map((step) => step.state)]).toEqual(['promoted', ['passed', 'passed', 'passed']])
    expect(await trafficOf('good')).toEqual({ blue: 0, green: 100 })
    expect(Object.keys(counts).toSorted()).toEqual(['200 blue', '200 green'])
    // Only the errors of a step are compared that somebody saw: each step says on how many requests it decided.
    for (const step of found.steps)
      expect(step.checks.find((check) => check.name === 'requests')?.candidate).toBeGreaterThanOrEqual(20)
    const events = await server.server.platform.store.read
      .selectFrom('event')
      .select(['name', 'after'])
      .where('name', 'like', 'rollout.%')
      .execute()
    expect(events.map((event) => event.name)).toEqual([
      'rollout.started',
      'rollout.step_started',
      'rollout.step_started',
      'rollout.promoted',
    ])
    expect(JSON.parse(events.at(-1)?.after ?? '{}')).toMatchObject({ state: 'promoted', traffic: { green: 100 } })
    // The one before is still warm: a rollback needs no start.
    expect((await say('good', body.id, 'rollback')).body.state).toBe('rolledBack')
    expect(await trafficOf('good')).toEqual({ blue: 100, green: 0 })
    const after = client(endpoint)
    await eventually(
      async () => after.counts['200 blue'] ?? 0,
      (answers) => answers > 20,
    )
    expect(Object.keys(await after.stop())).toEqual(['200 blue'])
  })

  test('of one that raises gives the traffic back by itself', async () => {
    const endpoint = await prepare('raises', 'raise ValueError("no")')
    const load = client(endpoint)
    const { body } = await start('raises', { steps: [30, 100], bakeMs: 600_000 })
    const found = await eventually(look('raises', body.id), ({ state }) => state !== 'running')
    expect([found.state, found.step, found.steps[0]?.state]).toEqual(['rolledBack', 0, 'failed'])
    expect(found.steps[0]?.checks.find((check) => check.name === 'errors')).toMatchObject({
      verdict: 'fail',
      candidate: 1,
      stable: 0,
    })
    expect(await trafficOf('raises')).toEqual({ blue: 100, green: 0 })
    await load.stop()
  })

  test('of one that is too slow gives the traffic back', async () => {
    const endpoint = await prepare('slow', 'time.sleep(0.3); return "green"')
    const load = client(endpoint)
    const { body } = await start('slow', { steps: [50, 100], bakeMs: 5000 })
    const found = await eventually(look('slow', body.id), ({ state }) => state !== 'running')
    expect([found.state, found.steps[0]?.checks.find((check) => check.name === 'latency')?.verdict]).toEqual([
      'rolledBack',
      'fail',
    ])
    await load.stop()
  })

  test('without traffic pauses and says why; resumed and promoted by hand it ends', async () => {
    await prepare('silent', 'return "green"')
    const { body } = await start('silent', { bakeMs: 100 })
    const found = await eventually(look('silent', body.id), ({ state }) => state !== 'running')
    expect([found.state, found.reason]).toEqual(['paused', '0 of the 20 requests that a step needs'])
    expect(await trafficOf('silent')).toEqual({ blue: 90, green: 10 })
    const overview = await server.call<{ needsAttention: { kind: string; subject: string }[] }>(
      'GET',
      '/api/v1/workspaces/default/overview',
    )
    expect(
      overview.body.needsAttention.some(
        ({ kind, subject }) => kind === 'approval_waiting' && subject === 'silent/green',
      ),
    ).toBe(true)
    expect((await say('silent', body.id, 'approve')).body.code).toBe('conflict')
    expect((await say('silent', body.id, 'resume')).body.state).toBe('running')
    expect((await say('silent', body.id, 'promote')).body.state).toBe('promoted')
    expect(await trafficOf('silent')).toEqual({ blue: 0, green: 100 })
    expect((await say('silent', body.id, 'pause')).body.code).toBe('conflict')
  })

  test('with manual approval waits before more traffic', async () => {
    const endpoint = await prepare('asks', 'return "green"')
    const load = client(endpoint)
    const { body } = await start('asks', { approval: 'manual', steps: [50, 100] })
    const waiting = await eventually(look('asks', body.id), ({ waitsForApproval }) => waitsForApproval)
    expect([waiting.state, waiting.step, await trafficOf('asks')]).toEqual(['running', 0, { blue: 50, green: 50 }])
    expect((await say('asks', body.id, 'approve')).body.step).toBe(1)
    expect((await eventually(look('asks', body.id), ({ state }) => state !== 'running')).state).toBe('promoted')
    expect(Object.keys(await load.stop()).toSorted()).toEqual(['200 blue', '200 green'])
  })

  test('outlives a restart of the server in the middle, with its evidence', async () => {
    const endpoint = await prepare('restart', 'return "green"')
    const load = client(endpoint)
    const { body } = await start('restart', { steps: [50, 100], bakeMs: 3000 })
    await eventually(look('restart', body.id), ({ steps }) => (steps[0]?.checks[0]?.candidate ?? 0) > 20)
    const before = await look('restart', body.id)()
    const { home } = server
    // The database is closed in order, the gateway is killed with the rest: both begin again on what lies there.
    await server.stop()
    const outage = { ...load.counts }
    server = await startServer({ home, keepHome: true })
    await eventually(
      async () => load.counts['200 green'] ?? 0,
      (answers) => answers > (outage['200 green'] ?? 0) + 20,
    )
    const after = await eventually(look('restart', body.id), ({ steps }) => (steps[0]?.checks[0]?.candidate ?? 0) > 20)
    expect(after.steps[0]?.startedAt).toBe(before.steps[0]?.startedAt)
    expect((await eventually(look('restart', body.id), ({ state }) => state !== 'running')).state).toBe('promoted')
    await load.stop()
  })

  test('is refused without a stable deployment, for one that is not there, and with steps that do not grow', async () => {
    await server.call('POST', base, { body: { source: { name: 'e.yml', text: 'name: refused\n' } } })
    await deploy('refused', 'green', 'return 1')
    expect((await start('refused', {})).body.code).toBe('precondition_failed')
    expect((await start('refused', {}, 'red')).body.code).toBe('deployment_not_found')
    expect((await start('refused', { steps: [50, 10] })).body.code).toBe('request_invalid')
    expect((await server.call<{ code: string }>('GET', `${base}/refused/rollouts/none`)).body.code).toBe(
      'rollout_not_found',
    )
  })
})
