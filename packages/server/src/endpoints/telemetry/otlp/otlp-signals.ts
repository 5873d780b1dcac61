/** What goes out, and to whom nothing does; the addresses and headers themselves are read by the exporters. */
export interface OtlpSignals {
  readonly traces: boolean
  readonly metrics: boolean
  readonly logs: boolean
  /** Milliseconds between two exports of metrics. */
  readonly metricsEveryMs: number
}

const shortestExportMs = 1000
const usualExportMs = 60_000

/** Reads the standard variables; undefined when nothing is to be exported. An address is what turns it on: nothing leaves this machine unasked. */
export function readOtlpSignals(variable: (name: string) => string | undefined): OtlpSignals | undefined {
  if (variable('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return undefined
  const isOn = (signal: 'TRACES' | 'METRICS' | 'LOGS'): boolean =>
    variable(`OTEL_${signal}_EXPORTER`)?.toLowerCase() !== 'none' &&
    (variable('OTEL_EXPORTER_OTLP_ENDPOINT') ?? variable(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`)) !== undefined
  const signals = { traces: isOn('TRACES'), metrics: isOn('METRICS'), logs: isOn('LOGS') }
  if (!signals.traces && !signals.metrics && !signals.logs) return undefined
  const interval = Number(variable('OTEL_METRIC_EXPORT_INTERVAL') ?? usualExportMs)
  return {
    ...signals,
    metricsEveryMs: Number.isFinite(interval) ? Math.max(shortestExportMs, interval) : usualExportMs,
  }
}
