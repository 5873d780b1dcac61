import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { run, type Outcome } from './host.ts'

/** A wire on which the test says what comes: breaks and orders of answers that a real server shows only by chance. */
let server: Server
let url: string
let folder: string
let seen: { method: string; path: string; body: string }[]
let answer: (request: IncomingMessage, body: string, response: ServerResponse) => void

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'waiting-'))
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      seen.push({ method: request.method ?? '', path: request.url ?? '', body })
      answer(request, body, response)
    })
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', () => resolve())
  await promise
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(() => {
  seen = []
})

const at = '2026-01-01T00:00:00.000Z'
function jobWith(status: string, decision?: string): object {
  const over = status !== 'running' && status !== 'queued'
  const evidence =
    decision === undefined
      ? null
      : { step: 'gate', metric: 'mae', champion: null, challenger: { value: 1 }, decision, reason: 'r' }
  const step = {
    name: 'gate',
    status: over ? 'succeeded' : 'running',
    reused: false,
    attempts: 1,
    error: null,
    reason: '',
    startedAt: at,
    endedAt: over ? at : null,
    computeTarget: 'local',
    evidence,
  }
  const endedAt = over ? at : null
  return {
    id: 'job_1',
    name: 'n',
    experiment: 'e',
    status,
    error: null,
    createdAt: at,
    startedAt: at,
    endedAt,
    cancelRequestedAt: null,
    pipeline: null,
    parameters: {},
    warnings: [],
    url: 'u',
    steps: [step],
  }
}
const answers: readonly (readonly [ending: string, answer: object])[] = [
  ['/plan', { valid: true, code: ['./src'], parameters: {}, steps: [] }],
  ['/blobs/missing', { missing: [] }],
  ['/trees', { digest: 'd'.repeat(64) }],
]
/** Answers a submission, and then the job as it is each time it is asked for; tells of each change on the event stream. */
function play(states: readonly object[]): void {
  let asked = 0
  let listener: ServerResponse | undefined
  answer = (request, _body, response) => {
    const path = request.url ?? ''
    const fixed = answers.find(([ending]) => path.endsWith(ending))
    if (path.endsWith('/events')) {
      listener = response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.flushHeaders()
    } else if (fixed !== undefined) response.end(JSON.stringify(fixed[1]))
    else if (request.method === 'POST') response.writeHead(201).end(JSON.stringify(states[0]))
    else {
      response.end(JSON.stringify(states[Math.min(asked++, states.length - 1)]))
      if (asked < states.length) listener?.write(`id: ${asked}\ndata: {"seq":${asked},"name":"job.changed"}\n\n`)
    }
  }
}
const submit = (...words: string[]): Promise<Outcome> => {
  mkdirSync(join(folder, 'src'), { recursive: true })
  writeFileSync(join(folder, 'src', 'a.py'), 'print(1)')
  writeFileSync(join(folder, 'p.yml'), 'type: pipeline')
  return run(['job', 'create', '-f', 'p.yml', '--url', url, '--json', ...words], { folder })
}

describe('job create', () => {
  it('uploads the folders that the server names, relative to the file, and sends their digests', async () => {
    play([jobWith('queued')])
    const { code, stdout } = await submit('--set', 'depth=3', '--force')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ id: 'job_1', status: 'queued' })
    const last = JSON.parse(seen.at(-1)?.body ?? '') as unknown
    expect(last).toEqual({
      source: { name: 'p.yml', text: 'type: pipeline' },
      set: { depth: 3 },
      code: { './src': 'd'.repeat(64) },
      force: true,
    })
    expect(seen.find(({ path }) => path.endsWith('/trees'))?.body).toContain('"a.py"')
  })

  it.each([
    ['succeeded', undefined, [], 0],
    ['failed', undefined, [], 10],
    ['canceled', undefined, [], 11],
    ['succeeded', 'refused', [], 0],
    ['succeeded', 'refused', ['--require-pass'], 12],
    ['succeeded', 'passed', ['--require-pass'], 0],
    ['succeeded', 'first', ['--require-pass'], 0],
  ])(
    'with --wait prints the job that ended as %s (gate: %s, %j) and exits with %i',
    async (status, decision, more, code) => {
      play([jobWith('running'), jobWith('running'), jobWith(status, decision)])
      const outcome = await submit('--wait', ...more)
      expect(outcome.code).toBe(code)
      expect(JSON.parse(outcome.stdout)).toMatchObject({ id: 'job_1', status })
    },
  )

  it('gives up waiting with exit code 8, and says how to go on', async () => {
    play([jobWith('running')])
    const { code, stdout, stderr } = await submit('--wait', '--timeout', '0.1')
    expect(code).toBe(8)
    expect(JSON.parse(stdout)).toMatchObject({ problem: { code: 'wait_timed_out' } })
    expect(stderr).toContain('modelyard job show job_1')
  })
})

const chunk = (offset: number, text: string): string =>
  `event: log\ndata: ${JSON.stringify({ step: 'train', attempt: 1, offset, text })}\n\n`

describe('job logs --follow', () => {
  it('prints each byte once as JSON lines when the connection breaks half-way', async () => {
    let opened = 0
    answer = (request, _body, response) => {
      if (!(request.url ?? '').includes('/logs'))
        return void response.end(JSON.stringify(jobWith(opened < 2 ? 'running' : 'succeeded')))
      opened += 1
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      return void response.end(opened === 1 ? chunk(0, 'one\ntw') : chunk(0, 'one\ntwo\n') + chunk(8, 'three\n'))
    }
    const { code, stdout } = await run(['job', 'logs', 'job_1', '--follow', '--json', '--url', url], { folder })
    expect(code).toBe(0)
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { offset: number; text: string })
    expect(lines.map((line) => line.text).join('')).toBe('one\ntwo\nthree\n')
    expect(lines.map((line) => line.offset)).toEqual([0, 6, 8])
  })
})

describe('a refused file', () => {
  it('is shown with file, line, column, message, suggestion, remedy and request id', async () => {
    answer = (_request, _body, response) => {
      response.writeHead(400).end(
        JSON.stringify({
          code: 'document_invalid',
          title: 'The file is not valid',
          detail: 'p.yml has 1 mistake.',
          remedy: 'Correct the places listed in `errors`.',
          requestId: 'req_7',
          errors: [{ path: 'jobs.train.comand', line: 4, column: 5, message: 'unknown key', suggestion: 'command' }],
        }),
      )
    }
    writeFileSync(join(folder, 'p.yml'), 'type: pipeline')
    const { code, stderr } = await run(['job', 'create', '-f', 'p.yml', '--url', url], { folder })
    expect(code).toBe(2)
    for (const part of ['p.yml:4:5', 'jobs.train.comand', 'unknown key', 'command', 'Correct the places', 'req_7'])
      expect(stderr).toContain(part)
  })
})
