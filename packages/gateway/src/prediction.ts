import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ErrorCode } from '@modelyard/contract'
import { systemClock } from '@modelyard/platform'
import type { DeploymentRuntime } from './deployment.ts'
import type { RequestKind, ResultItem } from './frames.ts'
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
    answer(result) {
      if (isFit(result)) return finish(result.status, result.contentType, result.body, result.runMicroseconds)
      const detail = `The scoring script answered with the status ${result.status} or a content type that HTTP does not have.`
      const problem = problemBody('scoring_failed', detail, call.requestId, call.protocol)
      finish(problem.status, problem.contentType, problem.body, result.runMicroseconds)
    },
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

/** What Node would refuse to write: the script's mistake must not cost its worker the connection, and the caller the answer. */
function isFit({ status, contentType }: ResultItem): boolean {
  const end = contentType.indexOf('\n')
  return status >= 200 && status <= 599 && !unwritable.test(end < 0 ? contentType : contentType.slice(0, end))
}

/**
 * What a script may read of a request beside its body. Who calls proves it by a key, which is the gateway's affair; a browser sends the cookies of
 * this host along, whatever the port, and so the control plane's session.
 */
function headOf({ method, url, headers }: IncomingMessage): Buffer {
  const { authorization: _, 'proxy-authorization': __, cookie: ___, ...others } = headers
  return Buffer.from(JSON.stringify({ method, url, headers: others }))
}

/** How a connection is handled is not the script's to say, nor what a browser keeps for this host: cookies are the control plane's. */
const reserved =
  /^(connection|content-length|content-type|date|keep-alive|proxy-authenticate|set-cookie|strict-transport-security|clear-site-data|transfer-encoding|upgrade|trailer|te)$/
const unwritable = /[^\t\x20-\x7e\x80-\xff]/
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
    if (!headerName.test(name) || reserved.test(name) || unwritable.test(value)) continue
    const before = Object.hasOwn(found, name) ? found[name] : undefined
    found[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]
  }
  return { ...found, 'content-type': first }
}
