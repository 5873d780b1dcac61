import { ModelyardError, type ExceptionGroup } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import type { Handlers } from '../../http/index.ts'
import { toPage, type Platform } from '../../platform/index.ts'
import type { DeploymentService } from '../deployment-service.ts'
import type { EndpointService } from '../endpoint-service.ts'
import { listDeployments } from '../endpoint-store.ts'
import type { SeriesService } from './series-service.ts'
import { listExceptionGroups, listRequestExceptions } from './telemetry-store.ts'
import type { ExceptionGroupTable } from './telemetry-tables.ts'

type Ids = 'getEndpointSeries' | 'listExceptions' | 'getRequestTrace'

const mostLines = 1000

export function telemetryHandlers(
  platform: Platform,
  deps: {
    readonly endpoints: EndpointService
    readonly deployments: DeploymentService
    readonly series: SeriesService
    readonly pull: () => Promise<void>
  },
): Handlers<Ids> {
  const { read } = platform.store
  return {
    async getEndpointSeries({ params, query }) {
      await deps.endpoints.requireEndpoint(read, params.ws, params.endpoint)
      const { intervalSeconds, deployments } = await deps.series.seriesForPage(
        params.ws,
        params.endpoint,
        query.minutes,
      )
      return {
        intervalSeconds,
        deployments: deployments.map(({ deployment, points }) => ({
          deployment,
          points: points.map((point) => ({ ...point, at: toTimestamp(point.at) })),
        })),
      }
    },
    async listExceptions({ params, query }) {
      await deps.endpoints.requireEndpoint(read, params.ws, params.endpoint)
      await deps.pull()
      const rows = await listExceptionGroups(read, params.ws, params.endpoint, query.pageSize + 1, query)
      return toPage(rows, query.pageSize, (row) => [row.last_at, row.id], toGroup)
    },
    async getRequestTrace({ params }) {
      const { ws, endpoint, requestId } = params
      await deps.endpoints.requireEndpoint(read, ws, endpoint)
      await deps.pull()
      const [exception] = await listRequestExceptions(read, ws, endpoint, requestId)
      const names = (await listDeployments(read, ws, endpoint)).map((row) => row.name)
      const ordered = exception === undefined ? names : [exception.deployment, ...names]
      for (const name of new Set(ordered.filter((candidate) => names.includes(candidate)))) {
        const lines = await deps.deployments.logLines(ws, endpoint, name, mostLines, requestId)
        if (lines.length > 0 || exception?.deployment === name)
          return traceOf(requestId, name, lines, exception?.deployment === name ? exception : undefined)
      }
      if (exception !== undefined) return traceOf(requestId, exception.deployment, [], exception)
      throw new ModelyardError(
        'request_not_found',
        `No deployment of '${endpoint}' has printed anything or failed for the request '${requestId}'.`,
      )
    },
  }
}

function traceOf(
  requestId: string,
  deployment: string,
  lines: readonly string[],
  exception: { at: number; type: string; message: string; traceback: string } | undefined,
) {
  const prefix = `[${requestId}] `
  return {
    requestId,
    deployment,
    at: exception === undefined ? null : toTimestamp(exception.at),
    lines: lines.map((line) => (line.startsWith(prefix) ? line.slice(prefix.length) : line)),
    exception:
      exception === undefined
        ? null
        : { type: exception.type, message: exception.message, traceback: exception.traceback },
  }
}

function toGroup(row: ExceptionGroupTable): ExceptionGroup {
  return {
    id: row.id,
    deployment: row.deployment,
    type: row.type,
    message: row.message,
    traceback: row.traceback,
    count: row.count,
    firstAt: toTimestamp(row.first_at),
    lastAt: toTimestamp(row.last_at),
    requestIds: JSON.parse(row.request_ids) as string[],
  }
}
