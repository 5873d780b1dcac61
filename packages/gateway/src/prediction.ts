import type { ServerResponse } from 'node:http'
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
  readonly body: readonly Buffer[]
  readonly bodyBytes: number
}

/** The prediction that a deployment is to make of a call, and how its answer goes out. */
export function predictionOf(call: ReceivedCall, deployment: DeploymentRuntime, response: ServerResponse): Pending {
  const finish = (status: number, contentType: string, content: Buffer | string, microseconds: number): void => {
    const elapsedMs = systemClock.monotonic() - call.arrivedMs
    deployment.numbers.answered(systemClock.now(), elapsedMs, status >= 400)
    response.writeHead(status, {
      'content-type': contentType,
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
