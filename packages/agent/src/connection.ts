import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'

/** The server refused: `status` and the catalogue's `code` say why. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** Whether trying again cannot help: the server understood and refused. */
export function isFinal(error: unknown): boolean {
  return error instanceof Refused && error.status < 500 && error.status !== 429
}

/** The way to the server: kept-alive connections, the node's own token. */
export interface Connection {
  post<Answer>(path: string, body: unknown, signal?: AbortSignal): Promise<Answer>
  postBytes<Answer>(path: string, bytes: Uint8Array): Promise<Answer>
}

const answerWithinMs = 45_000

/** `folder` is the node's; the home above it tells the server's address when that changed over a restart. */
export function connectTo(serverUrl: string, nodeId: string, folder: string): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  let base = serverUrl

  async function send(path: string, body: Uint8Array, contentType: string, signal?: AbortSignal): Promise<string> {
    try {
      return await exchange(path, body, contentType, signal)
    } catch (error) {
      if (!(error instanceof Refused)) base = currentAddress(folder) ?? base
      throw error
    }
  }

  function exchange(path: string, body: Uint8Array, contentType: string, signal?: AbortSignal): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const call = request(`${base}/api/v1/nodes/${nodeId}${path}`, {
      method: 'POST',
      agent,
      timeout: answerWithinMs,
      headers: {
        authorization: `Bearer ${readToken(folder)}`,
        'content-type': contentType,
        'content-length': body.byteLength,
      },
      ...(signal === undefined ? {} : { signal }),
    })
    call.once('error', reject)
    call.once('timeout', () => call.destroy(new Error(`the server did not answer within ${answerWithinMs} ms`)))
    call.once('response', (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.once('error', reject)
      answer.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        if ((answer.statusCode ?? 500) < 300) resolve(text)
        else reject(refusal(answer.statusCode ?? 500, text))
      })
    })
    call.end(body)
    return promise
  }

  return {
    async post<Answer>(path: string, body: unknown, signal?: AbortSignal): Promise<Answer> {
      return JSON.parse(await send(path, Buffer.from(JSON.stringify(body)), 'application/json', signal)) as Answer
    },
    async postBytes<Answer>(path: string, bytes: Uint8Array): Promise<Answer> {
      return JSON.parse(await send(path, bytes, 'application/octet-stream')) as Answer
    },
  }
}

function readToken(folder: string): string {
  return readFileSync(join(folder, 'token'), 'utf8').trim()
}

function currentAddress(folder: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(join(folder, '..', '..', 'server.json'), 'utf8')) as { url: string }).url
  } catch {
    return undefined
  }
}

function refusal(status: number, text: string): Refused {
  try {
    const problem = JSON.parse(text) as { code?: string; detail?: string }
    return new Refused(status, problem.code ?? '', problem.detail ?? text)
  } catch {
    return new Refused(status, '', text.slice(0, 500))
  }
}
