import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Job, Loop } from '@modelyard/contract'
import { processEnvironment } from '@modelyard/platform'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { championOf, createTrigger, endOf, loopsOf, must, serveFirst, until } from './loop-story.ts'
import type { TestServer } from './start-server.ts'
import { isSigned, startReceiver } from './webhook-receiver.ts'

const ws = '/api/v1/workspaces/default'
const root = resolve(import.meta.dirname, '..', '..', '..')
const home = mkdtempSync(join(tmpdir(), 'modelyard-killed-'))
let child: ChildProcess
let server: TestServer

/** A server in a process of its own, so that it can be killed. */
async function start(): Promise<void> {
  child = spawn(
    join(root, 'bin', 'modelyard'),
    ['up', '--home', home, '--port', '0', '--gateway-port', '0', '--json'],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...processEnvironment(), MODELYARD_FROM_SOURCE: '1' } },
  )
  const { promise, resolve: ready, reject } = Promise.withResolvers<{ url: string; token: string }>()
  child.stdout?.once('data', (chunk: Buffer) => ready(JSON.parse(chunk.toString()) as { url: string; token: string }))
  child.once('close', (code) => reject(new Error(`the server ended with ${code ?? 'a signal'}`)))
  const { url, token } = await promise
  const call: TestServer['call'] = async (method, path, { body } = {}) => {
    const raw = body instanceof Uint8Array
    const answer = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': raw ? 'application/octet-stream' : 'application/json' }),
      },
      ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    return {
      status: answer.status,
      headers: answer.headers,
      body: (text === '' ? undefined : JSON.parse(text)) as never,
    }
  }
  server = { url, token, home, call } as TestServer
}

async function kill(): Promise<void> {
  const gone = new Promise((done) => child.once('close', done))
  child.kill('SIGKILL')
  await gone
}

beforeAll(start)
afterAll(async () => {
  const gone = new Promise((done) => child.once('close', done))
  child.kill('SIGTERM')
  await gone
  rmSync(home, { recursive: true, force: true })
})

test('a server that is killed at every stage of a loop goes on with it: one job, one deployment, one rollout, one champion', async () => {
  await serveFirst(server, 'steady', 0.7)
  const file =
    'name: steady\npipeline: steady\nset: { error: 0.5 }\ncool_down: 24h\nmin_new_labels: 0\nrollout: { endpoint: steady, steps: [50, 100], bake: 700ms, min_requests: 0 }\n'
  expect((await createTrigger(server, file)).status).toBe(201)
  const { id } = await must<Loop>(server, 'POST', `${ws}/triggers/steady/fire`, {})
  // At once, while it trains, while it deploys, and while traffic moves.
  await kill()
  await start()
  for (const name of ['retrain', 'deploy', 'rollout'] as const) {
    await until(
      () => must<Loop>(server, 'GET', `${ws}/loops/${id}`),
      (loop) => loop.stages.find((stage) => stage.name === name)?.startedAt !== null,
    )
    await kill()
    await start()
  }
  const loop = await endOf(server, 'steady')
  expect([loop.id, loop.status, loop.version, loop.deployment]).toEqual([id, 'promoted', '2', 'v2'])
  expect((await loopsOf(server, 'steady')).length).toBe(1)
  const { items: jobs } = await must<{ items: Job[] }>(server, 'GET', `${ws}/jobs`)
  expect(jobs.filter((job) => job.tags['modelyard.loop'] === id).map((job) => job.id)).toEqual([loop.jobId])
  const { items: rollouts } = await must<{ items: { id: string }[] }>(server, 'GET', `${ws}/endpoints/steady/rollouts`)
  expect(rollouts.map((rollout) => rollout.id)).toEqual([loop.rolloutId])
  const deployments = await must<{ items: { name: string }[] }>(server, 'GET', `${ws}/endpoints/steady/deployments`)
  expect(deployments.items.map((deployment) => deployment.name).toSorted()).toEqual(['blue', 'v2'])
  expect(await championOf(server, 'steady')).toBe('2')
}, 120_000)

test('a server that is killed while its receiver is away tells it everything after all, each signed', async () => {
  const receiver = await startReceiver()
  const { secret } = await must<{ secret: string }>(server, 'POST', `${ws}/webhooks`, {
    name: 'kept',
    url: receiver.url,
    events: ['experiment.created'],
  })
  const { port } = receiver
  await receiver.stop()
  const names = Array.from({ length: 20 }, (_, index) => `e${index}`)
  for (const name of names) await must(server, 'POST', `${ws}/experiments`, { name })
  await kill()
  const again = await startReceiver(port)
  await start()
  await until(
    async () => again.received,
    (received) => new Set(received.map(({ headers }) => headers['webhook-id'])).size >= names.length,
  )
  expect(again.received.every((one) => isSigned(one, secret))).toBe(true)
  const subjects = new Set(again.received.map(({ body }) => String(body['subject'])))
  expect(subjects.size).toBe(names.length)
  await again.stop()
}, 120_000)
