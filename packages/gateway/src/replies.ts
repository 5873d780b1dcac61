import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ErrorCode } from '@modelyard/contract'
import { lingeringContent, systemClock, type NewId } from '@modelyard/platform'
import { problemBody } from './problems.ts'

export type Protocol = 'own' | 'infer'

/** A caller's request id may be this long. */
export const longestId = 100

export interface Refusal {
  readonly protocol?: Protocol
  readonly status?: number
  readonly requestId?: string
}

/** Any page may ask for predictions with a key; cookies play no part. */
export const cors = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'x-request-id, azureml-model-deployment, retry-after',
}

/** Answers a browser that asks before it sends. */
export function preflight(response: ServerResponse): void {
  response.writeHead(204, {
    ...cors,
    'access-control-allow-methods': 'GET, POST, OPTIONS',
    'access-control-allow-headers':
      'authorization, content-type, x-request-id, x-ms-client-request-id, azureml-model-deployment, modelyard-event-time',
    'access-control-max-age': '600',
  })
  response.end()
}

export function json(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...cors })
  response.end(body)
}

export function text(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...cors,
  })
  response.end(body)
}

/** The caller's own request id, a new one where there is none, undefined where it is not fit to be one. */
export function requestIdOf(request: IncomingMessage, newId: NewId): string | undefined {
  const given = request.headers['x-request-id'] ?? request.headers['x-ms-client-request-id']
  if (given === undefined) return newId('req')
  return typeof given === 'string' && given.length <= longestId && /^[\x21-\x7e]+$/.test(given) ? given : undefined
}

/** Answers a failure of the catalogue in the shape of the protocol. */
export function refuse(
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  code: ErrorCode,
  detail: string,
  refusal: Refusal & { readonly requestId: string },
): void {
  const problem = problemBody(code, detail, refusal.requestId, refusal.protocol, refusal.status)
  const again = problem.status === 429 || problem.status === 503 || code === 'deployment_not_ready'
  const tooLarge = code === 'body_too_large'
  response.writeHead(problem.status, {
    'content-type': problem.contentType,
    'content-length': Buffer.byteLength(problem.body),
    'x-request-id': refusal.requestId,
    ...(again ? { 'retry-after': '1' } : {}),
    // What is not read any more cannot be followed by another request on this connection.
    ...(tooLarge ? { connection: 'close' } : {}),
    ...cors,
  })
  // A client that sends all before it reads sees the answer, too; what it still sends is thrown away unread.
  if (request.complete) response.end(problem.body)
  else lingeringContent(problem.body, request, systemClock).pipe(response)
}
