import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

export interface OurServer {
  readonly url: string
  readonly token: string
  readonly pid: number
  stop(): Promise<void>
}

/** Starts our server on a home of its own. */
export async function startOurServer(home: string): Promise<OurServer> {
  // As users run it: the built program.
  const built = join(import.meta.dirname, '..', 'dist', 'server.js')
  const main = existsSync(built) ? built : join(import.meta.dirname, '..', 'packages', 'server', 'src', 'main.ts')
  const child = spawn(process.execPath, [main, '--home', home, '--port', '0', '--gateway-port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve)
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
  })
  const document = JSON.parse(line) as { url: string; token: string; pid: number }
  return {
    ...document,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}
