import { existsSync, readFileSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { RoutingTable } from '@modelyard/contract'
import {
  installationFolder,
  isProcessAlive,
  environmentForScripts,
  signalProcess,
  socketPath,
  startProcess,
  systemClock,
  type ContentStore,
  type Logger,
  type TreeEntry,
} from '@modelyard/platform'
import type { DeployTarget, ServedDeployment, TelemetryBatch } from '../../../endpoints/index.ts'

const answerWithinMs = 5000
const readyWithinMs = 10_000
const stopWithinMs = 6000

interface GatewayDocument {
  readonly pid: number
  readonly startTime: string | null
  readonly host: string
  readonly port: number
}

export interface ProcessTargetOptions {
  readonly home: string
  readonly host: string
  readonly port: () => number
  readonly content: ContentStore
  readonly logger: Logger
  readTree(digest: string): Promise<readonly TreeEntry[] | undefined>
}

/** The gateway of a home, when it lives; it may have outlived its server. */
export function findGateway(home: string): GatewayDocument | undefined {
  try {
    const found = JSON.parse(readFileSync(join(home, 'gateway', 'gateway.json'), 'utf8')) as GatewayDocument
    return isProcessAlive(found.pid, found.startTime) ? found : undefined
  } catch {
    return undefined
  }
}

/** Deployments as processes of a gateway on this machine. The gateway is detached: it serves on while the server is away, and is found again by its document. */
export function createProcessTarget(options: ProcessTargetOptions): DeployTarget {
  const folder = join(options.home, 'gateway')
  const socket = socketPath(folder, 'control.sock')
  const root = installationFolder()
  const built = join(root, 'dist', 'gateway.js')
  const program =
    import.meta.filename.endsWith('.ts') || !existsSync(built)
      ? join(root, 'packages', 'gateway', 'src', 'main.ts')
      : built
  let sent: { version: number; pid: number } | undefined

  const running = (): GatewayDocument | undefined => findGateway(options.home)

  async function start(): Promise<GatewayDocument> {
    await mkdir(join(options.home, 'logs'), { recursive: true })
    const log = await open(join(options.home, 'logs', 'gateway-process.log'), 'a', 0o600)
    try {
      const child = startProcess(
        process.execPath,
        [
          '--disable-warning=ExperimentalWarning',
          program,
          '--home',
          options.home,
          '--host',
          options.host,
          '--port',
          String(options.port()),
        ],
        { detached: true, stdio: ['ignore', log.fd, log.fd], env: environmentForScripts() },
      )
      child.on('error', () => undefined)
      child.unref()
    } finally {
      await log.close()
    }
    const deadline = systemClock.monotonic() + readyWithinMs
    while (systemClock.monotonic() < deadline) {
      const found = running()
      if (found !== undefined) return found
      await systemClock.sleep(20)
    }
    throw new Error('the gateway did not start; logs/gateway-process.log says why')
  }

  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
    const sending = request({
      socketPath: socket,
      method,
      path,
      timeout: answerWithinMs,
      headers: payload === undefined ? {} : { 'content-length': payload.length },
    })
    sending.once('error', reject)
    sending.once('timeout', () => sending.destroy(new Error('the gateway did not answer')))
    sending.once('response', (answer) => {
      text(answer).then((content) => {
        if ((answer.statusCode ?? 500) < 300) resolve(JSON.parse(content))
        else reject(new Error(`the gateway answered ${answer.statusCode}: ${content.slice(0, 500)}`))
      }, reject)
    })
    sending.end(payload)
    return promise
  }

  async function materialize(tree: string): Promise<string> {
    const target = join(options.home, 'deployments', tree)
    if (existsSync(target)) return target
    const entries = await options.readTree(tree)
    if (entries === undefined) throw new Error(`the files under ${tree} are gone`)
    const temporary = `${target}.${process.pid}.new`
    await rm(temporary, { recursive: true, force: true })
    for (const entry of entries) {
      const path = join(temporary, entry.path)
      await mkdir(dirname(path), { recursive: true })
      await options.content.materialize(entry.digest, path, {
        writable: false,
        executable: entry.mode === 'executable',
      })
    }
    // Complete or not there at all; who came second finds the first one's.
    await rename(temporary, target).catch(async (error: unknown) => {
      await rm(temporary, { recursive: true, force: true })
      if (!existsSync(target)) throw error
    })
    return target
  }

  return {
    materialize,
    async ensure(table) {
      const found = running()
      if (found !== undefined && found.port !== options.port()) await end(found)
      const gateway = found !== undefined && found.port === options.port() ? found : await start()
      if (sent?.version === table.version && sent.pid === gateway.pid) return
      await call('PUT', '/routing', table satisfies RoutingTable)
      sent = { version: table.version, pid: gateway.pid }
    },
    async status() {
      if (running() === undefined) return undefined
      const { deployments } = (await call('GET', '/status')) as { deployments: ServedDeployment[] }
      return deployments
    },
    async series(workspace, endpoint, sinceMs) {
      if (running() === undefined) return undefined
      return call(
        'GET',
        `/series?workspace=${encodeURIComponent(workspace)}&endpoint=${encodeURIComponent(endpoint)}&since=${Math.floor(sinceMs)}`,
      )
    },
    async telemetry(since, all = false) {
      if (running() === undefined) return undefined
      return (await call('GET', `/telemetry?since=${encodeURIComponent(since)}&all=${all ? 1 : 0}`)) as TelemetryBatch
    },
    async rotate(workspace, endpoint) {
      // What a gateway that is gone left open is closed by the next one when it starts.
      if (running() === undefined) return
      await call('POST', `/rotate?workspace=${encodeURIComponent(workspace)}&endpoint=${encodeURIComponent(endpoint)}`)
    },
    async stop() {
      const found = running()
      if (found !== undefined) await end(found)
    },
  }

  async function end(found: GatewayDocument): Promise<void> {
    signalProcess(found.pid, 'SIGTERM')
    const deadline = systemClock.monotonic() + stopWithinMs
    while (isProcessAlive(found.pid, found.startTime) && systemClock.monotonic() < deadline) await systemClock.sleep(25)
    signalProcess(found.pid, 'SIGKILL')
  }
}
