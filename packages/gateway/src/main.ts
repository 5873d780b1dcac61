import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { RoutingTable } from '@modelyard/contract'
import {
  createIds,
  createLogger,
  processStartTime,
  socketPath,
  systemClock,
  systemRandomness,
  writeFileDurably,
} from '@modelyard/platform'
import { Collections } from './collection/index.ts'
import { listenForControl } from './control.ts'
import { EndpointRuntime } from './endpoint.ts'
import { createPredictionServer } from './prediction-server.ts'
import { TelemetryLog } from './telemetry.ts'
import { listenForWorkers } from './worker-sockets.ts'

const expireEveryMs = 10
const stopWithinMs = 5000
const sampleEveryMs = 1000
/** Memory costs more to read than time. */
const memoryEvery = 10
/** A disk that hangs does not keep predictions waiting. */
const recoverWithinMs = 1000

const { values } = parseArgs({
  options: { home: { type: 'string' }, host: { type: 'string', default: '127.0.0.1' }, port: { type: 'string' } },
})
if (values.home === undefined || values.port === undefined) {
  process.stderr.write('usage: gateway --home DIR --port N [--host H]\n')
  process.exit(2)
}

const folder = join(values.home, 'gateway')
mkdirSync(folder, { recursive: true, mode: 0o700 })
const logger = createLogger({ name: 'gateway', file: join(values.home, 'logs', 'gateway.log') })
const endpoints = new Map<string, EndpointRuntime>()
const secret = Buffer.from(systemRandomness.bytes(24)).toString('hex')
const address = { socket: socketPath(folder, `workers-${process.pid}.sock`), secret }
const collections = new Collections(values.home)
const telemetry = new TelemetryLog(`${process.pid}-${systemClock.now()}`)
let table: RoutingTable = readTable() ?? { version: 0, maxBodyBytes: 16 * 2 ** 20, endpoints: [] }

function readTable(): RoutingTable | undefined {
  try {
    return RoutingTable.parse(JSON.parse(readFileSync(join(folder, 'routing.json'), 'utf8')))
  } catch {
    return undefined
  }
}

/** Follows the table in memory: endpoints come, change and go. */
function follow(next: RoutingTable): void {
  table = next
  const keys = new Set(next.endpoints.map((endpoint) => `${endpoint.workspace}/${endpoint.name}`))
  for (const [key, runtime] of endpoints) {
    if (keys.has(key)) continue
    endpoints.delete(key)
    void runtime.remove()
  }
  for (const endpoint of next.endpoints) {
    const key = `${endpoint.workspace}/${endpoint.name}`
    const known = endpoints.get(key)
    if (known === undefined) endpoints.set(key, new EndpointRuntime(endpoint, { address, collections, telemetry }))
    else known.apply(endpoint)
  }
}

const workers = await listenForWorkers(address.socket, (hello, socket, rest) => {
  const runtime =
    hello.secret === secret
      ? [...endpoints.values()]
          .flatMap((endpoint) => [...endpoint.runtimes()])
          .find((candidate) => candidate.key === hello.deployment)
      : undefined
  if (runtime === undefined) socket.destroy()
  else runtime.adopt(hello, socket, rest)
})

const predictions = createPredictionServer(
  {
    get maxBodyBytes() {
      return table.maxBodyBytes
    },
    find: (workspace, endpoint) => endpoints.get(`${workspace}/${endpoint}`),
  },
  createIds(systemClock, systemRandomness),
)
predictions.listen(Number(values.port), values.host)
predictions.once('error', (error) => {
  logger.error({ err: error }, 'the gateway cannot listen')
  process.exit(1)
})
await Promise.race([collections.recover(), systemClock.sleep(recoverWithinMs)])
follow(table)
systemClock.every(expireEveryMs, () => {
  const now = systemClock.monotonic()
  for (const endpoint of endpoints.values()) for (const runtime of endpoint.runtimes()) runtime.expire(now)
})
let samples = 0
systemClock.every(sampleEveryMs, () => {
  const withMemory = ++samples % memoryEvery === 0
  for (const endpoint of endpoints.values()) endpoint.sample(systemClock.now(), systemClock.monotonic(), withMemory)
})

const control = await listenForControl(socketPath(folder, 'control.sock'), {
  async apply(next) {
    // An older table that comes late changes nothing.
    if (next.version < table.version) return
    await writeFileDurably(join(folder, 'routing.json'), JSON.stringify(next))
    follow(next)
  },
  status: () => ({
    pid: process.pid,
    version: table.version,
    deployments: [...endpoints.values()].flatMap((endpoint) => endpoint.status(systemClock.now())),
  }),
  series: (workspace, endpoint, since) => endpoints.get(`${workspace}/${endpoint}`)?.series(since) ?? [],
  telemetry(since, all) {
    if (all) for (const endpoint of endpoints.values()) endpoint.sealAll(systemClock.now())
    return telemetry.since(since)
  },
  rotate: (workspace, endpoint) => collections.rotate(workspace, endpoint),
  stop: () => void stop(),
})

let stopping = false
async function stop(): Promise<void> {
  if (stopping) process.exit(1)
  stopping = true
  systemClock.after(stopWithinMs, () => process.exit(1))
  predictions.close()
  await Promise.all([...endpoints.values()].map((endpoint) => endpoint.stop()))
  await collections.stop()
  control.close()
  workers.close()
  rmSync(address.socket, { force: true })
  rmSync(join(folder, 'gateway.json'), { force: true })
  process.exit(0)
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop())
await writeFileDurably(
  join(folder, 'gateway.json'),
  JSON.stringify({
    pid: process.pid,
    startTime: processStartTime(process.pid) ?? null,
    host: values.host,
    port: Number(values.port),
  }),
)
