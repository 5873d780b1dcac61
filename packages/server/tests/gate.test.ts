import type { GateEvidence, Job, Model } from '@modelyard/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run, statesOf, type Files } from './client.ts'
import { startServer, type TestServer } from './start-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

/** Rows on which the challenger's error is `error` and the champion's 1, with a little noise that the comparison must see through. */
const rowsScript = `import csv, pathlib, random, sys
error, count = float(sys.argv[1]), int(sys.argv[2])
random.seed(1)
out = pathlib.Path(sys.argv[3])
(pathlib.Path(sys.argv[4]) / "model.txt").write_text(sys.argv[1])
with (out / "rows.csv").open("w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["request_id", "label", "champion", "challenger"])
    for row in range(count):
        label = random.random() * 10
        table.writerow([row, label, label + 1 + random.gauss(0, 0.1), label + error + random.gauss(0, 0.1)])
`
const code: Files = { 'rows.py': rowsScript }
const pipeline = (model: string, error: number, more = '', count = 300): string => `type: pipeline
jobs:
  judge:
    type: command
    code: ./src
    command: python rows.py ${error} ${count} \${{outputs.rows}} \${{outputs.model}}
    outputs: { rows: { type: uri_folder }, model: { type: custom_model } }
  gate:
    type: gate
    model: ${model}
    challenger: \${{parent.jobs.judge.outputs.model}}
    rows: \${{parent.jobs.judge.outputs.rows}}
    metric: mae
    goal: minimize
${more}  after: { type: command, command: "echo after", needs: [gate] }
`
const evidenceOf = (job: Job): GateEvidence => {
  const evidence = job.steps.find((step) => step.name === 'gate')?.evidence
  if (evidence === null || evidence === undefined)
    throw new Error(`no evidence: ${JSON.stringify(job.steps.map((step) => step.error))}`)
  return evidence
}
const modelOf = async (name: string): Promise<Model> =>
  (await server.call<Model>('GET', `/api/v1/workspaces/default/models/${name}`)).body

test('the first challenger becomes champion; a better one becomes candidate; promote makes it champion at once', async () => {
  const first = await run(server, pipeline('m', 1), { './src': code })
  expect(evidenceOf(first)).toMatchObject({ decision: 'first', champion: null, challenger: { version: '1' } })
  expect((await modelOf('m')).aliases).toEqual({ champion: '1' })

  const better = await run(server, pipeline('m', 0.5), { './src': code })
  const evidence = evidenceOf(better)
  expect(evidence).toMatchObject({
    decision: 'passed',
    rows: 300,
    champion: { version: '1' },
    challenger: { version: '2' },
  })
  expect(evidence.interval?.[1]).toBeLessThan(0)
  expect((await modelOf('m')).aliases).toEqual({ champion: '1', candidate: '2' })
  expect((await modelOf('m')).versions?.[0]).toMatchObject({
    version: '2',
    evidence: { decision: 'passed' },
    lineage: { jobId: better.id, step: 'judge' },
  })

  await run(server, pipeline('m', 0.25, '    promote: true\n'), { './src': code })
  expect((await modelOf('m')).aliases).toEqual({ champion: '3', candidate: '3' })
})

test('a worse one is refused: nothing is registered, what depends on the gate is skipped, the job has not failed', async () => {
  await run(server, pipeline('w', 1), { './src': code })
  const job = await run(server, pipeline('w', 1.5), { './src': code })
  expect(job.status).toBe('succeeded')
  expect(statesOf(job)).toEqual({ judge: 'succeeded', gate: 'succeeded', after: 'skipped' })
  expect(evidenceOf(job)).toMatchObject({ decision: 'refused', challenger: { version: null } })
  expect((await modelOf('w')).latestVersion).toBe('1')
})

test('too few rows decide nothing', async () => {
  await run(server, pipeline('f', 1), { './src': code })
  expect(evidenceOf(await run(server, pipeline('f', 0.1, '', 20), { './src': code }))).toMatchObject({
    decision: 'insufficient',
    rows: 20,
  })
})

test('a gate is reused until the champion changes', async () => {
  await run(server, pipeline('r', 1), { './src': code })
  await run(server, pipeline('r', 0.5), { './src': code })
  expect(statesOf(await run(server, pipeline('r', 0.5), { './src': code }))['gate']).toBe('reused')
  await server.call('PUT', '/api/v1/workspaces/default/models/r/aliases/champion', { body: { version: '2' } })
  expect(statesOf(await run(server, pipeline('r', 0.5), { './src': code }))['gate']).toBe('succeeded')
})

test('rows that cannot be judged fail the step with their place', async () => {
  const broken = rowsScript.replace('"challenger"]', '"chalenger"]')
  const job = await run(server, pipeline('b', 1), { './src': { 'rows.py': broken } })
  expect(job.steps.find((step) => step.name === 'gate')).toMatchObject({
    status: 'failed',
    error: { code: 'gate_rows_invalid', message: expect.stringContaining("'challenger'") as string },
  })
})

test('without rows a logged metric is compared, and the evidence says that there is no interval', async () => {
  const text = (value: number): string => `type: pipeline
jobs:
  train:
    type: command
    code: ./src
    command: python log.py ${value} \${{outputs.model}}
    outputs: { model: { type: custom_model } }
  gate: { type: gate, model: logged, challenger: "\${{parent.jobs.train.outputs.model}}", metric: acc, goal: maximize }
`
  const log: Files = {
    'log.py':
      'import json, os, sys, urllib.request, pathlib\nurl = f"{os.environ[\'MODELYARD_URL\']}/api/v1/workspaces/{os.environ[\'MODELYARD_WORKSPACE\']}/runs/{os.environ[\'MLFLOW_RUN_ID\']}/log"\nbody = json.dumps({"metrics": [{"name": "acc", "value": float(sys.argv[1])}]}).encode()\nurllib.request.urlopen(urllib.request.Request(url, body, {"authorization": "Bearer " + os.environ["MODELYARD_TOKEN"], "content-type": "application/json"}))\npathlib.Path(sys.argv[2], "m.txt").write_text(sys.argv[1])\n',
  }
  expect(evidenceOf(await run(server, text(0.7), { './src': log })).decision).toBe('first')
  expect(evidenceOf(await run(server, text(0.8), { './src': log }))).toMatchObject({
    decision: 'passed',
    interval: null,
    rows: null,
  })
})
