import { hash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { ErrorCode } from '@modelyard/contract'
import { systemClock, type NewId } from '@modelyard/platform'
import type { DeploymentRuntime } from './deployment.ts'
import type { EndpointRuntime } from './endpoint.ts'
import { eventTimeOf } from './event-time.ts'
import { RequestKind } from './frames.ts'
import { openApiOf } from './openapi.ts'
import { predictionOf, type ReceivedCall } from './prediction.ts'
import {
  json,
  longestId,
  preflight,
  requestIdOf,
  refuse as refuseWith,
  text,
  type Protocol,
  type Refusal,
} from './replies.ts'

export interface Routing {
  readonly maxBodyBytes: number
  find(workspace: string, endpoint: string): EndpointRuntime | undefined
}

/** The HTTP side of predictions. Nothing on the way of a request touches a disk, a database or the body's content. */
export function createPredictionServer(routing: Routing, newId: NewId): Server {
  const server = createServer(
    { requestTimeout: 0, headersTimeout: 10_000, keepAliveTimeout: 75_000, maxHeaderSize: 16_384, noDelay: true },
    (request, response) => {
      try {
        handle(request, response)
      } catch (error) {
        if (!response.headersSent)
          refuse(request, response, 'internal_error', error instanceof Error ? error.message : String(error))
      }
    },
  )
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
  })
  return server

  function refuse(
    request: IncomingMessage,
    response: ServerResponse,
    code: ErrorCode,
    detail: string,
    refusal: Refusal = {},
  ): void {
    refuseWith({ request, response }, code, detail, {
      ...refusal,
      requestId: refusal.requestId ?? requestIdOf(request, newId) ?? newId('req'),
    })
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const url = request.url ?? '/'
    const end = url.indexOf('?')
    const path = end < 0 ? url : url.slice(0, end)
    // /w/<workspace>/<endpoint>/<rest>
    const second = path.indexOf('/', 3)
    const third = second < 0 ? -1 : path.indexOf('/', second + 1)
    if (path === '/' || path === '/livez') return text(response, 200, 'Healthy')
    const endpoint =
      path.startsWith('/w/') && second > 0
        ? routing.find(path.slice(3, second), third < 0 ? path.slice(second + 1) : path.slice(second + 1, third))
        : undefined
    if (request.method === 'OPTIONS') return preflight(response)
    if (endpoint === undefined)
      return refuse(request, response, 'endpoint_not_found', `There is no endpoint at ${path.slice(0, 200)}.`)
    route(endpoint, third < 0 ? '' : path.slice(third), request, response)
  }

  function route(endpoint: EndpointRuntime, rest: string, request: IncomingMessage, response: ServerResponse): void {
    if (rest === '/score') return predict(endpoint, request, response, RequestKind.score)
    if (rest === '/invocations') return predict(endpoint, request, response, RequestKind.invocations)
    if (rest === '' || rest === '/' || rest === '/ping' || rest === '/health') return text(response, 200, 'Healthy')
    if (rest === '/swagger.json') return document(endpoint, request, response)
    if (rest.startsWith('/v2')) return inference(endpoint, rest, request, response)
    const model = /^\/v1\/models\/([^/]+)(:predict)?$/.exec(rest)
    if (model !== null && isModelName(endpoint, String(model[1]).replace(/:predict$/, ''))) {
      if (rest.endsWith(':predict')) return predict(endpoint, request, response, RequestKind.predict)
      return json(response, 200, { name: endpoint.routed.name, ready: isReady(endpoint) })
    }
    refuse(request, response, 'route_not_found', `The endpoint has no ${rest.slice(0, 200)}; predictions go to /score.`)
  }

  function inference(
    endpoint: EndpointRuntime,
    rest: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    if (rest === '/v2/health/live') return json(response, 200, { live: true })
    if (rest === '/v2/health/ready')
      return json(response, isReady(endpoint) ? 200 : 503, { ready: isReady(endpoint), live: true })
    if (!isAllowed(endpoint, request))
      return refuse(request, response, 'not_authenticated', 'Send the endpoint’s key as `Authorization: Bearer KEY`.', {
        protocol: 'infer',
      })
    if (rest === '/v2' || rest === '/v2/')
      return json(response, 200, { name: 'modelyard', version: '0.1.0', extensions: [] })
    const match = /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(?:\/(ready|infer))?$/.exec(rest)
    if (match === null || !isModelName(endpoint, decoded(String(match[1]))))
      return refuse(request, response, 'route_not_found', `There is no ${rest.slice(0, 200)}.`, { protocol: 'infer' })
    if (match[3] === 'infer') return predict(endpoint, request, response, RequestKind.infer)
    const deployment = endpoint.choose(undefined)
    if (match[3] === 'ready')
      return json(response, isReady(endpoint) ? 200 : 503, { name: match[1], ready: isReady(endpoint) })
    json(response, 200, {
      name: match[1],
      versions: [deployment?.routed.modelVersion ?? '1'],
      platform: deployment?.routed.modelFormat ?? 'custom',
      inputs: tensorsOf(deployment),
      outputs: [{ name: 'predict', datatype: 'FP64', shape: [-1] }],
    })
  }

  function predict(
    endpoint: EndpointRuntime,
    request: IncomingMessage,
    response: ServerResponse,
    kind: RequestKind,
  ): void {
    const protocol: Protocol = kind === RequestKind.infer ? 'infer' : 'own'
    const requestId = requestIdOf(request, newId)
    if (requestId === undefined)
      return refuse(
        request,
        response,
        'header_invalid',
        `A request id has at most ${longestId} printable characters.`,
        { protocol, status: 431, requestId: newId('req') },
      )
    if (request.method !== 'POST' && request.method !== 'GET')
      return refuse(request, response, 'method_not_allowed', 'Predictions are asked for by POST.', {
        protocol,
        requestId,
      })
    if (!isAllowed(endpoint, request))
      return refuse(request, response, 'not_authenticated', 'Send the endpoint’s key as `Authorization: Bearer KEY`.', {
        protocol,
        requestId,
      })
    const length = Number(request.headers['content-length'] ?? 0)
    if (length > routing.maxBodyBytes)
      return refuse(
        request,
        response,
        'body_too_large',
        `The body has ${length} bytes; at most ${routing.maxBodyBytes} are taken.`,
        { protocol, requestId },
      )
    const deployment = chosenFor(endpoint, request)
    const refusal = refusalOf(deployment, request)
    if (deployment === undefined || refusal !== undefined) {
      const [code, detail] = refusal ?? ['deployment_not_found', '']
      return refuse(request, response, code, detail, { protocol, requestId })
    }
    receive(endpoint, deployment, { request, response }, { kind, requestId, protocol })
  }

  function receive(
    endpoint: EndpointRuntime,
    first: DeploymentRuntime,
    { request, response }: { request: IncomingMessage; response: ServerResponse },
    call: Pick<ReceivedCall, 'kind' | 'requestId' | 'protocol'>,
  ): void {
    const arrivedMs = systemClock.monotonic()
    const eventTimeMs = eventTimeOf(request.headers['modelyard-event-time'], systemClock.now())
    const body: Buffer[] = []
    let bodyBytes = 0
    request.on('data', (chunk: Buffer) => {
      bodyBytes += chunk.length
      if (bodyBytes <= routing.maxBodyBytes) body.push(chunk)
      else if (!response.headersSent)
        refuse(request, response, 'body_too_large', `The body has more than ${routing.maxBodyBytes} bytes.`, call)
    })
    request.once('end', () => {
      if (response.headersSent) return
      // While a long body came, the revision may have been replaced, or its deployment taken away.
      const deployment = first.state === 'ready' ? first : chosenFor(endpoint, request)
      const refusal = deployment === first ? undefined : refusalOf(deployment, request)
      if (deployment === undefined || refusal !== undefined) {
        const [code, detail] = refusal ?? ['deployment_not_found', '']
        return refuse(request, response, code, detail, call)
      }
      const pending = predictionOf({ ...call, request, arrivedMs, eventTimeMs, body, bodyBytes }, deployment, response)
      response.once('close', () => {
        if (!pending.settled) deployment.abandon(pending)
      })
      deployment.accept(pending)
      endpoint.mirror(pending, deployment)
    })
  }

  function document(endpoint: EndpointRuntime, request: IncomingMessage, response: ServerResponse): void {
    if (!isAllowed(endpoint, request))
      return refuse(request, response, 'not_authenticated', 'Send the endpoint’s key as `Authorization: Bearer KEY`.')
    json(response, 200, openApiOf(endpoint.routed, endpoint.choose(undefined)?.schema))
  }
}

/** A part of an address; as it is where it is no text. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function chosenFor(endpoint: EndpointRuntime, request: IncomingMessage): DeploymentRuntime | undefined {
  const named = request.headers['azureml-model-deployment']
  const { stickyHeader } = endpoint
  // A header may be called as what every object has.
  const sticky =
    stickyHeader !== undefined && Object.hasOwn(request.headers, stickyHeader)
      ? request.headers[stickyHeader]
      : undefined
  return endpoint.choose(
    typeof named === 'string' ? named : undefined,
    typeof sticky === 'string' ? sticky : sticky?.join(),
  )
}

/** Why the deployment takes no request now; undefined when it does. */
function refusalOf(
  deployment: DeploymentRuntime | undefined,
  request: IncomingMessage,
): readonly [ErrorCode, string] | undefined {
  if (deployment === undefined) {
    const named = request.headers['azureml-model-deployment']
    return [
      'deployment_not_found',
      named === undefined
        ? 'No deployment of the endpoint has traffic.'
        : `The endpoint has no deployment '${String(named).slice(0, 63)}'.`,
    ]
  }
  if (deployment.state !== 'ready')
    return [
      deployment.state === 'failed' ? 'deployment_failed' : 'deployment_not_ready',
      `The deployment '${deployment.routed.name}' is ${deployment.state}.`,
    ]
  if (deployment.load < deployment.capacity) return undefined
  deployment.numbers.refused(systemClock.now())
  return ['scoring_overloaded', `${deployment.load} requests are waiting, as many as the deployment takes.`]
}

function isAllowed(endpoint: EndpointRuntime, request: IncomingMessage): boolean {
  if (endpoint.routed.authMode === 'none') return true
  const header = request.headers.authorization
  // The key itself is never compared: the hash of what was sent is looked up among the hashes of what may call.
  return (
    header !== undefined &&
    header.length < 500 &&
    header.slice(0, 7).toLowerCase() === 'bearer ' &&
    endpoint.isKey(hash('sha256', header.slice(7), 'hex'))
  )
}

function isModelName(endpoint: EndpointRuntime, name: string): boolean {
  return (
    name === endpoint.routed.name || endpoint.routed.deployments.some((deployment) => deployment.modelName === name)
  )
}

function isReady(endpoint: EndpointRuntime): boolean {
  return endpoint.choose(undefined)?.state === 'ready'
}

const datatypes: Readonly<Record<string, string>> = {
  double: 'FP64',
  float: 'FP32',
  integer: 'INT32',
  long: 'INT64',
  boolean: 'BOOL',
  string: 'BYTES',
}

function tensorsOf(deployment: DeploymentRuntime | undefined): unknown[] {
  const inputs = (deployment?.schema as { inputs?: { name?: string; type?: string }[] } | null)?.inputs
  return Array.isArray(inputs)
    ? inputs.map((input) => ({
        name: input.name ?? 'input',
        datatype: datatypes[input.type ?? ''] ?? 'BYTES',
        shape: [-1],
      }))
    : []
}
