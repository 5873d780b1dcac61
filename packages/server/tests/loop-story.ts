import type { Alert, Deployment, Endpoint, Job, Loop, Model, StreamedEvent } from '@modelyard/contract'
import { appendEvent } from '../src/platform/index.ts'
import { ended, upload, type Files } from './client.ts'
import type { TestServer } from './start-server.ts'

const ws = '/api/v1/workspaces/default'

/** A model whose error is what its pipeline was told, and rows that show it beside a champion whose error is 1. */
const training = (seconds: number): Files => ({
  'train.py': `import csv, pathlib, random, sys, time
time.sleep(${seconds})
error, model, rows = float(sys.argv[1]), pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
(model / "error.txt").write_text(str(error))
random.seed(7)
with (rows / "rows.csv").open("w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["label", "champion", "challenger"])
    for row in range(200):
        label = random.random() * 10
        table.writerow([label, label + 1 + random.gauss(0, 0.1), label + error + random.gauss(0, 0.1)])
`,
})
const scoring: Files = {
  'score.py': `import json, os, pathlib

def init():
    global error
    error = float((pathlib.Path(os.environ["AZUREML_MODEL_DIR"]) / "error.txt").read_text())
    if error == 0.25:
        raise RuntimeError("this version cannot be loaded")

def run(data):
    return [error for _ in json.loads(data)["data"]]
`,
}
const pipeline = (model: string): string => `type: pipeline
inputs: { error: 1.0 }
jobs:
  train:
    type: command
    code: ./src
    command: python train.py \${{inputs.error}} \${{outputs.model}} \${{outputs.rows}}
    inputs: { error: "\${{parent.inputs.error}}" }
    outputs: { model: { type: custom_model }, rows: { type: uri_folder } }
  gate:
    type: gate
    model: ${model}
    challenger: \${{parent.jobs.train.outputs.model}}
    rows: \${{parent.jobs.train.outputs.rows}}
    metric: mae
    goal: minimize
`

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Asks until the answer is as wanted; a minute is more than anything here takes. */
export async function until<Value>(ask: () => Promise<Value>, wanted: (value: Value) => boolean): Promise<Value> {
  for (let look = 0; ; look++) {
    const value = await ask()
    if (wanted(value)) return value
    if (look > 2400) throw new Error(`did not come: ${JSON.stringify(value).slice(0, 3000)}`)
    await pause(25)
  }
}

/** Who can be asked: a server of the test's own process, or another one. */
type Asked = Pick<TestServer, 'call'>

/** A call that must succeed. */
export async function must<Answer>(server: Asked, method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await server.call<Answer & { detail?: string }>(method, path, body === undefined ? {} : { body })
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${answer.body.detail ?? ''}`)
  return answer.body
}

/** A published pipeline whose first model is the champion and serves an endpoint of the same name. */
export async function serveFirst(server: TestServer, name: string, trainSeconds = 0): Promise<Endpoint> {
  const source = { name: 'pipeline.yml', text: pipeline(name) }
  const code = { './src': await upload(server, 'default', training(trainSeconds)) }
  await must(server, 'POST', `${ws}/pipelines`, { name, submission: { source, code } })
  const job = await must<Job>(server, 'POST', `${ws}/pipelines/${name}/jobs`, { set: { error: 1 } })
  const first = await ended(server, job.id)
  if (first.status !== 'succeeded') throw new Error(JSON.stringify(first.steps.map((step) => step.error)))
  const endpoint = await must<Endpoint>(server, 'POST', `${ws}/endpoints`, {
    source: { name: 'e.yml', text: `name: ${name}\n` },
  })
  const text = `name: blue\nmodel: ${name}:1\ncode_configuration: { code: ./code, scoring_script: score.py }\n`
  await must(server, 'POST', `${ws}/endpoints/${name}/deployments`, {
    source: { name: 'd.yml', text },
    code: { './code': await upload(server, 'default', scoring) },
  })
  await until(
    () => must<Deployment>(server, 'GET', `${ws}/endpoints/${name}/deployments/blue`),
    (deployment) => deployment.state === 'ready',
  )
  return endpoint
}

export const createTrigger = (server: TestServer, text: string) =>
  server.call('POST', `${ws}/triggers`, { body: { source: { name: 'trigger.yml', text } } })

/** What a monitor tells when an alert changes. */
export async function tellAlert(
  server: TestServer,
  name: 'alert.firing' | 'alert.acknowledged' | 'alert.resolved',
  data: Partial<Alert> & { alertId: string; monitor: string; emails?: string[]; webhooks?: string[] },
): Promise<void> {
  const { platform } = server.server
  await platform.store.write((tx) =>
    appendEvent(tx, {
      name,
      subject: data.alertId,
      workspace: 'default',
      actor: 'system',
      at: platform.clock.now(),
      data: {
        endpoint: data.monitor,
        signal: 'inputs',
        type: 'data_drift',
        features: ['price', 'day'],
        since: '2026-01-05T00:00:00.000Z',
        trigger: null,
        summary: 'price and day drifted',
        emails: [],
        webhooks: [],
        ...data,
      },
    }),
  )
}

export const loopsOf = async (server: Asked, trigger: string): Promise<Loop[]> =>
  (await must<{ items: Loop[] }>(server, 'GET', `${ws}/loops?trigger=${trigger}`)).items

/** A monitor's alert about the quality of its data, as monitors keep and tell it. */
export async function tellQuality(
  server: TestServer,
  status: 'firing' | 'resolved',
  alert: { id: string; monitor: string; statistic: string; summary: string; trigger?: string },
): Promise<void> {
  const { platform } = server.server
  const { id, monitor, statistic, summary, trigger = null } = alert
  const at = platform.clock.now()
  const type = 'data_quality'
  const since = Date.UTC(2026, 0, 5)
  const evidence = [{ feature: 'price', statistic, value: 0.5, threshold: 0.01, pValue: null, importance: null }]
  const row = { workspace: 'default', id, monitor, endpoint: monitor, signal: 'quality', type, status, summary }
  const span = { since, until: since + 86_400_000, windows: 1, created_at: at, updated_at: at, resolved_at: null }
  const rest = { trigger_name: trigger, acknowledged_by: null, note: null, cost: null, features: '["price"]' }
  await platform.store.write(async (tx) => {
    await tx.deleteFrom('alert').where('id', '=', id).execute()
    await tx
      .insertInto('alert')
      .values({ ...row, ...span, ...rest, evidence: JSON.stringify(evidence) })
      .execute()
  })
  await tellAlert(server, `alert.${status}`, { alertId: id, monitor, type, summary, trigger, features: ['price'] })
}

/** The newest loop of a trigger once it has ended. */
export const endOf = async (server: Asked, trigger: string): Promise<Loop> => {
  const loops = await until(
    () => loopsOf(server, trigger),
    ([loop]) => loop !== undefined && loop.endedAt !== null,
  )
  const [loop] = loops
  if (loop === undefined) throw new Error('no loop')
  return loop
}

export const championOf = async (server: Asked, model: string): Promise<string | undefined> =>
  (await must<Model>(server, 'GET', `${ws}/models/${model}`)).aliases['champion']

/** Events of a name, read from the outbox. */
export async function eventsOf(server: TestServer, name: string): Promise<StreamedEvent[]> {
  const answer = await must<{ items: { action: string; subject: string; after: Record<string, unknown> }[] }>(
    server,
    'GET',
    `${ws}/activity?action=${name}`,
  )
  return answer.items.map((item) => ({ name: item.action, subject: item.subject, data: item.after })) as StreamedEvent[]
}
