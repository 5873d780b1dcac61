import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCatalogue } from '@modelyard/contract'
import { installationFolder } from '@modelyard/platform'
import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Counter, Histogram, type Registry } from 'prom-client'
import type { Platform } from '../platform/index.ts'
import { may } from './access.ts'
import type { Handlers } from './handlers.ts'
import { limits } from './limits.ts'
import { buildOpenApi } from './openapi.ts'
import { visibleMetrics } from './visible-metrics.ts'

export const version = '0.1.0'

/** Health, version, limits, metrics: the server about itself. */
export function serverHandlers(
  platform: Platform,
  registry: Registry,
  isStopping: () => boolean,
): Handlers<'livez' | 'readyz' | 'getServerVersion' | 'getLimits' | 'getMetrics'> {
  return {
    livez: async () => ({ status: 'ok' }),
    async readyz({ reply }) {
      if (isStopping()) {
        reply.code(503)
        return { status: 'stopping' }
      }
      await platform.store.read.selectFrom('setting').select('name').limit(1).execute()
      return { status: 'ok' }
    },
    getServerVersion: async () => ({ version, apiVersion: 'v1' }),
    getLimits: async () => ({ limits: [...limits] }),
    getMetrics: async ({ access }) => ({
      body: visibleMetrics(await registry.metrics(), (workspace) => may(access, 'server.read', workspace)),
      contentType: registry.contentType,
    }),
  }
}

/** Counts what the server does, by route and status. */
export function measureRequests(app: FastifyInstance, registry: Registry): void {
  collectDefaultMetrics({ register: registry, prefix: 'modelyard_' })
  // Gauges by the name of counters; what they sum up is there by its type.
  for (const what of ['resources', 'handles', 'requests'])
    registry.removeSingleMetric(`modelyard_nodejs_active_${what}_total`)
  const durations = new Histogram({
    name: 'modelyard_http_request_duration_seconds',
    help: 'Time to answer by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [registry],
  })
  const failures = new Counter({
    name: 'modelyard_http_internal_errors_total',
    help: 'Answers of 500',
    registers: [registry],
  })
  app.addHook('onResponse', async (request, reply) => {
    durations.observe(
      { method: request.method, route: request.routeOptions.url ?? 'none', status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    )
    if (reply.statusCode === 500) failures.inc()
  })
}

/** The description of the API, and the pages of the error codes. */
export function mountDocuments(app: FastifyInstance): void {
  let document: string | undefined
  app.get('/api/v1/openapi.json', async (_request, reply) => {
    document ??= JSON.stringify(buildOpenApi())
    return reply.type('application/json; charset=utf-8').send(document)
  })
  app.get<{ Params: { code: string } }>('/docs/errors/:code', async (request, reply) => {
    const { code } = request.params
    if (!Object.hasOwn(errorCatalogue, code)) return reply.callNotFound()
    return reply
      .type('text/markdown; charset=utf-8')
      .send(readFileSync(join(installationFolder(), 'docs', 'errors', `${code}.md`), 'utf8'))
  })
}
