import {
  diag,
  DiagLogLevel,
  isSpanContextValid,
  ROOT_CONTEXT,
  SeverityNumber,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
} from '@opentelemetry/api'
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { environmentVariable } from '@modelyard/platform'
import type { Platform } from '../../../platform/index.ts'
import type { ServedDeployment, TelemetryBatch } from '../../deploy-target.ts'
import { createDeploymentMetrics, type DriftScore } from './deployment-metrics.ts'
import { LogTail } from './log-tail.ts'
import type { OtlpSignals } from './otlp-signals.ts'

const shutdownWithinMs = 3000
const tailEveryMs = 2000
const complainEveryMs = 60_000
/** As the conventions advise for `http.server.request.duration`, in seconds. */
const durationBounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

/** A request that the server answered. */
export interface AnsweredRequest {
  readonly method: string
  readonly route: string
  readonly status: number
  readonly requestId: string
  readonly traceparent: string | undefined
  readonly durationMs: number
}

export interface OtlpSources {
  served(): readonly ServedDeployment[]
  driftScores(): readonly DriftScore[]
  /** Every deployment with the file that its script prints to. */
  logFiles(): Promise<readonly { workspace: string; endpoint: string; deployment: string; path: string }[]>
}

export type OtlpExport = ReturnType<typeof startOtlpExport>

/** Sends traces, metrics and logs to an OTLP receiver. Queues are bounded, sending is retried and then given up: the receiver's trouble stays its own. */
export function startOtlpExport(platform: Platform, signals: OtlpSignals, sources: OtlpSources) {
  const { clock, logger } = platform
  complainQuietly(platform)
  const resource = defaultResource().merge(
    resourceFromAttributes({ 'service.name': environmentVariable('OTEL_SERVICE_NAME') ?? 'modelyard' }),
  )
  const tracers = new TracerProvider({
    resource,
    spanProcessors: signals.traces ? [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })] : [],
  })
  const producer = createDeploymentMetrics(clock.now, sources.served, sources.driftScores)
  const meters = new MeterProvider({
    resource,
    readers: signals.metrics
      ? [
          new PeriodicExportingMetricReader({
            exporter: new OTLPMetricExporter(),
            exportIntervalMillis: signals.metricsEveryMs,
            exportTimeoutMillis: Math.min(30_000, signals.metricsEveryMs),
            metricProducers: [producer],
          }),
        ]
      : [],
  })
  const loggers = new LoggerProvider({
    resource,
    processors: signals.logs ? [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter() })] : [],
  })
  const tracer = tracers.getTracer('modelyard')
  const log = loggers.getLogger('modelyard')
  const requestDuration = meters.getMeter('modelyard').createHistogram('http.server.request.duration', {
    unit: 's',
    description: 'Duration of HTTP server requests',
    advice: { explicitBucketBoundaries: durationBounds },
  })
  const tails = new Map<string, LogTail>()
  let tailing: Promise<void> | undefined

  function requestAnswered(request: AnsweredRequest): void {
    const attributes = {
      'http.request.method': request.method,
      'http.route': request.route,
      'http.response.status_code': request.status,
      'url.scheme': 'http',
    }
    requestDuration.record(request.durationMs / 1000, attributes)
    const end = clock.now()
    const span = tracer.startSpan(
      `${request.method} ${request.route}`,
      {
        kind: SpanKind.SERVER,
        startTime: end - request.durationMs,
        attributes: { ...attributes, 'modelyard.request_id': request.requestId },
      },
      parentOf(request.traceparent),
    )
    if (request.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end(end)
  }

  /** Predictions that failed: a span that ends where the exception is known of, and a log record with it. */
  function telemetryKept({ exceptions }: TelemetryBatch): void {
    for (const exception of exceptions) {
      const attributes = {
        'modelyard.workspace': exception.workspace,
        'modelyard.endpoint': exception.endpoint,
        'modelyard.deployment': exception.deployment,
        'modelyard.request_id': exception.requestId,
      }
      const details = {
        'exception.type': exception.type,
        'exception.message': exception.message,
        'exception.stacktrace': exception.traceback,
      }
      const span = tracer.startSpan(
        `predict ${exception.endpoint}`,
        { kind: SpanKind.SERVER, startTime: exception.at, attributes: { ...attributes, 'error.type': exception.type } },
        ROOT_CONTEXT,
      )
      span.addEvent('exception', details, exception.at)
      span.setStatus({ code: SpanStatusCode.ERROR, message: exception.message })
      span.end(exception.at)
      log.emit({
        timestamp: exception.at,
        severityNumber: SeverityNumber.ERROR,
        severityText: 'ERROR',
        body: `${exception.type}: ${exception.message}`,
        attributes: { ...attributes, ...details },
        context: trace.setSpanContext(ROOT_CONTEXT, span.spanContext()),
      })
    }
  }

  async function tailLogs(): Promise<void> {
    for (const { path, workspace, endpoint, deployment } of await sources.logFiles()) {
      const tail = tails.get(path) ?? new LogTail(path)
      tails.set(path, tail)
      for (const { requestId, text } of await tail.read())
        log.emit({
          timestamp: clock.now(),
          severityNumber: SeverityNumber.INFO,
          severityText: 'INFO',
          body: text,
          attributes: {
            'modelyard.workspace': workspace,
            'modelyard.endpoint': endpoint,
            'modelyard.deployment': deployment,
            ...(requestId === null ? {} : { 'modelyard.request_id': requestId }),
          },
        })
    }
  }

  function lookAtLogs(): Promise<void> {
    tailing ??= tailLogs()
      .catch((error: unknown) => logger.warn({ err: error }, 'logs of deployments could not be read for OTLP'))
      .finally(() => (tailing = undefined))
    return tailing
  }

  const timer = signals.logs ? clock.every(tailEveryMs, () => void lookAtLogs()) : undefined
  if (signals.logs) void lookAtLogs()

  return {
    requestAnswered,
    telemetryKept,
    /** Sends what waits, for a moment, and ends. */
    async stop() {
      timer?.cancel()
      if (signals.logs) await lookAtLogs()
      const ending = Promise.allSettled([tracers.shutdown(), meters.shutdown(), loggers.shutdown()])
      await Promise.race([ending, clock.sleep(shutdownWithinMs)])
    },
  }
}

/** W3C trace context: who calls with a trace of its own finds our span in it. */
function parentOf(header: string | undefined): Context {
  const [, traceId = '', spanId = '', flags = ''] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(header ?? '') ?? []
  const parent = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags || '0', 16) & 1 ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  }
  return isSpanContextValid(parent) ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT
}

/** The packages tell of a receiver that does not answer; once a minute is enough for the server's log. */
function complainQuietly({ clock, logger }: Platform): void {
  let saidAt = Number.NEGATIVE_INFINITY
  const say = (message: string): void => {
    if (clock.monotonic() - saidAt < complainEveryMs) return
    saidAt = clock.monotonic()
    logger.warn({ reason: message.slice(0, 500) }, 'telemetry could not be exported')
  }
  const quiet = (): void => undefined
  diag.setLogger(
    { error: say, warn: say, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  )
}
