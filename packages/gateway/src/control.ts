import { rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { RoutingTable } from '@modelyard/contract'

export interface Control {
  apply(table: RoutingTable): Promise<void>
  status(): unknown
  series(workspace: string, endpoint: string, sinceMs: number): unknown
  /** With `all`, the interval under way as well: nobody will ask for its rest. */
  telemetry(since: string, all: boolean): unknown
  rotate(workspace: string, endpoint: string): Promise<void>
  stop(): void
}

/** The server's way in: HTTP on a Unix socket that only this user can open. */
export async function listenForControl(path: string, control: Control): Promise<Server> {
  rmSync(path, { force: true })
  const server = createServer((request, response) => {
    serve(control, request, response).catch((error: unknown) =>
      answer(response, 500, { error: error instanceof Error ? error.message : String(error) }),
    )
  })
  const { promise, resolve, reject } = Promise.withResolvers<Server>()
  server.once('error', reject)
  server.listen(path, () => resolve(server))
  return promise
}

async function serve(control: Control, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://gateway')
  if (request.method === 'PUT' && url.pathname === '/routing') {
    const table = RoutingTable.safeParse(JSON.parse(await text(request)))
    if (!table.success) return answer(response, 400, { error: table.error.message })
    await control.apply(table.data)
    return answer(response, 200, { version: table.data.version })
  }
  if (request.method === 'GET' && url.pathname === '/status') return answer(response, 200, control.status())
  if (request.method === 'GET' && url.pathname === '/series')
    return answer(
      response,
      200,
      control.series(
        url.searchParams.get('workspace') ?? '',
        url.searchParams.get('endpoint') ?? '',
        Number(url.searchParams.get('since') ?? 0),
      ),
    )
  if (request.method === 'GET' && url.pathname === '/telemetry')
    return answer(
      response,
      200,
      control.telemetry(url.searchParams.get('since') ?? '', url.searchParams.get('all') === '1'),
    )
  if (request.method === 'POST' && url.pathname === '/rotate') {
    await control.rotate(url.searchParams.get('workspace') ?? '', url.searchParams.get('endpoint') ?? '')
    return answer(response, 200, {})
  }
  if (request.method === 'POST' && url.pathname === '/stop') {
    answer(response, 200, {})
    return control.stop()
  }
  answer(response, 404, { error: 'no such address' })
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
