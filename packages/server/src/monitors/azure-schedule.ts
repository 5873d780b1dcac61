import { AssetName, SlugName, type WindowSize } from '@modelyard/contract'
import { z } from 'zod'
import { invalidDocument, type ParsedDocument } from '../platform/index.ts'
import type { MonitorPlan, SignalPlan } from './monitor-document.ts'
import { thresholdsOf, unknownThresholds } from './azure-thresholds.ts'
import { calendarMs, dayMs, parseDuration } from './period.ts'

const Text = z.string().max(1000)
const Numbers = z.record(z.string().max(100), z.number())
/** Thresholds, some by the kind of the column or of the task. */
const Thresholds = z.record(z.string().max(100), z.union([z.number(), Numbers]))
const InputData = z.strictObject({ path: Text, type: Text.optional(), mode: Text.optional() })
const ColumnNames = z.record(z.string(), Text)
const DataWindow = z.strictObject({
  lookback_window_size: Text.optional(),
  lookback_window_offset: Text.optional(),
  window_start: Text.optional(),
  window_end: Text.optional(),
})
const MonitoredData = z.strictObject({
  input_data: InputData.optional(),
  data_context: Text.optional(),
  data_column_names: ColumnNames.optional(),
  pre_processing_component: Text.optional(),
  data_window: DataWindow.optional(),
})
const Production = z.union([MonitoredData, z.array(MonitoredData).max(10)])
const Features = z.union([
  z.strictObject({ top_n_feature_importance: z.number().int().min(1) }),
  z.strictObject({ all_features: z.boolean() }),
  z.literal('all_features'),
  z.array(z.string().max(250)).max(10_000),
])
const AzureSignal = z.strictObject({
  type: z.enum([
    'data_drift',
    'prediction_drift',
    'data_quality',
    'feature_attribution_drift',
    'model_performance',
    'custom',
  ]),
  production_data: Production.optional(),
  reference_data: MonitoredData.optional(),
  features: Features.optional(),
  feature_type_override: z.record(z.string(), Text).optional(),
  data_segment: z.looseObject({}).optional(),
  alert_enabled: z.boolean().default(true),
  metric_thresholds: Thresholds.optional(),
  properties: z.looseObject({}).optional(),
  component_id: Text.optional(),
  inputs: z.looseObject({}).optional(),
  workspace_connection: z.looseObject({}).optional(),
})
const Pattern = z.looseObject({})

/** Azure ML's schedule (CLI v2) that creates a monitor. */
export const AzureSchedule = z.strictObject({
  $schema: z.string().optional(),
  name: AssetName,
  display_name: Text.optional(),
  description: z.string().max(10_000).default(''),
  tags: z.record(z.string(), z.string()).optional(),
  properties: z.looseObject({}).optional(),
  trigger: z.strictObject({
    type: z.enum(['recurrence', 'cron']),
    frequency: z.enum(['minute', 'hour', 'day', 'week', 'month']).optional(),
    interval: z.number().int().min(1).max(1000).default(1),
    expression: Text.optional(),
    start_time: Text.optional(),
    end_time: Text.optional(),
    time_zone: Text.optional(),
    timezone: Text.optional(),
    schedule: Pattern.optional(),
    pattern: Pattern.optional(),
  }),
  create_monitor: z.strictObject({
    compute: z.union([Text, z.looseObject({})]).optional(),
    monitoring_target: z.strictObject({
      ml_task: Text.optional(),
      endpoint_deployment_id: Text.optional(),
      model_id: Text.optional(),
    }),
    monitoring_signals: z.record(AssetName, AzureSignal).optional(),
    alert_notification: z
      .union([z.literal('azmonitoring'), z.strictObject({ emails: z.array(z.email().max(320)).max(100).default([]) })])
      .optional(),
  }),
})
type AzureSchedule = z.output<typeof AzureSchedule>
type AzureSignal = z.output<typeof AzureSignal>

const frequencies = { minute: 60_000, hour: 3_600_000, day: dayMs, week: 7 * dayMs, month: calendarMs('month') }
/** Reads the schedule as a monitor of ours: what has another shape here is mapped, what is done otherwise is warned of, what has no meaning is refused. */
export function planOfSchedule(
  source: { name: string },
  { value, placeOf }: ParsedDocument<AzureSchedule>,
): MonitorPlan {
  const monitor = value.create_monitor
  const places: ReturnType<typeof placeOf>[] = []
  const warnings: string[] = []
  const warn = (path: readonly (string | number)[], message: string): void => {
    const { line, column } = placeOf(path, '')
    warnings.push(`${source.name}:${line ?? 1}:${column ?? 1} ${path.join('.')}: ${message}`)
  }
  const root = ['create_monitor'] as const
  if (monitor.compute !== undefined) warn([...root, 'compute'], 'is not needed: monitors run inside the server')
  const endpoint = endpointOf(monitor.monitoring_target.endpoint_deployment_id)
  const targetPath = [...root, 'monitoring_target']
  if (endpoint === undefined)
    places.push(
      placeOf(
        monitor.monitoring_target.endpoint_deployment_id === undefined
          ? targetPath
          : [...targetPath, 'endpoint_deployment_id'],
        'must name what is watched in `endpoint_deployment_id`, as `azureml:ENDPOINT:DEPLOYMENT`',
      ),
    )
  else if (endpoint.deployment !== null)
    warn([...targetPath, 'endpoint_deployment_id'], 'all deployments of the endpoint are watched, each by itself')
  const signals: SignalPlan[] = []
  for (const [name, signal] of Object.entries(
    monitor.monitoring_signals ??
      ({
        data_drift: { type: 'data_drift', alert_enabled: true },
        prediction_drift: { type: 'prediction_drift', alert_enabled: true },
        data_quality: { type: 'data_quality', alert_enabled: true },
      } satisfies Record<string, AzureSignal>),
  )) {
    const path = [...root, 'monitoring_signals', name]
    const mapped = signalOf(name, signal, monitor.monitoring_target.ml_task, (key, message) =>
      warn([...path, ...key], message),
    )
    if (mapped !== undefined) signals.push(mapped)
    for (const unknown of unknownThresholds(signal))
      places.push(placeOf([...path, 'metric_thresholds', ...unknown], 'is no threshold that is known here'))
  }
  if (signals.length === 0 && places.length === 0)
    places.push(placeOf([...root, 'monitoring_signals'], 'has no signal that can be computed here'))
  const everyMs = scheduleOf(value, warn)
  const window = windowOf(
    monitor.monitoring_signals ?? {},
    everyMs,
    (path, message) => places.push(placeOf(path, message)),
    warn,
  )
  if (places.length > 0) throw invalidDocument(source.name, places)
  const { alert_notification: notification } = monitor
  return {
    name: value.name,
    endpoint: endpoint?.endpoint ?? '',
    description: value.description || (value.display_name ?? ''),
    window,
    falseAlarms: { count: 1, periodMs: calendarMs('quarter') },
    reference: referenceOf(monitor.monitoring_signals ?? {}, warn),
    signals,
    alert: { trigger: null, emails: typeof notification === 'object' ? notification.emails : [], webhooks: [] },
    everyMs,
    warnings,
  }
}

/** `azureml:ENDPOINT:DEPLOYMENT`, or the endpoint alone. */
function endpointOf(id: string | undefined): { endpoint: string; deployment: string | null } | undefined {
  const [endpoint = '', deployment] = (id ?? '').replace(/^(azureml|modelyard):/, '').split(/[:/]/)
  return SlugName.safeParse(endpoint).success ? { endpoint, deployment: deployment ?? null } : undefined
}

type Warn = (path: readonly (string | number)[], message: string) => void

function scheduleOf({ trigger }: AzureSchedule, warn: Warn): number {
  if (trigger.type === 'cron') {
    warn(['trigger', 'expression'], 'a monitor looks every hour here, and whenever `modelyard monitor run` is called')
    return 3_600_000
  }
  for (const key of ['schedule', 'pattern', 'start_time', 'end_time', 'time_zone', 'timezone'] as const)
    if (trigger[key] !== undefined)
      warn(['trigger', key], 'is not used: windows go by event time in UTC, and a monitor looks at a fixed interval')
  return Math.min(frequencies[trigger.frequency ?? 'day'] * trigger.interval, 3_600_000)
}

function windowOf(
  signals: Readonly<Record<string, AzureSignal>>,
  everyMs: number,
  refuse: Warn,
  warn: Warn,
): WindowSize {
  let found: number | undefined
  for (const [name, signal] of Object.entries(signals)) {
    const data = [signal.production_data ?? []].flat()
    for (const [index, { data_window: window }] of data.entries()) {
      if (window?.lookback_window_size === undefined) continue
      const place = Array.isArray(signal.production_data) ? ['production_data', index] : ['production_data']
      const path = ['create_monitor', 'monitoring_signals', name, ...place, 'data_window', 'lookback_window_size']
      const size = parseDuration(window.lookback_window_size)
      if (size === undefined || size < 60_000) refuse(path, 'is no duration of a minute or more, such as P7D')
      else if (found !== undefined && found !== size)
        warn(path, 'differs from the first signal’s; one monitor has one window')
      else found = size
    }
  }
  return { milliseconds: found ?? Math.max(everyMs, dayMs) }
}

function referenceOf(signals: Readonly<Record<string, AzureSignal>>, warn: Warn): MonitorPlan['reference'] {
  let data: string | null = null
  let label: string | null = null
  for (const [name, signal] of Object.entries(signals)) {
    const reference = signal.reference_data
    if (reference === undefined) continue
    const path = ['create_monitor', 'monitoring_signals', name, 'reference_data']
    label ??= reference.data_column_names?.['target_column'] ?? null
    const asset = reference.input_data?.path
    if (asset === undefined) continue
    if (signal.type === 'model_performance')
      warn([...path, 'input_data'], 'is not read: labels come by `modelyard label add`')
    else if (data !== null && data !== asset)
      warn([...path, 'input_data'], 'differs from the first signal’s; one monitor has one reference')
    else data = asset
  }
  return data === null && label === null ? null : { data, label, time: null }
}

function signalOf(
  name: string,
  signal: AzureSignal,
  task: string | undefined,
  warn: (key: readonly string[], message: string) => void,
): SignalPlan | undefined {
  if (signal.type === 'feature_attribution_drift' || signal.type === 'custom') {
    warn(['type'], `\`${signal.type}\` is not computed here; the signal is left out`)
    return undefined
  }
  if (!signal.alert_enabled) warn(['alert_enabled'], 'every signal alerts here; leave the signal out to be left alone')
  for (const key of ['data_segment', 'feature_type_override', 'properties', 'workspace_connection'] as const)
    if (signal[key] !== undefined) warn([key], 'is not used')
  const features = Array.isArray(signal.features) ? signal.features : null
  if (
    typeof signal.features === 'object' &&
    !Array.isArray(signal.features) &&
    'top_n_feature_importance' in signal.features
  )
    warn(['features'], 'all features are looked at; the promised rate of false alarms holds over all of them together')
  const regression = /regression/i.test(task ?? '')
  const thresholds = thresholdsOf(signal, warn)
  const label = [signal.production_data ?? [], signal.reference_data ?? []]
    .flat()
    .map((data) => data.data_column_names?.['target_column'] ?? data.data_column_names?.['ground_truth'])
    .find((column) => column !== undefined)
  const performance = signal.type === 'model_performance'
  const named = Object.keys(thresholds)
  return {
    name,
    type: signal.type,
    features: performance ? null : features,
    exclude: [],
    metrics: performance ? (named.length > 0 ? named : [regression ? 'mae' : 'accuracy']) : [],
    label: performance ? (label ?? 'label') : null,
    key: [],
    rules: [],
    thresholds,
  }
}
