import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ErrorCode } from '@modelyard/contract'
import { systemClock } from '@modelyard/platform'
import type { DeploymentRuntime } from './deployment.ts'
import type { RequestKind } from './frames.ts'
import { nextItemId, type Pending } from './pending.ts'
import { problemBody } from './problems.ts'
import { cors, type Protocol } from './replies.ts'

/** A request whose body is here. */
export interface ReceivedCall {
  readonly kind: RequestKind
  readonly requestId: string
  readonly protocol: Protocol
  readonly arrivedMs: number
  readonly eventTimeMs: number
  readonly request: IncomingMessage
  readonly body: readonly Buffer[]
  readonly bodyBytes: number
}

/** The prediction that a deployment is to make of a call, and how its answer goes out. */
export function predictionOf(call: ReceivedCall, deployment: DeploymentRuntime, response: ServerResponse): Pending {
  const finish = (status: number, contentType: string, content: Buffer | string, microseconds: number): void => {
    const elapsedMs = systemClock.monotonic() - call.arrivedMs
    deployment.numbers.answered(systemClock.now(), elapsedMs, status >= 400)
    response.writeHead(status, {
      ...headersOf(contentType),
      'content-length': typeof content === 'string' ? Buffer.byteLength(content) : content.length,
      'x-request-id': call.requestId,
      'azureml-model-deployment': deployment.routed.name,
      'x-ms-run-fn-exec-ms': (microseconds / 1000).toFixed(3),
      ...cors,
    })
    response.end(content)
  }
  return {
    id: nextItemId(),
    kind: call.kind,
    requestId: call.requestId,
    eventTimeMs: call.eventTimeMs,
    head: deployment.wantsHead ? headOf(call.request) : undefined,
    body: call.body,
    bodyBytes: call.bodyBytes,
    arrivedMs: call.arrivedMs,
    deadlineMs: call.arrivedMs + deployment.routed.requestTimeoutMs,
    attempts: 0,
    settled: false,
    unanswered: 'client_gone',
    observe: undefined,
    answer: (result) => finish(result.status, result.contentType, result.body, result.runMicroseconds),
    fail(why) {
      const [code, detail]: [ErrorCode, string] =
        why === 'timeout'
          ? ['scoring_timeout', `There was no answer within ${deployment.routed.requestTimeoutMs} ms.`]
          : why === 'crashed'
            ? ['scoring_failed', 'The process that ran the scoring script died.']
            : ['gateway_unavailable', 'The deployment was stopped.']
      const problem = problemBody(code, detail, call.requestId, call.protocol)
      finish(problem.status, problem.contentType, problem.body, 0)
    },
  }
}

/** What a script may read of a request beside its body. Who calls proves it by a key, which is the gateway's affair. */
function headOf({ method, url, headers }: IncomingMessage): Buffer {
  const { authorization: _, ...others } = headers
  return Buffer.from(JSON.stringify({ method, url, headers: others }))
}

/** How a connection is handled is not the script's to say. */
const reserved = /^(connection|content-length|date|keep-alive|transfer-encoding|upgrade|trailer|te)$/i
const headerName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/

/** The content type, and the headers that a script put behind it. */
function headersOf(contentType: string): Record<string, string | string[]> {
  if (!contentType.includes('\n')) return { 'content-type': contentType }
  const [first = '', ...lines] = contentType.split('\n')
  const found: Record<string, string | string[]> = {}
  for (const line of lines) {
    const end = line.indexOf(':')
    const name = line.slice(0, Math.max(0, end)).toLowerCase()
    const value = line.slice(end + 1).trim()
    if (!headerName.test(name) || reserved.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value)) continue
    const before = found[name]
    found[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]
  }
  return { ...found, 'content-type': first }
}
