import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect } from 'vitest'
import { run, type Outcome } from './host.ts'

export const root = resolve(import.meta.dirname, '../../..')
export const program = join(root, 'bin', 'modelyard')
export const environment = { ...process.env, MODELYARD_FROM_SOURCE: '1' }

/** A server from the sources on a home of its own, and commands that find it. */
export interface RunningServer {
  readonly folder: string
  readonly home: string
  readonly pid: number
  /** All of its stdout. */
  readonly printed: string
  readonly ended: Promise<number | null>
  yard(...words: string[]): Promise<Outcome>
  /** Runs a command that has to succeed; answers its document. */
  json(...words: string[]): Promise<unknown>
  stop(): Promise<void>
}

export async function startServer(): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'cli-server-'))
  const home = join(folder, 'home')
  const server = spawn(program, ['up', '--home', home, '--port', '0', '--gateway-port', '0', '--json'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  const { promise, resolve: ready, reject } = Promise.withResolvers<void>()
  server.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
    if (printed.includes('\n')) ready()
  })
  const ended = new Promise<number | null>((done) => {
    server.once('close', (code) => {
      done(code)
      reject(new Error(`the server ended with ${code}`))
    })
  })
  await promise
  const yard = (...words: string[]): Promise<Outcome> => run(words, { home, folder })
  return {
    folder,
    home,
    pid: server.pid ?? 0,
    printed,
    ended,
    yard,
    async json(...words) {
      const { code, stdout, stderr } = await yard(...words, '--json')
      expect({ words, code, stderr }).toMatchObject({ words, code: 0 })
      return JSON.parse(stdout) as unknown
    },
    async stop() {
      server.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
