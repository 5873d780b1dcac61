import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..', '..')

export interface ServerUnderTest {
  readonly url: string
  readonly token: string
  readonly loginUrl: string
  call<Answer>(method: string, path: string, body?: unknown): Promise<Answer>
  stop(): Promise<void>
}

/** The real server from its sources, in a process and on a folder of its own. */
export async function startServer(): Promise<ServerUnderTest> {
  const home = mkdtempSync(join(tmpdir(), 'modelyard-web-'))
  const main = join(root, 'packages', 'server', 'src', 'main.ts')
  const child = spawn(process.execPath, [main, '--home', home, '--port', '0', '--gateway-port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const document = JSON.parse(await firstLine(child)) as { url: string; token: string; loginUrl: string }
  return {
    ...document,
    async call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
      const raw = body instanceof Uint8Array
      const answer = await fetch(document.url + path, {
        method,
        headers: {
          authorization: `Bearer ${document.token}`,
          ...(body === undefined ? {} : { 'content-type': raw ? 'application/octet-stream' : 'application/json' }),
        },
        ...(body === undefined ? {} : { body: raw ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
      })
      const text = await answer.text()
      if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`)
      return (text === '' ? undefined : JSON.parse(text)) as Answer
    },
    async stop() {
      const { promise, resolve } = Promise.withResolvers<void>()
      child.once('exit', () => resolve())
      child.kill('SIGTERM')
      await promise
      rmSync(home, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function firstLine(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let text = ''
  child.stdout?.on('data', (piece: Buffer) => {
    text += piece.toString()
    if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')))
  })
  child.once('exit', (code) => reject(new Error(`The server ended with ${code} before it was ready.`)))
  return promise
}
