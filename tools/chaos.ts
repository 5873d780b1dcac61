import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createClient, type Client } from '@modelyard/client'
import { uploadTree } from '@modelyard/client/node'

/*
 * Kills the server 20 times while a pipeline runs and predictions are asked for. It must go on within two seconds, repeat no step, publish each once,
 * lose no metric that was acknowledged, and fail no prediction.
 */

const kills = 20
const root = resolve(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'modelyard-chaos-'))
const home = join(folder, 'home')
const seed = Number(process.argv[2] ?? Date.now() % 100_000)
const problems: string[] = []
let chance = seed

interface Ready {
  readonly url: string
  readonly token: string
  readonly pid: number
}

/** A number in [0, 1), the same for the same seed. */
function next(): number {
  chance = (chance * 1_103_515_245 + 12_345) % 2_147_483_648
  return chance / 2_147_483_648
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

async function start(): Promise<{ ready: Ready; process: ChildProcess; elapsedMs: number }> {
  const begun = performance.now()
  const child = spawn(
    join(root, 'bin', 'modelyard'),
    ['up', '--home', home, '--port', '0', '--gateway-port', '0', '--json'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const { promise, resolve: ready, reject } = Promise.withResolvers<Ready>()
  child.stdout.once('data', (chunk: Buffer) => ready(JSON.parse(chunk.toString()) as Ready))
  child.once('close', (code) => reject(new Error(`the server ended with ${code}`)))
  return { ready: await promise, process: child, elapsedMs: performance.now() - begun }
}

const step = `import json, os, sys, time, urllib.request
out, seconds, name = sys.argv[1], float(sys.argv[2]), sys.argv[3]
open(os.path.join(os.environ["CHAOS_LEDGER"], name), "a").write("x")
time.sleep(seconds)
os.makedirs(out, exist_ok=True)
open(os.path.join(out, "done.txt"), "w").write(name)
print("done", name)
`

function pipeline(): string {
  const names = Array.from({ length: 16 }, (_, index) => `s${index}`)
  const jobs = names.map((name, index) => {
    const before = index >= 4 ? `s${index - 4}` : undefined
    const inputs = before === undefined ? '' : `    inputs:\n      before: \${{parent.jobs.${before}.outputs.out}}\n`
    return `  ${name}:\n    type: command\n    code: ./code\n    command: python step.py \${{outputs.out}} 1.2 ${name}\n    environment_variables: { CHAOS_LEDGER: "${join(folder, 'ledger')}" }\n${inputs}    outputs: { out: { type: uri_folder } }\n`
  })
  return `type: pipeline\nsettings: { default_compute: cpu-cluster }\njobs:\n${jobs.join('')}`
}

async function deploy(client: Client): Promise<{ uri: string; key: string }> {
  const ws = 'default'
  mkdirSync(join(folder, 'serve'), { recursive: true })
  writeFileSync(
    join(folder, 'serve', 'score.py'),
    'import json\ndef init():\n    pass\ndef run(data):\n    return [sum(row) for row in json.loads(data)["data"]]\n',
  )
  await client.call('createEndpoint', { params: { ws }, body: { source: { name: 'e.yml', text: 'name: sum\n' } } })
  const code = await uploadTree(client, ws, join(folder, 'serve'))
  await client.call('createDeployment', {
    params: { ws, endpoint: 'sum' },
    body: {
      source: {
        name: 'd.yml',
        text: 'name: blue\ncode_configuration: { code: ./serve, scoring_script: score.py }\ninstance_count: 2\n',
      },
      code: { './serve': code },
    },
  })
  for (;;) {
    const found = await client.call('getEndpoint', { params: { ws, endpoint: 'sum' } })
    if (found.deployments[0]?.state === 'ready') return { uri: found.scoringUri, key: found.keys?.primary ?? '' }
    if (found.deployments[0]?.state === 'failed') throw new Error(JSON.stringify(found.deployments[0].error))
    await pause(50)
  }
}

/** Asks for predictions until told to stop; every one must be answered and right. */
function predict({ uri, key }: { uri: string; key: string }): { stop(): Promise<number> } {
  const end = new AbortController()
  let count = 0
  const loop = (async () => {
    while (!end.signal.aborted) {
      const answer = await fetch(uri, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ data: [[1, 2, count]] }),
      }).catch((error: unknown) => error as Error)
      if (answer instanceof Error) problems.push(`a prediction failed: ${answer.message}`)
      else if (answer.status !== 200 || (await answer.text()) !== `[${3 + count}]`)
        problems.push(`a prediction was answered ${answer.status}`)
      count++
      await pause(5)
    }
  })()
  return {
    async stop() {
      end.abort()
      await loop
      return count
    },
  }
}

/** Logs metrics until told to stop; what was acknowledged is kept for the comparison. */
function log(current: () => Client, runId: string): { stop(): Promise<number[]> } {
  const end = new AbortController()
  const acknowledged: number[] = []
  const loop = (async () => {
    for (let value = 0; !end.signal.aborted; value++) {
      const done = await current()
        .call('logToRun', {
          params: { ws: 'default', id: runId },
          body: { metrics: [{ name: 'beat', value, step: value }] },
        })
        .then(
          () => true,
          () => false,
        )
      if (done) acknowledged.push(value)
      await pause(done ? 3 : 20)
    }
  })()
  return {
    async stop() {
      end.abort()
      await loop
      return acknowledged
    },
  }
}

async function main(): Promise<number> {
  process.stdout.write(`seed ${seed}\n`)
  mkdirSync(join(folder, 'code'))
  mkdirSync(join(folder, 'ledger'))
  writeFileSync(join(folder, 'code', 'step.py'), step)
  let { ready, process: server } = await start()
  let client = createClient({ baseUrl: ready.url, token: ready.token })
  await client.call('createComputeTarget', {
    params: { ws: 'default' },
    body: { name: 'cpu-cluster', maxNodes: 4, idleSeconds: 5 },
  })
  const predictions = predict(await deploy(client))
  const run = await client.call('createRun', { params: { ws: 'default' }, body: { experiment: 'chaos' } })
  const metrics = log(() => client, run.id)
  const code = await uploadTree(client, 'default', join(folder, 'code'))
  let job = await client.call('createJob', {
    params: { ws: 'default' },
    body: { source: { name: 'p.yml', text: pipeline() }, code: { './code': code } },
  })
  let slowest = 0
  for (let kill = 0; kill < kills; kill++) {
    await pause(80 + next() * 350)
    server.kill('SIGKILL')
    await new Promise((done) => server.once('close', done))
    const again = await start()
    slowest = Math.max(slowest, again.elapsedMs)
    ready = again.ready
    server = again.process
    client = createClient({ baseUrl: ready.url, token: ready.token })
  }
  const deadline = Date.now() + 25_000
  while (!['succeeded', 'failed', 'canceled'].includes(job.status) && Date.now() < deadline) {
    await pause(100)
    job = await client.call('getJob', { params: { ws: 'default', id: job.id } })
  }
  await judge(client, job, {
    predicted: await predictions.stop(),
    acknowledged: await metrics.stop(),
    runId: run.id,
    slowest,
  })
  server.kill('SIGTERM')
  await new Promise((done) => server.once('close', done))
  if (problems.length === 0) rmSync(folder, { recursive: true, force: true })
  else process.stdout.write(`what is left lies in ${folder}\n`)
  return problems.length === 0 ? 0 : 1
}

interface Ended {
  readonly status: string
  readonly steps: readonly { name: string; status: string; attempts: number }[]
}

async function judge(
  client: Client,
  job: Ended,
  seen: { predicted: number; acknowledged: number[]; runId: string; slowest: number },
): Promise<void> {
  const { status, steps } = job
  if (status !== 'succeeded')
    problems.push(`the job ${status}: ${JSON.stringify(steps.map(({ name, status: state }) => [name, state]))}`)
  for (const { name, attempts } of steps) {
    const ledger = join(folder, 'ledger', name)
    const began = existsSync(ledger) ? readFileSync(ledger, 'utf8').length : 0
    if (began !== 1) problems.push(`${name} began ${began} times in ${attempts} attempts`)
  }
  const series = await client.call('getRunMetric', {
    params: { ws: 'default', id: seen.runId },
    query: { name: 'beat', buckets: 10_000 },
  })
  const kept = new Set(series[0]?.points.map((point) => point.step))
  const lost = seen.acknowledged.filter((value) => !kept.has(value))
  if (lost.length > 0)
    problems.push(`${lost.length} of ${seen.acknowledged.length} acknowledged metric points are lost`)
  if (seen.slowest > 2000) problems.push(`the slowest start took ${Math.round(seen.slowest)} ms`)
  process.stdout.write(
    `${kills} kills: job ${status}, ${steps.length} steps begun once each, ${seen.predicted} predictions, ${seen.acknowledged.length} metric points acknowledged and kept, slowest start ${Math.round(seen.slowest)} ms\n`,
  )
  for (const problem of problems.slice(0, 20)) process.stdout.write(`PROBLEM ${problem}\n`)
}

process.exit(await main())
