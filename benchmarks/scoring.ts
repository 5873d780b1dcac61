import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createClient, type Client } from '@modelyard/client'
import { uploadTree } from '@modelyard/client/node'
import { compare, publish, type Subject } from './harness.ts'
import { startOurServer } from './our-server.ts'
import { peerProgram, startPeerServer } from './peers.ts'

/**
 * Predictions of small JSON bodies, two workers each, by `wrk` with 32 connections on the same cores (Debian's package `wrk`). A scoring script as
 * it is, beside FastAPI with uvicorn and Azure's inference server; and a scikit-learn model, whose waiting requests we predict together.
 */
const seconds = 4
const { values: options } = parseArgs({
  options: { json: { type: 'string' }, rounds: { type: 'string', default: '3' } },
})
if (spawnSync('wrk', ['--version']).error !== undefined) {
  process.stderr.write('wrk is missing; install it: apt-get install wrk\n')
  process.exit(1)
}
const folder = mkdtempSync(join(tmpdir(), 'modelyard-bench-'))
const body = '{"data":[[1.0,2.0,3.0,4.0,5.0,6.0]]}'
writeSources()
const uvicorn = peerProgram('uvicorn')
const ours = await startOurServer(join(folder, 'home'))
const client = createClient({ baseUrl: ours.url, token: ours.token })
const stops: (() => Promise<void>)[] = [ours.stop]

try {
  const script = await deploy(
    client,
    'script',
    'code_configuration: { code: ./code, scoring_script: score.py }',
    './code',
  )
  const model = await deploy(client, 'model', 'model: { path: ./model }', './model')
  const fastapi = await peer(uvicorn, (port) => [
    'app:app',
    '--workers',
    '2',
    '--port',
    String(port),
    '--log-level',
    'warning',
  ])
  const azure = await peer(
    peerProgram('azmlinfsrv', { folder: '.venv-azure', requirements: 'requirements-azure.txt' }),
    (port) => ['--entry_script', 'code/score.py', '--port', String(port), '--worker_count', '2'],
  )
  const scriptReport = await compare(
    'Scoring script, unmodified run(data)',
    [load('modelyard', script), load('fastapi + uvicorn', { url: `${fastapi}/score` })],
    [
      { name: 'requests', unit: 'per s', better: 'higher', target: 1 },
      { name: 'p99', unit: 'ms', better: 'lower' },
    ],
    Number(options.rounds),
  )
  const azureReport = await compare(
    'Scoring script, beside Azure’s inference server',
    [load('modelyard', script), load('azmlinfsrv', { url: `${azure}/score` })],
    [
      { name: 'requests', unit: 'per s', better: 'higher', target: 1.5 },
      { name: 'p99', unit: 'ms', better: 'lower' },
    ],
    Number(options.rounds),
  )
  const modelReport = await compare(
    'scikit-learn model, batched',
    [load('modelyard', model), load('fastapi + uvicorn', { url: `${fastapi}/predict` })],
    [
      { name: 'requests', unit: 'per s', better: 'higher', target: 2 },
      { name: 'p99', unit: 'ms', better: 'lower' },
    ],
    Number(options.rounds),
  )
  for (const report of [scriptReport, azureReport, modelReport]) await publish(report, undefined)
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify([scriptReport, azureReport, modelReport], undefined, 2)}\n`)
} finally {
  for (const stop of stops.toReversed()) await stop()
  rmSync(folder, { recursive: true, force: true })
}

function writeSources(): void {
  mkdirSync(join(folder, 'code'))
  writeFileSync(
    join(folder, 'code', 'score.py'),
    'import json\n\n\ndef init():\n    pass\n\n\ndef run(data):\n    return [sum(row) for row in json.loads(data)["data"]]\n',
  )
  writeFileSync(
    join(folder, 'app.py'),
    `import numpy
from fastapi import FastAPI
from pydantic import BaseModel
import joblib

app = FastAPI()
model = joblib.load("model.joblib")


class Body(BaseModel):
    data: list[list[float]]


@app.post("/score")
async def score(body: Body):
    return [sum(row) for row in body.data]


@app.post("/predict")
async def predict(body: Body):
    return model.predict(numpy.array(body.data)).tolist()


@app.get("/")
async def home():
    return "ok"
`,
  )
  // The same estimator for both, each saved by a Python that can load it.
  const fit =
    'import numpy, joblib\nfrom sklearn.linear_model import LinearRegression\nX = numpy.random.default_rng(1).random((200, 6))\nm = LinearRegression().fit(X, X.sum(axis=1))\n'
  python(peerProgram('python'), `${fit}joblib.dump(m, "model.joblib")`)
  const save =
    'import mlflow, pandas\nF = pandas.DataFrame(X, columns=list("abcdef"))\nm = LinearRegression().fit(F, X.sum(axis=1))\nmlflow.sklearn.save_model(m, "model", signature=mlflow.models.infer_signature(F, m.predict(F)), serialization_format="cloudpickle", pip_requirements=["scikit-learn"])\n'
  python(join(import.meta.dirname, '..', '.venv', 'bin', 'python'), fit + save)
}

function python(file: string, code: string): void {
  const { status, stderr } = spawnSync(file, ['-c', code], { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

async function peer(file: string, argsOf: (port: number) => readonly string[]): Promise<string> {
  const server = await startPeerServer(file, argsOf, '/', folder)
  stops.push(server.stop)
  return server.url
}

async function deploy(api: Client, name: string, what: string, path: string): Promise<{ url: string; key: string }> {
  const ws = 'default'
  await api.call('createEndpoint', {
    params: { ws },
    body: { source: { name: 'endpoint.yml', text: `name: ${name}\n` } },
  })
  const text = `name: blue\n${what}\ninstance_count: 2\nrequest_settings: { max_concurrent_requests_per_instance: 256 }\n`
  const digest = await uploadTree(api, ws, join(folder, path))
  await api.call('createDeployment', {
    params: { ws, endpoint: name },
    body: { source: { name: 'deployment.yml', text }, code: { [path]: digest } },
  })
  for (;;) {
    const found = await api.call('getEndpoint', { params: { ws, endpoint: name } })
    const [deployment] = found.deployments
    if (deployment?.state === 'ready') return { url: found.scoringUri, key: found.keys?.primary ?? '' }
    if (deployment?.state === 'failed') throw new Error(JSON.stringify(deployment.error))
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function load(name: string, target: { url: string; key?: string }): Subject {
  const lua = join(folder, `${name.replaceAll(/\W/g, '')}-${Math.abs(target.url.length)}.lua`)
  const key = target.key === undefined ? '' : `wrk.headers["Authorization"] = "Bearer ${target.key}"\n`
  writeFileSync(
    lua,
    `wrk.method = "POST"\nwrk.body = '${body}'\nwrk.headers["Content-Type"] = "application/json"\n${key}`,
  )
  return {
    name,
    async measure() {
      const { stdout } = spawnSync('wrk', ['-t1', '-c32', `-d${seconds}s`, '--latency', '-s', lua, target.url], {
        encoding: 'utf8',
      })
      if (/Non-2xx/.test(stdout)) throw new Error(`${name} refused requests:\n${stdout}`)
      const p99 = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout)
      const scale = { us: 0.001, ms: 1, s: 1000 }[p99?.[2] ?? 'ms'] ?? 1
      return { requests: [Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1])], p99: [Number(p99?.[1]) * scale] }
    },
  }
}
