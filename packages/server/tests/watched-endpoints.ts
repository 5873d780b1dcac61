import type { Deployment, Endpoint, LabelReport, Monitor, MonitorWindow } from '@modelyard/contract'
import { upload } from './client.ts'
import { startServer, type TestServer } from './start-server.ts'

/** The server of the test file; {@link startWatching} starts it. */
export let server: TestServer

/** A real server with the data asset `rides-train`: what monitors compare with. */
export async function startWatching(): Promise<void> {
  server = await startServer()
  await createReference('rides-train')
}

export const ws = '/api/v1/workspaces/default'
export const dayMs = 86_400_000
export const start = Date.UTC(2026, 0, 5)
export const features = ['f0', 'f1', 'f2', 'f3', 'f4']

/** Numbers that look like chance and are the same each time. */
export function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}
export const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

export type Row = Record<string, unknown>
export function rowOf(random: () => number): Row {
  const row: Row = Object.fromEntries(features.map((name) => [name, normal(random)]))
  row['kind'] = ['bus', 'train', 'tram'][Math.floor(random() * 3)]
  return row
}

/** Sixty days as the model learned them. */
async function createReference(name: string): Promise<void> {
  const random = chance(7)
  const lines = [[...features, 'kind', 'event_time', 'rides'].join(',')]
  for (let day = 0; day < 60; day++)
    for (let index = 0; index < 50; index++) {
      const row = rowOf(random)
      const at = new Date(start - (60 - day) * dayMs + index * 60_000).toISOString()
      lines.push([...features.map((key) => row[key]), row['kind'], at, Number(row['f0']) + normal(random)].join(','))
    }
  const digest = await upload(server, 'default', { 'train.csv': lines.join('\n') })
  await server.call('POST', `${ws}/data`, { body: { name, digest, type: 'uri_file' } })
}

const score = `import json
def run(data):
    return [row.get("f0") or 0 for row in json.loads(data)["data"]]
`
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

export async function deploy(name: string, more = ''): Promise<Endpoint> {
  const source = (text: string) => ({ source: { name: 'file.yml', text } })
  const { body: endpoint } = await server.call<Endpoint>('POST', `${ws}/endpoints`, { body: source(`name: ${name}\n`) })
  const code = await upload(server, 'default', { 'score.py': score })
  await server.call('POST', `${ws}/endpoints/${name}/deployments`, {
    body: {
      ...source(`name: blue\n${more}code_configuration: { code: ./code, scoring_script: score.py }\n`),
      code: { './code': code },
    },
  })
  await until(name, (deployment) => deployment.state === 'ready')
  return endpoint
}

async function until(endpoint: string, holds: (deployment: Deployment) => boolean): Promise<void> {
  for (let look = 0; look < 800; look++) {
    const { body } = await server.call<Deployment>('GET', `${ws}/endpoints/${endpoint}/deployments/blue`)
    if (holds(body)) return
    await pause(25)
  }
  throw new Error(`${endpoint}/blue did not come to what is waited for`)
}

const signals = `signals:
  inputs: { type: data_drift }
  answers: { type: prediction_drift }
  quality: { type: data_quality }
  accuracy: { type: model_performance, metrics: [mae], label: rides }
`
export const monitorText = (name: string, endpoint: string, more = ''): string =>
  `name: ${name}\nendpoint: ${endpoint}\nwindow: { size: 1d }\nreference: { data: rides-train, label: rides }\nschedule: off\n${more}${signals}`

/** Creates a monitor and waits until the gateway collects for it. */
export async function watch(name: string, endpoint: string, text = monitorText(name, endpoint)): Promise<Monitor> {
  const { status, body } = await server.call<Monitor & { detail: string }>('POST', `${ws}/monitors`, {
    body: { source: { name: 'monitor.yml', text } },
  })
  if (status !== 201) throw new Error(body.detail)
  await until(endpoint, (deployment) => deployment.collection?.enabled === true)
  return body
}

export async function send(endpoint: Endpoint, at: number, id: string, data: readonly unknown[]): Promise<Response> {
  return fetch(endpoint.scoringUri, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${endpoint.keys?.primary ?? ''}`,
      'content-type': 'application/json',
      'modelyard-event-time': new Date(at).toISOString(),
      'x-request-id': id,
    },
    body: JSON.stringify({ data }).replaceAll('"__infinity__"', 'Infinity'),
  })
}

/** Ten requests of twenty rows on each of some days; answers what was predicted, by request. */
export async function predict(
  endpoint: Endpoint,
  days: readonly number[],
  change: (row: Row, day: number) => void = () => undefined,
  seed = 1,
): Promise<Map<string, readonly number[]>> {
  const random = chance(seed)
  const answered = new Map<string, readonly number[]>()
  for (const day of days)
    for (let request = 0; request < 10; request++) {
      const data = Array.from({ length: 20 }, () => {
        const row = rowOf(random)
        change(row, day)
        return row
      })
      const id = `s${seed}-d${day}-${request}`
      const answer = await send(endpoint, start + day * dayMs + request * 3_600_000, id, data)
      if (answer.status !== 200) throw new Error(await answer.text())
      answered.set(id, (await answer.json()) as number[])
    }
  return answered
}

export async function run(name: string, query = ''): Promise<Monitor> {
  const { status, body } = await server.call<Monitor & { detail: string }>('POST', `${ws}/monitors/${name}/run${query}`)
  if (status !== 200) throw new Error(body.detail)
  return body
}

export const addLabels = (endpoint: string, rows: readonly Row[], monitor?: string) =>
  server.call<LabelReport & { code: string; detail: string }>(
    'POST',
    `${ws}/endpoints/${endpoint}/labels?format=jsonl${monitor === undefined ? '' : `&monitor=${monitor}`}`,
    { body: rows.map((row) => `${JSON.stringify(row)}\n`).join('') },
  )
export const labelsOf = (answered: ReadonlyMap<string, readonly number[]>, error: (index: number) => number): Row[] =>
  [...answered].flatMap(([id, predictions], request) =>
    predictions.map((value, index) => ({
      request_id: id,
      row_index: index,
      rides: value + error(request * 20 + index),
    })),
  )
export const fired = (window: MonitorWindow | undefined): string[] =>
  (window?.results ?? [])
    .filter((result) => result.fired)
    .map((result) => `${result.signal}/${result.feature ?? result.statistic}`)
export const dayOf = (window: MonitorWindow): number => (Date.parse(window.start) - start) / dayMs
