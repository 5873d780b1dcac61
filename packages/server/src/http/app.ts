import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { lingeringContent } from '@modelyard/platform'
import { ModelyardError, routes, type ErrorPlace, type OperationId, type RouteSpec } from '@modelyard/contract'
import type { Readable } from 'node:stream'
import type { z } from 'zod'
import type { Platform } from '../platform/index.ts'
import { requirePermission, seesWorkspace, type Access } from './access.ts'
import { answerUnreadable } from './client-errors.ts'
import type { AnyHandlers, StreamedBody } from './handlers.ts'
import { methodsOf, type RouteAddress } from './methods.ts'
import { toCatalogued, toProblem } from './problem.ts'

export type Authenticate = (request: FastifyRequest) => Promise<Access | undefined>

const defaultBodyLimit = 2 * 2 ** 20
const anonymous: Access = { actor: 'anonymous', principal: 'anonymous', roles: new Map(), via: 'none', tokenId: null }

/** The HTTP server without its rooms. `workspaceExists` lets a route of an unknown workspace answer 404 before its handler runs. */
export function createApp(
  platform: Platform,
  authenticate: Authenticate,
  workspaceExists: (name: string) => Promise<boolean>,
): FastifyInstance {
  const app: FastifyInstance = fastify({
    loggerInstance: platform.logger.child({ part: 'http' }, { level: 'warn' }) as FastifyBaseLogger,
    genReqId: () => platform.newId('req'),
    bodyLimit: defaultBodyLimit,
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { maxParamLength: 500, ignoreTrailingSlash: false },
    forceCloseConnections: true,
    requestTimeout: 0,
    http: { maxHeaderSize: 16_384, headersTimeout: 10_000 },
    clientErrorHandler: (error, socket) => answerUnreadable(platform, error, socket),
    keepAliveTimeout: 75_000,
    trustProxy: platform.configuration.trustedProxy,
  })
  app.server.maxConnections = 10_000
  // A text is never what a route takes; without this it would pass as one.
  app.removeContentTypeParser('text/plain')
  app.decorateRequest('access', undefined)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    request.access = await authenticate(request)
  })
  // An answer that comes before the body was read is a refusal, and has to reach a client that is still sending.
  app.addHook('onSend', async (request, reply, content) => {
    if (request.raw.complete || typeof content !== 'string') return content
    reply.header('content-length', Buffer.byteLength(content))
    return lingeringContent(content, request.raw, platform.clock)
  })
  app.setErrorHandler((error, request, reply) => sendError(platform, error, request, reply))
  app.decorate('servePage', undefined)
  answerUnknown(app, platform)
  app.decorate('modelyard', { platform, workspaceExists })
  return app
}

declare module 'fastify' {
  interface FastifyRequest {
    access: Access | undefined
  }
  interface FastifyInstance {
    modelyard: { platform: Platform; workspaceExists: (name: string) => Promise<boolean> }
    /** Answers a page's address; undefined for any other. */
    servePage: ((path: string, reply: FastifyReply) => FastifyReply | undefined) | undefined
  }
}

/** Answers what no route answers: with a page, with the methods that the address has, or with 404. */
function answerUnknown(app: FastifyInstance, platform: Platform): void {
  const addresses: RouteAddress[] = []
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) addresses.push({ method: each, url })
  })
  app.setNotFoundHandler((request, reply) => {
    const page = request.method === 'GET' || request.method === 'HEAD' ? app.servePage?.(request.url, reply) : undefined
    if (page !== undefined) return page
    const asked = `${request.method} ${request.url.slice(0, 200)}`
    const methods = methodsOf(addresses, request.url.split('?')[0] ?? '')
    if (methods.length === 0 || methods.includes(request.method))
      return sendError(
        platform,
        new ModelyardError('route_not_found', `${asked} is not an address of this server.`),
        request,
        reply,
      )
    reply.header('allow', methods.join(', '))
    return sendError(
      platform,
      new ModelyardError('method_not_allowed', `${asked}: the address answers to ${methods.join(', ')}.`),
      request,
      reply,
    )
  })
}

/** Serves the routes that have a handler. */
export function mountHandlers(app: FastifyInstance, handlers: AnyHandlers): void {
  for (const [id, handler] of Object.entries(handlers) as [OperationId, (call: unknown) => Promise<unknown>][])
    mountRoute(app, routes[id], handler)
}

function mountRoute(app: FastifyInstance, spec: RouteSpec, handler: (call: unknown) => Promise<unknown>): void {
  app.register(async (scope) => {
    if (spec.rawBody === true) {
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    }
    scope.route({
      method: spec.method,
      url: spec.path,
      bodyLimit: spec.bodyLimitBytes ?? defaultBodyLimit,
      handler: (request, reply) => serve(app, spec, handler, { request, reply }),
    })
  })
}

type Handler = (call: unknown) => Promise<unknown>

async function serve(
  app: FastifyInstance,
  spec: RouteSpec,
  handler: Handler,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply | undefined> {
  const access = request.access ?? anonymous
  if (spec.access !== 'public' && request.access === undefined)
    throw new ModelyardError(
      'not_authenticated',
      request.headers.authorization === undefined && request.headers.cookie === undefined
        ? 'The request carries no token and no session.'
        : 'The token or session of the request is not known here, or it has ended.',
    )
  const params = check(spec.params, request.params, 'path')
  const workspace = workspaceOf(params)
  await checkPermission(app, spec, access, workspace)
  const controller = new AbortController()
  reply.raw.once('close', () => controller.abort())
  const answer = await handler({
    params,
    query: check(spec.query, request.query, 'query'),
    body: spec.rawBody === true ? undefined : check(spec.body, request.body ?? {}, 'body'),
    stream: request.raw as Readable,
    access,
    requestId: request.id,
    signal: controller.signal,
    request,
    reply,
  })
  if (reply.sent || reply.raw.headersSent) return reply
  if (spec.stream !== undefined) return sendStream(reply, answer as StreamedBody)
  if (spec.response === undefined) return reply.code(spec.status ?? 204).send()
  return reply
    .code(spec.status ?? 200)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(answer))
}

function workspaceOf(params: unknown): string | undefined {
  return typeof params === 'object' && params !== null && 'ws' in params ? String(params.ws) : undefined
}

async function checkPermission(
  app: FastifyInstance,
  spec: RouteSpec,
  access: Access,
  workspace: string | undefined,
): Promise<void> {
  if (spec.access === 'public') return
  if (
    workspace !== undefined &&
    (!seesWorkspace(access, workspace) || !(await app.modelyard.workspaceExists(workspace)))
  ) {
    throw new ModelyardError(
      'workspace_not_found',
      `There is no workspace '${workspace.slice(0, 63)}' that you can see.`,
    )
  }
  if (spec.access !== 'authenticated') requirePermission(access, spec.access, workspace)
}

function check(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
  if (schema === undefined) return undefined
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const places: ErrorPlace[] = result.error.issues
    .slice(0, 50)
    .map((issue) => ({ path: [where, ...issue.path].map(String).join('.'), message: issue.message }))
  throw new ModelyardError('request_invalid', places.map((place) => `${place.path}: ${place.message}`).join('; '), {
    places,
  })
}

function sendStream(reply: FastifyReply, answer: StreamedBody): FastifyReply {
  return reply
    .code(answer.status ?? 200)
    .headers({ ...answer.headers })
    .type(answer.contentType)
    .send(answer.body)
}

/** Answers a failure: the catalogue's, or 500 with an incident id for what is our own mistake. */
export function sendError(
  platform: Platform,
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  let error = toCatalogued(thrown)
  if (error === undefined) {
    const incident = platform.newId('inc')
    request.log.error(
      { err: thrown, incident, requestId: request.id, method: request.method, route: request.routeOptions.url },
      'unexpected failure',
    )
    error = new ModelyardError('internal_error', `Something went wrong inside the server (incident ${incident}).`, {
      details: { incident },
    })
  }
  if (error.status === 401) reply.header('www-authenticate', 'Bearer realm="modelyard"')
  if (error.status === 429 || error.status === 503) reply.header('retry-after', '1')
  return reply
    .code(error.status)
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(toProblem(error, request.id, platform.serverUrl())))
}
