import { Agent, request } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compare, publish, type Subject } from './harness.ts'
import { startOurServer } from './our-server.ts'
import { peerProgram, startPeerServer } from './peers.ts'

/**
 * Logging beside `mlflow server` with its SQLite store: the same requests, as the Python client sends them, over one kept-alive connection
 * from one process, the next when the last was answered.
 */
const singles = 400
const batches = 60
const batchLength = 100

const { values: options } = parseArgs({
  options: { json: { type: 'string' }, rounds: { type: 'string', default: '5' } },
})
const folder = await mkdtemp(join(tmpdir(), 'modelyard-bench-'))
const mlflow = peerProgram('mlflow')
const ours = await startOurServer(join(folder, 'home'))
const theirs = await startPeerServer(
  mlflow,
  (port) => [
    'server',
    '--backend-store-uri',
    `sqlite:///${join(folder, 'mlflow.db')}`,
    '--default-artifact-root',
    join(folder, 'artifacts'),
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--workers',
    '1',
  ],
  '/health',
  folder,
)
try {
  const report = await compare(
    'Logging to a run',
    [tracker('modelyard', ours.url, ours.token), tracker('mlflow server', theirs.url)],
    [
      { name: 'log_metric', unit: 'ms', better: 'lower', target: 8 },
      { name: `log_batch of ${batchLength}`, unit: 'ms', better: 'lower', target: 8 },
    ],
    Number(options.rounds),
  )
  await publish(report, options.json)
} finally {
  await Promise.all([ours.stop(), theirs.stop()])
  await rm(folder, { recursive: true, force: true })
}

function tracker(name: string, url: string, token?: string): Subject {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const post = (path: string, body: object) => send(agent, new URL(path, url), token, JSON.stringify(body))
  return {
    name,
    async measure(round) {
      const created = (await post('/api/2.0/mlflow/runs/create', { experiment_id: '0', start_time: Date.now() })) as {
        run: { info: { run_id: string } }
      }
      const { run_id } = created.run.info
      const single = await timed(singles, (index) =>
        post('/api/2.0/mlflow/runs/log-metric', {
          run_uuid: run_id,
          run_id,
          key: 'loss',
          value: 1 / (index + 1),
          timestamp: Date.now(),
          step: index,
        }),
      )
      const batch = await timed(batches, (index) =>
        post('/api/2.0/mlflow/runs/log-batch', {
          run_id,
          metrics: Array.from({ length: batchLength }, (_, each) => ({
            key: `metric_${each % 10}`,
            value: (round * each) / (index + 1),
            timestamp: Date.now(),
            step: index * 10 + Math.floor(each / 10),
          })),
        }),
      )
      return { log_metric: single, [`log_batch of ${batchLength}`]: batch }
    },
  }
}

/** Milliseconds of each call. */
async function timed(count: number, work: (index: number) => Promise<unknown>): Promise<number[]> {
  const samples: number[] = []
  for (let index = 0; index < count; index++) {
    const start = performance.now()
    await work(index)
    samples.push(performance.now() - start)
  }
  return samples
}

async function send(agent: Agent, url: URL, token: string | undefined, body: string): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  const sent = request(url, { method: 'POST', agent, headers }, (answer) => {
    let text = ''
    answer.setEncoding('utf8')
    answer.on('data', (chunk: string) => (text += chunk))
    answer.once('error', reject)
    answer.once('end', () => {
      if (answer.statusCode === 200) resolve(JSON.parse(text))
      else reject(new Error(`${url.pathname} answered ${answer.statusCode}: ${text.slice(0, 500)}`))
    })
  })
  sent.once('error', reject)
  sent.end(body)
  return await promise
}
