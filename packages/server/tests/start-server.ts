import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultPython } from '@modelyard/platform'
import { startServer as start, type RunningServer } from '../src/server.ts'

/** A real server on a folder of its own, reached by real HTTP. */
export interface TestServer {
  readonly url: string
  readonly token: string
  readonly home: string
  readonly server: RunningServer
  /** Sends a request with the owner's token (or `token`); the body as JSON unless it is bytes or a string. */
  call<Answer = Record<string, unknown>>(
    method: string,
    path: string,
    options?: { body?: unknown; token?: string | null; headers?: Record<string, string> },
  ): Promise<{ status: number; headers: Headers; body: Answer }>
  stop(): Promise<void>
}

export async function startServer(options: { home?: string; keepHome?: boolean } = {}): Promise<TestServer> {
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'modelyard-test-'))
  const server = await start({
    home,
    host: '127.0.0.1',
    port: 0,
    gatewayPort: 0,
    trustedProxy: false,
    allowedHosts: [],
    python: defaultPython(),
  })
  const { url, token } = server.document
  return {
    url,
    token,
    home,
    server,
    async call<Answer>(
      method: string,
      path: string,
      {
        body,
        token: as = token,
        headers = {},
      }: { body?: unknown; token?: string | null; headers?: Record<string, string> } = {},
    ) {
      const raw = typeof body === 'string' || body instanceof Uint8Array
      const answer = await fetch(url + path, {
        method,
        redirect: 'manual',
        headers: {
          ...(as === null ? {} : { authorization: `Bearer ${as}` }),
          ...(body === undefined ? {} : { 'content-type': raw ? 'application/octet-stream' : 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
      })
      const text = await answer.text()
      return {
        status: answer.status,
        headers: answer.headers,
        body: (answer.headers.get('content-type')?.includes('json') === true ? JSON.parse(text) : text) as Answer,
      }
    },
    async stop() {
      await server.stop()
      if (options.keepHome !== true) rmSync(home, { recursive: true, force: true })
    },
  }
}
