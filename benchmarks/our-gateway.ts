import { spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { request } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { RoutedDeployment, RoutingTable } from '@modelyard/contract'
import { processCpuSeconds, socketPath } from '@modelyard/platform'

export interface BenchGateway {
  /** Where its one deployment answers. */
  readonly url: string
  /** Sends a table with this deployment alone and waits until it is ready. */
  serve(deployment: RoutedDeployment): Promise<void>
  /** What was collected, all of it at the disk. */
  counts(): Promise<unknown>
  /** CPU time of the gateway and its workers so far. */
  cpuSeconds(): Promise<number>
  stop(): Promise<void>
}

/** A gateway alone, as users run it: the built program where there is one. */
export async function startGateway(home: string): Promise<BenchGateway> {
  const built = join(import.meta.dirname, '..', 'dist', 'gateway.js')
  const fromSource = process.env['MODELYARD_FROM_SOURCE'] === '1'
  const main =
    existsSync(built) && !fromSource ? built : join(import.meta.dirname, '..', 'packages', 'gateway', 'src', 'main.ts')
  const port = await freePort()
  mkdirSync(join(home, 'logs'), { recursive: true })
  const child = spawn(process.execPath, [main, '--home', home, '--port', String(port)], { stdio: 'inherit' })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let version = 0

  function control(method: string, path: string, body = ''): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-length': Buffer.byteLength(body) }
      const sending = request(
        { socketPath: socketPath(join(home, 'gateway'), 'control.sock'), method, path, headers },
        (answer) => void text(answer).then(resolve, reject),
      )
      sending.once('error', reject)
      sending.end(body)
    })
  }

  interface Shown {
    readonly state: string
    readonly collection: unknown
    readonly workers: readonly { pid: number }[]
  }

  async function first(): Promise<Shown | undefined> {
    const answer = await control('GET', '/status').catch(() => undefined)
    if (answer === undefined) return undefined
    return (
      (JSON.parse(answer) as { deployments: Shown[] }).deployments[0] ?? {
        state: 'none',
        collection: null,
        workers: [],
      }
    )
  }

  async function until(state: string): Promise<void> {
    for (let look = 0; look < 1000; look++) {
      if ((await first())?.state === state) return
      if (child.exitCode !== null) throw new Error(`the gateway ended with ${child.exitCode}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    throw new Error(`the deployment did not become ${state}`)
  }

  await until('none')
  return {
    url: `http://127.0.0.1:${port}/w/default/bench/score`,
    async serve(deployment) {
      const table: RoutingTable = {
        version: ++version,
        maxBodyBytes: 16 * 2 ** 20,
        endpoints: [
          {
            workspace: 'default',
            name: 'bench',
            authMode: 'none',
            keyHashes: [],
            stickyHeader: null,
            deployments: [deployment],
          },
        ],
      }
      await control('PUT', '/routing', JSON.stringify(table))
      await until('ready')
    },
    async counts() {
      await control('POST', '/rotate?workspace=default&endpoint=bench')
      return (await first())?.collection
    },
    async cpuSeconds() {
      const pids = [child.pid ?? -1, ...((await first())?.workers ?? []).map((worker) => worker.pid)]
      return pids.reduce((sum, pid) => sum + (processCpuSeconds(pid) ?? 0), 0)
    },
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}
