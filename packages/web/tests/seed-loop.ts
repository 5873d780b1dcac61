import { createHash } from 'node:crypto'
import type { ServerUnderTest } from './server.ts'

const base = '/api/v1/workspaces/walk'
const dayMs = 86_400_000
const features = ['clark', 'polk', 'clinton', 'temp', 'wind']
const days = 8
const changesOn = 5

const train = `import csv, pathlib, random, sys
error, model, rows = float(sys.argv[1]), pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
(model / "error.txt").write_text(str(error))
random.seed(7)
with (rows / "rows.csv").open("w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["label", "champion", "challenger"])
    for row in range(200):
        label = random.gauss(0, 1)
        table.writerow([label, label + 1 + random.gauss(0, 0.1), label + error + random.gauss(0, 0.1)])
`
const score = `import json, os, pathlib

def init():
    global error
    error = float((pathlib.Path(os.environ["AZUREML_MODEL_DIR"]) / "error.txt").read_text())

def run(data):
    rows = json.loads(data)["data"]
    print("rows", len(rows))
    return [to_number(row["clark"]) + error for row in rows]

def to_number(text):
    return float(text)
`
const pipeline = `type: pipeline
inputs: { error: 1.0 }
settings: { default_compute: local }
jobs:
  train:
    type: command
    code: ./src
    command: python train.py \${{inputs.error}} \${{outputs.model}} \${{outputs.rows}}
    inputs: { error: "\${{parent.inputs.error}}" }
    outputs: { model: { type: custom_model }, rows: { type: uri_folder } }
  gate:
    type: gate
    model: rides
    challenger: \${{parent.jobs.train.outputs.model}}
    rows: \${{parent.jobs.train.outputs.rows}}
    metric: mae
    goal: minimize
`
const trigger = `name: retrain
pipeline: rides
set: { error: 0.5 }
cool_down: 24h
budget: { per_day: 2 }
min_new_labels: 100
rollout: { endpoint: rides, steps: [10, 100], bake: 0s, min_requests: 0, approval: manual }
`
const monitor = `name: rides-watch
endpoint: rides
window: { size: 1d }
reference: { data: rides-train, label: rides }
schedule: off
alert: { trigger: retrain }
signals:
  inputs: { type: data_drift }
  answers: { type: prediction_drift }
  quality: { type: data_quality }
  accuracy: { type: model_performance, metrics: [mae], label: rides }
  service: { type: service, rules: ["p95_ms > 2000 for 5m"] }
`

/** A model that serves, drifts, is retrained by its alert, and waits for approval; answers the addresses that show it. */
export async function seedLoop(server: ServerUnderTest): Promise<Readonly<Record<string, string>>> {
  await publish(server)
  const endpoint = await serve(server)
  await server.call('POST', `${base}/triggers`, { source: { name: 'trigger.yml', text: trigger } })
  await server.call('POST', `${base}/webhooks`, { name: 'ops', url: 'http://127.0.0.1:9/', events: ['alert.firing'] })
  await server.call('POST', `${base}/monitors`, { source: { name: 'monitor.yml', text: monitor } })
  await until(server, `${base}/endpoints/rides/deployments/blue`, (one: Deployment) => one.collection?.enabled === true)
  await predict(server, endpoint)
  const failed = await send(endpoint, Date.now(), 'walk-broken', [{ clark: 'n/a' }])
  if (failed.ok) throw new Error('a broken row was answered')
  await server.call('POST', `${base}/monitors/rides-watch/run`)
  const loops = await until(
    server,
    `${base}/loops`,
    ({ items }: { items: Loop[] }) => items[0]?.status !== 'running' && items.length > 0,
  )
  const [loop] = loops.items
  if (loop?.status !== 'waiting') throw new Error(`the loop does not wait: ${JSON.stringify(loop)}`)
  const alerts = await server.call<{ items: { id: string }[] }>('GET', `${base}/alerts`)
  const page = '/w/walk'
  const cell = new URLSearchParams({
    signal: 'inputs',
    feature: 'polk',
    window: new Date(today() - dayMs).toISOString(),
  })
  return {
    monitors: `${page}/monitors`,
    monitor: `${page}/monitors/rides-watch`,
    'monitor-cell': `${page}/monitors/rides-watch?${cell.toString()}`,
    'monitor-gate': `${page}/monitors/rides-watch?loop=${loop.id}&stage=gate`,
    'monitor-rows': `${page}/monitors/rides-watch?tab=rows`,
    'monitor-settings': `${page}/monitors/rides-watch?tab=settings`,
    alerts: `${page}/alerts?alert=${alerts.items[0]?.id ?? ''}`,
    triggers: `${page}/triggers`,
    trigger: `${page}/triggers/retrain`,
    loops: `${page}/loops`,
    loop: `${page}/loops/${loop.id}`,
    webhooks: `${page}/webhooks`,
    webhook: `${page}/webhooks/ops`,
    'endpoint-rollout': `${page}/endpoints/rides`,
    'endpoint-request': `${page}/endpoints/rides?request=walk-broken&minutes=10080`,
    'model-of-loop': `${page}/models/rides/2`,
    'empty-monitors': '/w/default/monitors',
    'empty-triggers': '/w/default/triggers',
  }
}

interface Deployment {
  readonly state: string
  readonly collection: { readonly enabled: boolean } | null
}
interface Loop {
  readonly id: string
  readonly status: string
}
interface Endpoint {
  readonly scoringUri: string
  readonly keys?: { readonly primary: string }
}
type Row = Record<string, number | string>

const today = (): number => Math.floor(Date.now() / dayMs) * dayMs

async function publish(server: ServerUnderTest): Promise<void> {
  const code = { './src': await upload(server, { 'train.py': train }) }
  await server.call('POST', `${base}/pipelines`, {
    name: 'rides',
    submission: { source: { name: 'pipeline.yml', text: pipeline }, code },
  })
  const job = await server.call<{ id: string }>('POST', `${base}/pipelines/rides/jobs`, { set: { error: 1 } })
  const ended = await until(
    server,
    `${base}/jobs/${job.id}`,
    ({ status }: { status: string }) => status !== 'queued' && status !== 'running',
  )
  if (ended.status !== 'succeeded') throw new Error(`the first training ${ended.status}`)
}

async function serve(server: ServerUnderTest): Promise<Endpoint> {
  await server.call('POST', `${base}/endpoints`, { source: { name: 'endpoint.yml', text: 'name: rides\n' } })
  await server.call('POST', `${base}/endpoints/rides/deployments`, {
    source: {
      name: 'deployment.yml',
      text: 'name: blue\nmodel: rides:1\ncode_configuration: { code: ./code, scoring_script: score.py }\n',
    },
    code: { './code': await upload(server, { 'score.py': score }) },
  })
  await until(server, `${base}/endpoints/rides/deployments/blue`, ({ state }: Deployment) => state === 'ready')
  const random = chance(7)
  const lines = [[...features, 'event_time', 'rides'].join(',')]
  for (let day = 60; day > 0; day -= 1)
    for (let index = 0; index < 50; index += 1) {
      const row = rowOf(random)
      const at = new Date(today() - (days + day) * dayMs + index * 60_000).toISOString()
      lines.push([...features.map((name) => row[name]), at, Number(row['clark']) + normal(random)].join(','))
    }
  const digest = await upload(server, { 'train.csv': lines.join('\n') })
  await server.call('POST', `${base}/data`, { name: 'rides-train', digest, type: 'uri_file' })
  return server.call<Endpoint>('GET', `${base}/endpoints/rides`)
}

/** Some days of requests, the last ones drifted, and what really happened on them. */
async function predict(server: ServerUnderTest, endpoint: Endpoint): Promise<void> {
  const random = chance(1)
  const labels: string[] = []
  for (let day = 0; day < days; day += 1)
    for (let request = 0; request < 8; request += 1) {
      const drifted = day >= changesOn
      const data = Array.from({ length: 20 }, () => {
        const row = rowOf(random)
        return drifted ? { ...row, polk: Number(row['polk']) + 1.5 } : row
      })
      const id = `walk-${day}-${request}`
      const at = today() - (days - day) * dayMs + request * 3_600_000
      const answer = await send(endpoint, at, id, data)
      if (!answer.ok) throw new Error(await answer.text())
      const error = drifted ? 2 : 0
      for (const [index, row] of data.entries())
        labels.push(
          JSON.stringify({
            request_id: id,
            row_index: index,
            rides: Number(row['clark']) - error + normal(random) / 4,
          }),
        )
    }
  await server.call('POST', `${base}/endpoints/rides/labels?format=jsonl`, new TextEncoder().encode(labels.join('\n')))
}

function send(endpoint: Endpoint, at: number, id: string, data: readonly Row[]): Promise<Response> {
  return fetch(endpoint.scoringUri, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${endpoint.keys?.primary ?? ''}`,
      'content-type': 'application/json',
      'modelyard-event-time': new Date(at).toISOString(),
      'x-request-id': id,
    },
    body: JSON.stringify({ data }),
  })
}

async function upload(server: ServerUnderTest, files: Readonly<Record<string, string>>): Promise<string> {
  const entries: { path: string; digest: string; sizeBytes: number }[] = []
  for (const [path, text] of Object.entries(files)) {
    const bytes = new TextEncoder().encode(text)
    const digest = createHash('sha256').update(bytes).digest('hex')
    await server.call('PUT', `${base}/blobs/${digest}`, bytes)
    entries.push({ path, digest, sizeBytes: bytes.byteLength })
  }
  return (await server.call<{ digest: string }>('POST', `${base}/trees`, { entries })).digest
}

async function until<Answer>(
  server: ServerUnderTest,
  path: string,
  holds: (answer: Answer) => boolean,
): Promise<Answer> {
  for (let look = 0; ; look += 1) {
    const answer = await server.call<Answer>('GET', path)
    if (holds(answer)) return answer
    if (look > 1200) throw new Error(`${path} did not come to that: ${JSON.stringify(answer).slice(0, 2000)}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Numbers that look like chance and are the same each time. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
const rowOf = (random: () => number): Row => Object.fromEntries(features.map((name) => [name, normal(random)]))
