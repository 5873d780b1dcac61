import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ComputeNode, ComputeTarget, Job } from '@modelyard/contract'
import { findProcessesByEnvironment, isProcessAlive, signalProcess } from '@modelyard/platform'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ended, run, submit } from './client.ts'
import { startServer, type TestServer } from './start-server.ts'

const api = '/api/v1/workspaces/default'
const one = (command: string, more = ''): string => `type: command\ncommand: ${JSON.stringify(command)}\n${more}`
const pause = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs))

async function until<Value>(what: string, look: () => Promise<Value | undefined> | Value | undefined): Promise<Value> {
  for (let tries = 0; tries < 800; tries++) {
    const found = await look()
    if (found !== undefined) return found
    await pause(25)
  }
  throw new Error(`${what} did not happen`)
}

const target = async (server: TestServer, name: string): Promise<ComputeTarget> =>
  (await server.call<ComputeTarget>('GET', `${api}/compute/${name}`)).body

/** The node that runs the (only) step of a job, once its command runs. */
function runningOn(server: TestServer, jobId: string, name = 'local'): Promise<ComputeNode & { pid: number }> {
  return until('the step', async () => {
    const node = (await target(server, name)).nodes?.find((each) =>
      each.attempts.some((attempt) => attempt.jobId === jobId),
    )
    const attempt = node?.attempts.find((each) => each.jobId === jobId)?.attemptId
    return node !== undefined &&
      node.pid !== null &&
      attempt !== undefined &&
      findProcessesByEnvironment('MODELYARD_ATTEMPT_ID', attempt).length > 0
      ? { ...node, pid: node.pid }
      : undefined
  })
}

const logOf = async (server: TestServer, job: Job): Promise<string> =>
  (
    await server.call<{ chunks: { text: string }[] }>('GET', `${api}/jobs/${job.id}/logs?follow=false&step=main`)
  ).body.chunks
    .map((chunk) => chunk.text)
    .join('')

describe('a node', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => server.stop())

  it('that is killed in the middle of a step comes back and adopts it: the command runs once', async () => {
    const { body } = await submit(server, one('echo begun; sleep 2; echo over'))
    const node = await runningOn(server, body.id)
    const attempt = node.attempts[0]?.attemptId ?? ''
    const before = findProcessesByEnvironment('MODELYARD_ATTEMPT_ID', attempt)
    signalProcess(node.pid, 'SIGKILL')
    const again = await until('a new process', async () =>
      (await target(server, 'local')).nodes?.find(
        (each) => each.id === node.id && each.pid !== node.pid && each.state === 'running',
      ),
    )
    expect(again.attempts.map((each) => each.attemptId)).toEqual([attempt])
    expect(findProcessesByEnvironment('MODELYARD_ATTEMPT_ID', attempt)).toEqual(expect.arrayContaining(before))
    const job = await ended(server, body.id)
    expect(job.steps[0]).toMatchObject({ status: 'succeeded', attempts: 1 })
    expect(await logOf(server, job)).toBe('begun\nover\n')
  })

  it('that is killed does not give a step its whole time again', async () => {
    const { body } = await submit(server, one('sleep 60', 'limits: { timeout: 3 }\n'))
    const node = await runningOn(server, body.id)
    await pause(1500)
    const killedAt = performance.now()
    signalProcess(node.pid, 'SIGKILL')
    const job = await ended(server, body.id)
    expect(job.steps[0]).toMatchObject({ attempts: 1, error: { code: 'step_timed_out' } })
    expect(performance.now() - killedAt).toBeLessThan(3000)
  })

  it('keeps every byte of a long log, in order, characters of several bytes whole', async () => {
    const script = `python3 -c "for n in range(60000): print(n, 'größer als 日本語')"`
    const job = await run(server, one(script))
    expect(job.status).toBe('succeeded')
    const attempts = readdirSync(join(server.home, 'logs', 'attempts')).map((name) =>
      readFileSync(join(server.home, 'logs', 'attempts', name), 'utf8'),
    )
    const expected = Array.from({ length: 60_000 }, (_, n) => `${n} größer als 日本語\n`).join('')
    expect(attempts.includes(expected)).toBe(true)
  })

  it('ends what a command left behind, in its group or in a session of its own', async () => {
    const job = await run(server, one('echo $MODELYARD_ATTEMPT_ID; yes & setsid sleep 300 & sleep 0.2'))
    expect(job.status).toBe('succeeded')
    const attempt = (await logOf(server, job)).split('\n')[0] ?? ''
    expect(attempt).not.toBe('')
    await until('the end of what was left', () =>
      findProcessesByEnvironment('MODELYARD_ATTEMPT_ID', attempt).length === 0 ? true : undefined,
    )
  })

  it('gives a cancelled command its grace, and no longer', async () => {
    const script =
      'import signal, sys, time\ndef last(*_):\n    time.sleep(0.4)\n    print("put away", flush=True)\n    sys.exit(0)\nsignal.signal(signal.SIGTERM, last)\nprint("begun", flush=True)\ntime.sleep(60)\n'
    const { body } = await submit(server, one('python tidy.py; echo more', 'code: ./src\n'), {
      './src': { 'tidy.py': script },
    })
    await until('the beginning', async () => ((await logOf(server, body)).startsWith('begun') ? true : undefined))
    await server.call('POST', `${api}/jobs/${body.id}/cancel`)
    const job = await ended(server, body.id)
    expect(job.status).toBe('canceled')
    expect(await logOf(server, job)).toBe('begun\nput away\n')
  })

  it('removes the folder of an attempt that is over', async () => {
    await run(server, one('echo tidy'))
    await until('the removal', async () => {
      const nodes = (await target(server, 'local')).nodes ?? []
      return nodes.every((node) => readdirSync(join(server.home, 'nodes', node.id, 'attempts')).length === 0)
        ? true
        : undefined
    })
  })

  it('refuses outputs that lead out of their place, and takes links that stay inside', async () => {
    const folder = 'outputs: { made: { type: uri_folder } }\n'
    const out = await run(server, one('ln -s /etc/hostname ${{outputs.made}}/x', folder))
    expect(out.steps[0]?.error).toMatchObject({ code: 'output_missing', message: expect.stringContaining('leads out') })
    const file = await run(
      server,
      one('ln -s /etc/hostname ${{outputs.made}}', 'outputs: { made: { type: uri_file } }\n'),
    )
    expect(file.steps[0]?.error).toMatchObject({ code: 'output_missing' })
    const inside = await run(server, one('cd ${{outputs.made}} && echo 1 > a && ln -s a b', folder))
    expect(inside.status).toBe('succeeded')
  })

  it('stores a folder of many files', async () => {
    const job = await run(
      server,
      one(
        'cd ${{outputs.made}} && seq 1 1500 | while read n; do echo $n > $n; done',
        'outputs: { made: { type: uri_folder } }\n',
      ),
    )
    expect(job.steps[0]?.outputs).toMatchObject([{ name: 'made' }])
    expect(job.status).toBe('succeeded')
  })

  it('keeps tokens off command lines', async () => {
    const { body } = await submit(server, one('sleep 1.5'))
    const node = await runningOn(server, body.id)
    const processes = findProcessesByEnvironment('MODELYARD_NODE_ID', node.id)
    expect(processes.length).toBeGreaterThan(1)
    for (const pid of processes) {
      const words = existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : ''
      expect(words).not.toMatch(/my[a-z]_[A-Za-z0-9]{16}/)
    }
    await ended(server, body.id)
  })
})

describe('compute targets', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => server.stop())
  const create = (body: object) => server.call<{ code: string; detail: string }>('POST', `${api}/compute`, { body })

  it('a cluster goes from none to two for two parallel steps and back, each change with its reason', async () => {
    expect((await create({ name: 'pair', minNodes: 0, maxNodes: 4, idleSeconds: 0.5 })).status).toBe(201)
    const job = await run(
      server,
      'type: pipeline\nsettings: { default_compute: pair }\njobs:\n  a: { type: command, command: "sleep 1; echo a" }\n  b: { type: command, command: "sleep 1; echo b" }\n',
    )
    expect(job.status).toBe('succeeded')
    await until('the end of the nodes', async () =>
      (await target(server, 'pair')).nodes?.length === 0 ? true : undefined,
    )
    const { body } = await server.call<{ items: { from: number; to: number; reason: string }[] }>(
      'GET',
      `${api}/compute/pair/scaling`,
    )
    const changes = body.items.toReversed()
    expect(changes[0]?.from).toBe(0)
    expect(Math.max(...changes.map((change) => change.to))).toBe(2)
    expect(changes.at(-1)?.to).toBe(0)
    expect(changes.every((change) => change.reason !== '')).toBe(true)
  })

  it('a busy cluster is not deleted, also when only a later step needs it; steps that wait say for what', async () => {
    await create({ name: 'single', maxNodes: 1, idleSeconds: 60 })
    const { body } = await submit(
      server,
      'type: pipeline\njobs:\n  first: { type: command, command: "sleep 1" }\n  x: { type: command, command: "sleep 1.5", compute: single }\n  y: { type: command, command: "sleep 1.4", compute: single }\n  later: { type: command, command: "echo later", compute: single, needs: [first, x, y] }\n',
    )
    const refused = await server.call<{ code: string; detail: string }>('DELETE', `${api}/compute/single`)
    expect(refused).toMatchObject({ status: 409, body: { code: 'compute_target_busy' } })
    const reason = await until('a step that waits for the busy node', async () =>
      (
        await server.call<{ items: { step: string; reason: string }[] }>('GET', `${api}/compute/single/queue`)
      ).body.items.find((item) => item.reason.includes('busy')),
    )
    expect(reason.reason).toBe('waits for a free node: 1 of 1 busy')
    expect((await ended(server, body.id)).status).toBe('succeeded')
    expect((await server.call('DELETE', `${api}/compute/single`)).status).toBe(204)
    expect((await server.call('GET', `${api}/compute/single`)).status).toBe(404)
  })

  it('a cancelled queue lets its nodes go, and nothing of it runs', async () => {
    await create({ name: 'short', maxNodes: 1, idleSeconds: 0.2 })
    const { body } = await submit(
      server,
      'type: pipeline\nsettings: { default_compute: short }\njobs:\n  a: { type: command, command: "sleep 30" }\n  b: { type: command, command: "sleep 31" }\n',
    )
    const node = await runningOn(server, body.id, 'short')
    await server.call('POST', `${api}/jobs/${body.id}/cancel`)
    expect((await ended(server, body.id)).status).toBe('canceled')
    await until('the end of the node', async () =>
      (await target(server, 'short')).nodes?.length === 0 ? true : undefined,
    )
    expect(findProcessesByEnvironment('MODELYARD_NODE_ID', node.id)).toEqual([])
  })

  it.each([
    ['a minimum above the maximum', { name: 'wrong', minNodes: 3, maxNodes: 2 }, 400, 'request_invalid'],
    ['the built-in name', { name: 'local' }, 409, 'already_exists'],
    ['a name that leads out', { name: '../up' }, 400, 'request_invalid'],
    ['an unknown key', { name: 'wrong', gpus: 1 }, 400, 'request_invalid'],
  ])('%s is refused and nothing is created', async (_what, body, status, code) => {
    const before = (await server.call<{ items: unknown[] }>('GET', `${api}/compute`)).body.items.length
    expect(await create(body)).toMatchObject({ status, body: { code } })
    expect((await server.call<{ items: unknown[] }>('GET', `${api}/compute`)).body.items).toHaveLength(before)
  })

  it('`local` is there, protected, with as many slots as cores', async () => {
    expect(await target(server, 'local')).toMatchObject({ type: 'local', builtIn: true, maxNodes: 1, minNodes: 0 })
    expect((await server.call('DELETE', `${api}/compute/local`)).status).toBe(409)
  })
})

it('a stop of the server ends its nodes and their steps: no process is left', async () => {
  const server = await startServer()
  const { body } = await submit(server, one('trap "" TERM; sleep 300 & sleep 301'))
  const node = await runningOn(server, body.id)
  await server.stop()
  expect(findProcessesByEnvironment('MODELYARD_NODE_ID', node.id)).toEqual([])
  expect(isProcessAlive(node.pid)).toBe(false)
})
