import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StepExplanation } from '@modelyard/contract'
import { findProcessesByEnvironment } from '@modelyard/platform'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ended, run, statesOf, submit, type Files } from './client.ts'
import { startServer, type TestServer } from './start-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const code: Files = {
  'prepare.py': 'import sys, pathlib\npathlib.Path(sys.argv[1], "table.csv").write_text("1,2\\n")\nprint("prepared")\n',
  'train.py': 'import sys, pathlib\nprint(sys.argv[2], pathlib.Path(sys.argv[1], "table.csv").read_text())\n',
}
const pipeline = `type: pipeline
inputs: { depth: 3 }
jobs:
  prepare:
    type: command
    code: ./src
    command: python prepare.py \${{outputs.table}}
    outputs: { table: { type: uri_folder } }
  train:
    type: command
    code: ./src
    command: python train.py \${{inputs.table}} \${{inputs.depth}}
    inputs:
      table: \${{parent.jobs.prepare.outputs.table}}
      depth: \${{parent.inputs.depth}}
`
const one = (command: string, more = ''): string => `type: command\ncommand: ${JSON.stringify(command)}\n${more}`
const why = async (id: string): Promise<StepExplanation[]> =>
  (await server.call<StepExplanation[]>('GET', `/api/v1/workspaces/default/jobs/${id}/why`)).body

describe('reuse', () => {
  test('runs in the order of the data, and runs nothing again that did not change', async () => {
    const first = await run(server, pipeline, { './src': code })
    expect(statesOf(first)).toEqual({ prepare: 'succeeded', train: 'succeeded' })
    const again = await submit(server, pipeline, { './src': code })
    // Done within the answer: no process was started.
    expect(again.body.status).toBe('succeeded')
    expect(statesOf(again.body)).toEqual({ prepare: 'reused', train: 'reused' })
    expect(again.body.steps[0]).toMatchObject({
      runId: first.steps[0]?.runId,
      reusedFrom: { jobId: first.id, step: 'prepare' },
    })
  })

  test('a changed parameter runs only what binds it, and why names it with both values', async () => {
    await run(server, pipeline, { './src': code })
    const job = await run(server, pipeline, { './src': code }, { set: { depth: 4 } })
    expect(statesOf(job)).toEqual({ prepare: 'reused', train: 'succeeded' })
    expect((await why(job.id)).find((entry) => entry.step === 'train')).toMatchObject({
      reused: false,
      changes: [{ kind: 'parameter', name: 'depth', after: '4' }],
    })
  })

  test('an edited file is named by why', async () => {
    const job = await run(server, pipeline, { './src': { ...code, 'helper.py': '# new\n' } })
    const changes = (await why(job.id)).flatMap((entry) => entry.changes)
    expect(changes).toContainEqual(expect.objectContaining({ kind: 'code', name: 'helper.py', before: null }))
  })

  test('a result whose bytes are gone is made again', async () => {
    const text = pipeline.replace('depth: 3', 'depth: 33')
    const first = await run(server, text, { './src': { ...code, 'x.txt': 'lost' } })
    const tree = first.steps[0]?.outputs[0]?.tree ?? ''
    const path = join(server.home, 'blobs', 'sha256', tree.slice(0, 2), tree.slice(2))
    chmodSync(path, 0o600)
    rmSync(path)
    const again = await run(server, text, { './src': { ...code, 'x.txt': 'lost' } })
    expect(statesOf(again)['prepare']).toBe('succeeded')
  })

  test('the same work submitted twice at once runs once', async () => {
    const text = one('sleep 0.4; echo $RANDOM')
    const [a, b] = await Promise.all([submit(server, text), submit(server, text)])
    const jobs = await Promise.all([ended(server, a.body.id), ended(server, b.body.id)])
    expect(jobs.filter((job) => job.steps[0]?.reused === true)).toHaveLength(1)
  })

  test('force runs everything again', async () => {
    expect(statesOf(await run(server, pipeline, { './src': code }, { force: true }))).toEqual({
      prepare: 'succeeded',
      train: 'succeeded',
    })
  })
})

describe('failures', () => {
  test('a step that exits 1 fails the job with code, message and the end of its log; what depends on it is skipped', async () => {
    const job = await run(
      server,
      `type: pipeline\njobs:\n  a: { type: command, command: "echo before; exit 7", outputs: { o: { type: uri_folder } } }\n  b: { type: command, command: "echo \${{inputs.x}}", inputs: { x: "\${{parent.jobs.a.outputs.o}}" } }\n`,
    )
    expect(job.status).toBe('failed')
    expect(statesOf(job)).toEqual({ a: 'failed', b: 'skipped' })
    expect(job.steps[0]?.error).toMatchObject({
      code: 'step_failed',
      message: expect.stringContaining('7') as string,
      logTail: ['before'],
    })
    expect(job.error).toMatchObject({ code: 'step_failed' })
  })

  test('retries a failed step as often as it says', async () => {
    const place = mkdtempSync(join(tmpdir(), 'modelyard-retry-'))
    const job = await run(
      server,
      one(`echo x >> ${place}/tries; test $(wc -l < ${place}/tries) -ge 3`, 'retry: { max: 2 }\n'),
    )
    expect(job.status).toBe('succeeded')
    expect(job.steps[0]?.attempts).toBe(3)
    rmSync(place, { recursive: true })
  })

  test('ends a step that takes too long', async () => {
    const job = await run(server, one('sleep 30', 'limits: { timeout: 0.3 }\n'))
    expect(job.steps[0]).toMatchObject({ status: 'failed', error: { code: 'step_timed_out' } })
  })

  test('a declared output that was not written is a failure', async () => {
    const job = await run(server, one('true', 'outputs: { table: { type: uri_folder } }\n'))
    expect(job.steps[0]).toMatchObject({ status: 'failed', error: { code: 'output_missing' } })
  })

  test('an output that may be empty is no failure, and one with a name becomes a version of a data asset, also when it is reused', async () => {
    const text = `type: pipeline\njobs:\n  a:\n    type: command\n    command: "echo 1 > \${{outputs.kept}}/x"\n    outputs: { kept: { name: kept-table }, nothing: { optional: true } }\n`
    const job = await run(server, text)
    expect(statesOf(job)).toEqual({ a: 'succeeded' })
    const versions = async () =>
      (
        await server.call<{ versions: { version: string; digest: string; sourceRunId: string }[] }>(
          'GET',
          '/api/v1/workspaces/default/data/kept-table',
        )
      ).body.versions
    const [output] = job.steps[0]?.outputs ?? []
    expect(await versions()).toMatchObject([{ version: '1', digest: output?.tree, sourceRunId: job.steps[0]?.runId }])
    expect(statesOf(await run(server, text))).toEqual({ a: 'reused' })
    expect(await versions()).toHaveLength(1)
  })

  test('a step logs to its job as a whole, and to no other run', async () => {
    const script = `import json, os, urllib.request\ndef log(run):\n    request = urllib.request.Request(f"{os.environ['MODELYARD_URL']}/api/v1/workspaces/default/runs/{run}/log", json.dumps({'tags': {'said': 'by a step'}}).encode(), {'authorization': 'Bearer ' + os.environ['MODELYARD_TOKEN'], 'content-type': 'application/json'}, method='POST')\n    try:\n        return urllib.request.urlopen(request).status\n    except urllib.error.HTTPError as error:\n        return error.code\nprint(log(os.environ['MODELYARD_JOB_ID']), log(os.environ['OTHER']))\n`
    const other = await run(server, one('true'))
    const file = one('python say.py', `code: ./src\nenvironment_variables: { OTHER: ${other.id} }\n`)
    const { id } = await run(server, file, { './src': { 'say.py': script } })
    const path = `/api/v1/workspaces/default/jobs/${id}/logs`
    const { body } = await server.call<{ chunks: { text: string }[] }>('GET', path)
    expect(body.chunks.map((chunk) => chunk.text).join('')).toContain('204 403')
  })

  test('goes on with independent steps where the file says so', async () => {
    const text = `type: pipeline\nsettings: { continue_on_step_failure: true }\njobs:\n  a: { type: command, command: "exit 1" }\n  b: { type: command, command: "sleep 0.3; echo b \${{inputs.n}}", inputs: { n: 1 } }\n  c: { type: command, command: "echo c", needs: [b] }\n`
    expect(statesOf(await run(server, text))).toEqual({ a: 'failed', b: 'succeeded', c: 'succeeded' })
  })

  test('a failure ends what runs beside it and says whose it was', async () => {
    const text = `type: pipeline\njobs:\n  a: { type: command, command: "sleep 1; exit 1" }\n  b: { type: command, command: "sleep 60" }\n`
    const job = await run(server, text)
    expect(job.status).toBe('failed')
    expect(statesOf(job)).toEqual({ a: 'failed', b: 'canceled' })
    expect(job.steps[1]).toMatchObject({ reason: "the step 'a' failed" })
  })

  test('cancelling leaves no process behind, not even one that ignores TERM in a session of its own', async () => {
    const script =
      'import os, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        time.sleep(60)\n    os._exit(0)\nprint("ready", flush=True)\ntime.sleep(60)\n'
    const { body } = await submit(server, one('python stubborn.py', 'code: ./src\n'), {
      './src': { 'stubborn.py': script },
    })
    const attempts = join(server.home, 'logs', 'attempts')
    const isReady = (): boolean =>
      existsSync(attempts) &&
      readdirSync(attempts).some((name) => readFileSync(join(attempts, name), 'utf8').startsWith('ready'))
    while (!isReady()) await new Promise((resolve) => setTimeout(resolve, 50))
    const attempt =
      readdirSync(attempts)
        .find((name) => readFileSync(join(attempts, name), 'utf8').startsWith('ready'))
        ?.replace('.log', '') ?? ''
    expect(findProcessesByEnvironment('MODELYARD_ATTEMPT_ID', attempt).length).toBeGreaterThan(1)
    const canceled = await server.call<{ cancelRequestedAt: string }>(
      'POST',
      `/api/v1/workspaces/default/jobs/${body.id}/cancel`,
    )
    expect(canceled.body.cancelRequestedAt).not.toBeNull()
    expect((await ended(server, body.id)).status).toBe('canceled')
    expect(findProcessesByEnvironment('MODELYARD_ATTEMPT_ID', attempt)).toEqual([])
  })
})

describe('files that are refused', () => {
  const bad: readonly (readonly [
    what: string,
    text: string,
    place: { line: number; column: number; path?: string; suggestion?: string },
  ])[] = [
    [
      'an unknown key',
      'type: pipeline\njobs:\n  a:\n    type: command\n    comand: "true"\n    command: "true"\n',
      { line: 5, column: 5, suggestion: 'command' },
    ],
    [
      'a circle',
      'type: pipeline\njobs:\n  a: { type: command, command: "true", needs: [b] }\n  b: { type: command, command: "true", needs: [a] }\n',
      { line: 3, column: 3 },
    ],
    [
      'a script that is not there',
      'type: command\ncode: ./src\ncommand: python trian.py\n',
      { line: 3, column: 1, suggestion: 'train.py' },
    ],
    ['an unknown compute target', 'type: command\ncommand: "true"\ncompute: cpu-clutser\n', { line: 3, column: 1 }],
    [
      'a placeholder that is not declared',
      'type: command\ncommand: echo ${{inputs.dept}}\ninputs: { depth: 3 }\n',
      { line: 2, column: 1, suggestion: 'depth' },
    ],
    [
      'an output that does not exist',
      'type: pipeline\njobs:\n  a: { type: command, command: "true", outputs: { table: { type: uri_folder } } }\n  b:\n    type: command\n    command: "true"\n    inputs:\n      x: ${{parent.jobs.a.outputs.tabel}}\n',
      { line: 8, column: 7, suggestion: 'table' },
    ],
    [
      'a data asset that does not exist',
      'type: command\ncommand: ls ${{inputs.d}}\ninputs:\n  d: { type: uri_folder, path: azureml:nothing@latest }\n',
      { line: 4, column: 26 },
    ],
    [
      'a step whose name leads out',
      'type: pipeline\njobs:\n  ../x: { type: command, command: "true" }\n',
      { line: 3, column: 3 },
    ],
    ['text that is no YAML', 'type: [pipeline\n', { line: 2, column: 1 }],
  ]
  test.each(bad)('%s: the place is named and no job exists', async (_what, text, place) => {
    const before = (await server.call<{ items: unknown[] }>('GET', '/api/v1/workspaces/default/jobs?pageSize=1000'))
      .body.items.length
    const { status, body } = await submit(server, text, { './src': code })
    expect(status).toBe(400)
    expect(body.code).toBe('document_invalid')
    expect(body.errors[0]).toMatchObject(place)
    expect(body.detail).toContain(`pipeline.yml:${place.line}:${place.column}`)
    expect(
      (await server.call<{ items: unknown[] }>('GET', '/api/v1/workspaces/default/jobs?pageSize=1000')).body.items
        .length,
    ).toBe(before)
  })

  test('a parameter that is not declared, and one of another type, are refused by name', async () => {
    const { status, body } = await submit(server, pipeline, { './src': code }, { set: { dept: 1, depth: 'deep' } })
    expect(status).toBe(400)
    expect(body.errors.map((error) => error.path)).toEqual(['set.dept', 'set.depth'])
  })
})

describe('published pipelines', () => {
  test('start by name and by the trigger of Azure ML’s shape, which takes what is not declared; our own route refuses it', async () => {
    const submission = {
      source: {
        name: 'p.yml',
        text: 'type: pipeline\ninputs: { n: 1 }\njobs:\n  a: { type: command, command: "echo ${{inputs.n}}", inputs: { n: "${{parent.inputs.n}}" } }\n',
      },
    }
    const published = await server.call<{ endpoint: string; version: number }>(
      'POST',
      '/api/v1/workspaces/default/pipelines',
      { body: { name: 'numbers', submission } },
    )
    expect(published.status).toBe(201)
    const path = new URL(published.body.endpoint).pathname
    const body = { ExperimentName: 'My_Pipeline1', RunSource: 'SDK', ParameterAssignments: { n: 45 } }
    const headers = { 'idempotency-key': 'once' }
    const triggered = await server.call<{ Id: string }>('POST', path, { body, headers })
    expect(triggered.status).toBe(200)
    expect((await server.call<{ Id: string }>('POST', path, { body, headers })).body.Id).toBe(triggered.body.Id)
    expect(await ended(server, triggered.body.Id)).toMatchObject({
      status: 'succeeded',
      experiment: 'My_Pipeline1',
      parameters: { n: 45 },
    })
    const taken = await server.call<{ Id: string }>('POST', path, { body: { ParameterAssignments: { m: 1 } } })
    expect(taken.status).toBe(200)
    expect(await ended(server, taken.body.Id)).toMatchObject({
      parameters: { n: 1 },
      tags: { 'undeclared.m': '1' },
      warnings: [expect.stringContaining('`m`')],
    })
    const own = '/api/v1/workspaces/default/pipelines/numbers/jobs'
    const refused = await server.call<{ detail: string }>('POST', own, { body: { set: { m: 1 } } })
    expect(refused.status).toBe(400)
    expect(refused.body.detail).toContain('m')
    await server.call('PATCH', '/api/v1/workspaces/default/pipelines/numbers', { body: { enabled: false } })
    expect((await server.call<{ code: string }>('POST', path, { body: {} })).body.code).toBe('pipeline_disabled')
  })
})

test('a stop in the middle sends running steps back; the next start ends the job', async () => {
  let own = await startServer({ keepHome: true })
  const { body } = await submit(
    own,
    `type: pipeline\njobs:\n  a: { type: command, command: "sleep 1.5; echo done" }\n  b: { type: command, command: "echo b", needs: [a] }\n`,
  )
  await new Promise((resolve) => setTimeout(resolve, 700))
  await own.stop()
  own = await startServer({ home: own.home })
  expect(statesOf(await ended(own, body.id))).toEqual({ a: 'succeeded', b: 'succeeded' })
  await own.stop()
})
