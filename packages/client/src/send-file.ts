import { createReadStream } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { pipeline } from 'node:stream/promises'
import { text } from 'node:stream/consumers'
import { ServerUnreachableError, toApiError } from './errors.ts'
import { LocalFilesError } from './local-tree.ts'

/** Where and how to send. */
export interface PreparedRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Sends a file as it is read. `fetch` takes in a stream as fast as it comes, whatever the network does, and so holds the whole file in memory;
 * a plain request waits.
 */
export async function sendFileBytes(
  prepared: PreparedRequest,
  file: { readonly path: string; readonly sizeBytes: number },
  signal?: AbortSignal,
): Promise<void> {
  const send = prepared.url.startsWith('https:') ? httpsRequest : httpRequest
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const request = send(prepared.url, {
    method: prepared.method,
    headers: { ...prepared.headers, 'content-type': 'application/octet-stream', 'content-length': file.sizeBytes },
    ...(signal === undefined ? {} : { signal }),
  })
  request.once('response', resolve)
  request.once('error', reject)
  try {
    const sent = pipeline(readExactly(file), request)
    // An early refusal closes the connection: its answer counts then, not the broken pipe.
    const response = await Promise.race([promise, sent.then(() => promise)])
    const body = await text(response)
    const status = response.statusCode ?? 502
    if (status < 400) return await sent
    sent.catch(() => undefined)
    throw await toApiError(new Response(body, { status }))
  } catch (error) {
    if (signal?.aborted === true || !isConnectionError(error)) throw error
    throw new ServerUnreachableError(new URL(prepared.url).origin, 'the connection broke during an upload', {
      cause: error,
    })
  }
}

/** A file that grows or shrinks meanwhile would run into the next request, or never end. */
async function* readExactly(file: {
  readonly path: string
  readonly sizeBytes: number
}): AsyncGenerator<Buffer, void, undefined> {
  let sent = 0
  for await (const chunk of createReadStream(file.path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
    sent += chunk.byteLength
    if (sent > file.sizeBytes) break
    yield chunk
  }
  if (sent !== file.sizeBytes)
    throw new LocalFilesError(`${file.path} changed while it was being uploaded; try again when nothing writes to it.`)
}

function isConnectionError(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT'].includes(String(error.code))
  )
}
