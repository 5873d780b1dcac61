import { ModelyardError } from '@modelyard/contract'
import { isLoopback } from '@modelyard/platform'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ServerConfiguration } from '../platform/index.ts'

const writes = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])
const deepestJson = 64

/** Whether the name in a Host header is one this server is meant to be reached by; against pages that rebind their own name to this machine. */
export function isAllowedHost(header: string | undefined, configuration: ServerConfiguration): boolean {
  if (header === undefined || header.length > 255) return false
  const name = /^(\[[0-9a-fA-F:.]+\]|[^:@/\\\s]+)(?::\d{1,5})?$/.exec(header)?.[1]?.toLowerCase()
  if (name === undefined) return false
  return isLoopback(name) || name === configuration.host.toLowerCase() || configuration.allowedHosts.includes(name)
}

/** Refuses a foreign Host, and a write that a foreign page sends with this browser's cookie. */
export function guardRequests(app: FastifyInstance, configuration: ServerConfiguration): void {
  app.addHook('onRequest', async (request) => {
    if (!isAllowedHost(request.headers.host, configuration)) {
      throw new ModelyardError(
        'host_not_allowed',
        `The host '${String(request.headers.host).slice(0, 100)}' is not one of this server's names.`,
      )
    }
    if (request.access?.via === 'cookie' && writes.has(request.method) && !isSameOrigin(request)) {
      throw new ModelyardError(
        'origin_not_allowed',
        `The page at '${String(request.headers.origin).slice(0, 100)}' is not one of this server's pages.`,
      )
    }
  })
  app.addHook('onSend', async (_request, reply) => {
    reply.headers({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
    })
  })
  app.addHook('preValidation', async (request) => {
    if (typeof request.body === 'object' && request.body !== null && !Buffer.isBuffer(request.body))
      refuseDepth(request.body, 0)
  })
}

function isSameOrigin(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const { origin } = request.headers
  if (origin === undefined) return false
  try {
    return new URL(origin).host === request.headers.host
  } catch {
    return false
  }
}

function refuseDepth(value: object, depth: number): void {
  if (depth > deepestJson)
    throw new ModelyardError('body_too_deep', `The body is nested deeper than ${deepestJson} levels.`)
  for (const inner of Object.values(value))
    if (typeof inner === 'object' && inner !== null) refuseDepth(inner as object, depth + 1)
}
