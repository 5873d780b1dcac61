import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request, type RequestOptions } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { crc32 } from 'node:zlib'
import type { CollectionCounts, MirrorNumbers, RoutedDeployment, RoutedEndpoint } from '@modelyard/contract'
import { decodeSegment, type SegmentRecord } from '@modelyard/contract/collection'
import { defaultPython, socketPath } from '@modelyard/platform'

const python = defaultPython() ?? 'python3'
const main = join(import.meta.dirname, '..', 'src', 'main.ts')
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

export interface Status {
  readonly deployment: string
  readonly state: string
  readonly workers: readonly { pid: number; state: string }[]
  readonly collection: CollectionCounts | null
  readonly mirror: MirrorNumbers | null
  readonly cpuCores: number | null
  readonly memoryBytes: number | null
}

export interface Answer {
  readonly status: number
  readonly body: string
  readonly deployment: string | undefined
}

/** A real gateway process on a home of its own, led by its control socket as the server does. */
export class TestGateway {
  readonly home = mkdtempSync(join(tmpdir(), 'my-gateway-'))
  port = 0
  #version = 0
  #process: ChildProcess | undefined
  #scripts = 0
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 })

  async start(): Promise<this> {
    this.port ||= await freePort()
    mkdirSync(join(this.home, 'logs'), { recursive: true })
    const child = spawn(process.execPath, [main, '--home', this.home, '--port', String(this.port)], {
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    this.#process = child
    await until('the gateway listens', async () => {
      if (child.exitCode !== null) throw new Error(`the gateway ended with ${child.exitCode}`)
      return (await this.control('GET', '/status').catch(() => undefined)) !== undefined
    })
    return this
  }

  get pid(): number {
    return this.#process?.pid ?? -1
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill(signal)
    await ended
  }

  async stop(): Promise<void> {
    await this.kill('SIGTERM')
    this.#agent.destroy()
    rmSync(this.home, { recursive: true, force: true })
  }

  /** A deployment with this scoring script. */
  deployment(name: string, script: string, more: Partial<RoutedDeployment> = {}): RoutedDeployment {
    const codeFolder = join(this.home, `code-${++this.#scripts}`)
    mkdirSync(codeFolder)
    writeFileSync(join(codeFolder, 'score.py'), script)
    return {
      name,
      revision: 1,
      weight: 100,
      instanceCount: 1,
      python,
      codeFolder,
      scoringScript: 'score.py',
      modelFolder: null,
      modelFormat: null,
      modelName: 'm',
      modelVersion: '7',
      env: {},
      requestTimeoutMs: 5000,
      maxConcurrentRequests: 64,
      maxQueue: 64,
      maxBatchRows: 1,
      logFile: join(this.home, 'logs', `${name}.log`),
      collection: { samplingRate: 1, redact: [], columns: null },
      mirrorPercent: 0,
      ...more,
    }
  }

  /** Sends the table and waits until every deployment has settled. */
  async serve(deployments: readonly RoutedDeployment[], more: Partial<RoutedEndpoint> = {}): Promise<void> {
    const endpoint: RoutedEndpoint = {
      workspace: 'default',
      name: 'e',
      authMode: 'none',
      keyHashes: [],
      stickyHeader: null,
      deployments: [...deployments],
      ...more,
    }
    const endpoints = deployments.length === 0 ? [] : [endpoint]
    await this.control('PUT', '/routing', { version: ++this.#version, maxBodyBytes: 16 * 2 ** 20, endpoints })
    await this.settled()
  }

  async settled(): Promise<void> {
    await until('the deployments are ready', async () =>
      (await this.status()).every((one) => one.state === 'ready' || one.state === 'failed'),
    )
  }

  async status(): Promise<Status[]> {
    return ((await this.control('GET', '/status')) as { deployments: Status[] }).deployments
  }

  /** The counts of a deployment once they stay as they are. */
  async counts(name: string): Promise<CollectionCounts> {
    let last = ''
    let found: CollectionCounts | null | undefined
    await until('the counts stay', async () => {
      await this.rotate()
      found = (await this.status()).find((one) => one.deployment === name)?.collection
      const text = JSON.stringify(found ?? null)
      const same = text === last && text !== 'null'
      last = text
      return same
    })
    if (found == null) throw new Error('nothing is collected')
    return found
  }

  rotate(): Promise<unknown> {
    return this.control('POST', '/rotate?workspace=default&endpoint=e')
  }

  /** Records of the deployment's closed segments. */
  records(name: string): SegmentRecord[] {
    const folder = this.segments(name)
    return readdirSync(folder)
      .filter((file) => file.endsWith('.seg'))
      .toSorted()
      .flatMap((file) => [...decodeSegment(readFileSync(join(folder, file)), (data) => crc32(data))])
  }

  segments(name: string): string {
    return join(this.home, 'collected', 'default', 'e', name, 'segments')
  }

  control(method: string, path: string, body?: unknown): Promise<unknown> {
    return send(
      { socketPath: socketPath(join(this.home, 'gateway'), 'control.sock'), method, path },
      body === undefined ? '' : JSON.stringify(body),
    ).then((answer) => JSON.parse(answer.body) as unknown)
  }

  /** A prediction; status 0 when the connection broke. */
  predict(body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return send(
      { host: '127.0.0.1', port: this.port, method: 'POST', path: '/w/default/e/score', headers, agent: this.#agent },
      typeof body === 'string' ? body : JSON.stringify(body),
    ).catch(() => ({ status: 0, body: '', deployment: undefined }))
  }
}

function send(options: RequestOptions, payload: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sending = request(options, (answer) => {
      text(answer).then(
        (body) =>
          resolve({
            status: answer.statusCode ?? 0,
            body,
            deployment: answer.headers['azureml-model-deployment'] as string | undefined,
          }),
        reject,
      )
    })
    sending.once('error', reject)
    sending.setHeader('content-length', Buffer.byteLength(payload))
    sending.end(payload)
  })
}

/** Waits until something holds. */
export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  for (let look = 0; look < 1500; look++) {
    if (await holds()) return
    await pause(20)
  }
  throw new Error(`${what}: it did not come to that`)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}

/** What was received is the sum of what became of it. */
export function sumOf(counts: CollectionCounts): number {
  const dropped = Object.values(counts.dropped).reduce((sum, count) => sum + count, 0)
  return counts.stored + counts.sampledOut + counts.lost + dropped
}
