import { environmentVariable } from '@modelyard/platform'
import type { FastifyInstance } from 'fastify'
import type { Platform } from '../../../platform/index.ts'
import type { TelemetryBatch } from '../../deploy-target.ts'
import type { OtlpExport, OtlpSources } from './otlp-export.ts'
import { readOtlpSignals } from './otlp-signals.ts'

/** OTLP out, when the standard variables name a receiver. The packages are loaded only then. */
export function createOtlp(platform: Platform, sources: OtlpSources) {
  const signals = readOtlpSignals(environmentVariable)
  let running: OtlpExport | undefined

  return {
    /** Watches what the server answers. */
    mount(app: FastifyInstance): void {
      if (signals === undefined) return
      app.addHook('onResponse', async (request, reply) => {
        const { traceparent } = request.headers
        running?.requestAnswered({
          method: request.method,
          route: request.routeOptions.url ?? 'none',
          status: reply.statusCode,
          requestId: request.id,
          traceparent: typeof traceparent === 'string' ? traceparent : undefined,
          durationMs: reply.elapsedTime,
        })
      })
    },
    telemetryKept: (batch: TelemetryBatch): void => running?.telemetryKept(batch),
    async start(): Promise<void> {
      if (signals === undefined) return
      try {
        const { startOtlpExport } = await import('./otlp-export.ts')
        running = startOtlpExport(platform, signals, sources)
      } catch (error) {
        platform.logger.error({ err: error }, 'the export by OTLP could not be started')
      }
    },
    stop: async (): Promise<void> => running?.stop(),
  }
}
