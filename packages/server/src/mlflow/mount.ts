import { ModelyardError } from '@modelyard/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { requirePermission, seesWorkspace, toCatalogued } from '../http/index.ts'
import type { Platform } from '../platform/index.ts'
import { mountArtifactProxy, type Admit } from './artifact-proxy.ts'
import type { ArtifactFiles } from './artifact-files.ts'
import type { Endpoint } from './endpoint.ts'
import { Fields } from './wire.ts'
import { invalidParameter, missingObject, toWireFailure, WireError } from './wire-error.ts'

/** Clients decide by it what the server can do; at this version nothing is asked for that is not served here. */
const servedVersion = '3.3.2'
/** A data set's profile alone may have 16 MiB. */
const largestBody = 32 * 2 ** 20
const prefixes = ['/api/2.0', '/ajax-api/2.0', '/api/3.0', '/ajax-api/3.0']
const allMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

export interface Surface {
  readonly endpoints: readonly Endpoint[]
  readonly files: ArtifactFiles
  readonly workspaces: WorkspaceNames
}

/** What the surface asks about workspaces. */
interface WorkspaceNames {
  exists(name: string): Promise<boolean>
  listNames(): Promise<string[]>
}

/** Mounts MLflow's surface: at the root, for the workspace that a header names, and below `/w/<workspace>`. */
export function mountSurface(app: FastifyInstance, platform: Platform, surface: Surface): void {
  app.register(async (scope) => {
    scope.setErrorHandler((error, request, reply) => sendFailure(platform, error, request, reply))
    readBodies(scope)
    const admit = createAdmission(surface.workspaces)
    for (const root of ['', '/w/:workspace']) {
      for (const prefix of prefixes) {
        for (const endpoint of surface.endpoints) mountEndpoint(scope, `${root}${prefix}/mlflow`, endpoint, admit)
        mountArtifactProxy(scope, `${root}${prefix}/mlflow-artifacts`, surface.files, admit)
        for (const base of ['mlflow', 'mlflow-artifacts'])
          scope.route({
            method: [...allMethods],
            url: `${root}${prefix}/${base}/*`,
            handler: async (request) => {
              await admit(request, undefined)
              throw new WireError(
                'ENDPOINT_NOT_FOUND',
                404,
                `No API found for '${request.method} ${request.url.slice(0, 200)}'`,
              )
            },
          })
        mountWorkspaces(scope, `${root}${prefix}/mlflow/workspaces`, surface.workspaces)
        scope.get(`${root}${prefix}/mlflow/server-info`, async (request) => {
          await admit(request, undefined)
          return { store_type: 'SqlStore', workspaces_enabled: true }
        })
      }
      scope.get(`${root}/version`, async (_request, reply) =>
        reply.type('text/plain; charset=utf-8').send(servedVersion),
      )
      scope.get(`${root}/health`, async (_request, reply) => reply.type('text/plain; charset=utf-8').send('OK'))
    }
  })
}

/** Every body is read as JSON whatever it calls itself; none means `{}`; a JSON text within a JSON string is unwrapped. */
function readBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: largestBody }, (_request, text, done) => {
    if (text.length === 0) return done(null, {})
    try {
      const value: unknown = JSON.parse(text as string)
      done(null, typeof value === 'string' ? JSON.parse(value) : value)
    } catch (error) {
      done(
        new WireError(
          'BAD_REQUEST',
          400,
          `The body could not be read as JSON: ${(error as Error).message.slice(0, 200)}`,
        ),
      )
    }
  })
}

function mountEndpoint(scope: FastifyInstance, base: string, endpoint: Endpoint, admit: Admit): void {
  scope.route({
    method: endpoint.method,
    url: base + endpoint.path,
    bodyLimit: largestBody,
    handler: async (request, reply) => {
      const { workspace, access } = await admit(request, endpoint.permission)
      return await endpoint.answer({
        workspace,
        access,
        fields: new Fields(endpoint.method === 'GET' ? request.query : (request.body ?? {})),
        params: request.params as Record<string, string>,
        request,
        reply,
      })
    },
  })
}

/** The workspaces that a caller has a role in. They are made through our own API. */
function mountWorkspaces(scope: FastifyInstance, path: string, workspaces: WorkspaceNames): void {
  const visible = async ({ access }: FastifyRequest): Promise<{ name: string }[]> => {
    if (access === undefined) throw new ModelyardError('not_authenticated', 'You are not authenticated.')
    const names = await workspaces.listNames()
    return names.filter((name) => seesWorkspace(access, name)).map((name) => ({ name }))
  }
  scope.route({
    method: 'GET',
    url: path,
    handler: async (request) => ({ workspaces: await visible(request) }),
  })
  scope.get<{ Params: { name: string } }>(`${path}/:name`, async (request) => {
    const { name } = request.params
    const found = (await visible(request)).find((each) => each.name === name)
    if (found === undefined) throw missingObject(`Workspace '${name.slice(0, 63)}' not found.`)
    return { workspace: found }
  })
}

/** Finds the workspace of a request and whether its caller may do what it asks for there. */
function createAdmission(
  workspaces: WorkspaceNames,
): (request: FastifyRequest, permission: Parameters<Admit>[1] | undefined) => ReturnType<Admit> {
  return async (request, permission) => {
    const { access } = request
    if (access === undefined)
      throw new ModelyardError(
        'not_authenticated',
        'You are not authenticated. Send a token as Bearer, or as the password of Basic.',
      )
    const workspace = workspaceOf(request) ?? access.run?.workspace ?? 'default'
    if (!seesWorkspace(access, workspace) || !(await workspaces.exists(workspace)))
      throw new ModelyardError('workspace_not_found', `Workspace '${workspace.slice(0, 63)}' not found.`)
    if (permission !== undefined) requirePermission(access, permission, workspace)
    return { workspace, access }
  }
}

function workspaceOf(request: FastifyRequest): string | undefined {
  const named = (request.params as { workspace?: string }).workspace
  const header = request.headers['x-mlflow-workspace']
  const wished = typeof header === 'string' && header !== '' ? header : undefined
  if (named !== undefined && wished !== undefined && named !== wished)
    throw invalidParameter(
      `The address names the workspace '${named}', the header X-MLFLOW-WORKSPACE '${wished.slice(0, 63)}'.`,
    )
  return named ?? wished
}

/** Answers a failure in MLflow's shape. What is our own mistake gets an incident id and stands in the log. */
function sendFailure(platform: Platform, thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  let error = thrown instanceof WireError ? thrown : toCatalogued(thrown)
  if (error === undefined) {
    const incident = platform.newId('inc')
    request.log.error(
      { err: thrown, incident, requestId: request.id, method: request.method, route: request.routeOptions.url },
      'unexpected failure',
    )
    error = new ModelyardError('internal_error', `Something went wrong inside the server (incident ${incident}).`)
  }
  const { status, body } = toWireFailure(error)
  if (status === 401) reply.header('www-authenticate', 'Basic realm="mlflow"')
  if (status === 429 || status === 503) reply.header('retry-after', '1')
  return reply.code(status).type('application/json; charset=utf-8').send(body)
}
