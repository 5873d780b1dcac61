import { z } from 'zod'
import { page, PageQuery, SourceFile, Timestamp, WorkspaceParams } from './primitives.ts'
import { Alert } from './alerts.ts'
import { defineRoutes } from './route.ts'

export const SignalType = z.enum([
  'data_drift',
  'prediction_drift',
  'data_quality',
  'model_performance',
  'performance_estimate',
  'service',
])
export const StatisticName = z.string().max(250)
/** One statistic of one feature in one window. `dialect` names the exact definition; of the statistics of a drift feature one `decides`. */
export const SignalResult = z
  .object({
    signal: z.string().meta({ description: 'the name that the monitor gives the signal' }),
    type: SignalType.optional(),
    feature: z.string().nullable(),
    statistic: StatisticName,
    dialect: z.string(),
    value: z.number().nullable(),
    pValue: z.number().nullable(),
    threshold: z.number().nullable(),
    fired: z.boolean(),
    decides: z.boolean(),
    reason: z.string().optional(),
    approximate: z.boolean().optional(),
    bound: z.number().optional(),
  })
  .meta({ id: 'SignalResult' })
/** Counts of a feature then and now, over the same bins or categories. `edges` has one more entry than the counts. */
export const Distribution = z
  .object({
    feature: z.string(),
    kind: z.enum(['numeric', 'categorical']),
    edges: z.array(z.number()).optional(),
    categories: z.array(z.string()).optional(),
    reference: z.array(z.number()),
    current: z.array(z.number()),
    nulls: z.object({ reference: z.number(), current: z.number() }),
  })
  .meta({ id: 'Distribution' })
/** How well one model version did in a window, over the rows whose label has come. */
export const VersionPerformance = z
  .object({
    model: z.string().nullable(),
    version: z.string().nullable(),
    deployment: z.string(),
    serving: z.boolean().meta({ description: 'false: it got copies of the traffic, its answers were not used' }),
    rows: z.number().int(),
    labels: z.number().int(),
    metrics: z.record(z.string(), z.number().nullable()),
  })
  .meta({ id: 'VersionPerformance' })
/** Half-open `[start, end)` by event time, aligned to the epoch in UTC; windows of N rows have the times of their first row and of the next one's first. */
export const MonitorWindow = z
  .object({
    start: Timestamp,
    end: Timestamp,
    rows: z.number().int(),
    labels: z.number().int(),
    complete: z.boolean().meta({ description: 'rows of later windows have come, or its end is past' }),
    labelDelayMs: z.object({ p50: z.number(), p95: z.number() }).nullable(),
    results: z.array(SignalResult),
    performance: z.array(VersionPerformance),
    distributions: z.array(Distribution).optional(),
    collected: z
      .object({ received: z.number().int(), stored: z.number().int() })
      .nullable()
      .meta({ description: 'the share of the traffic that the window was computed on, since the gateway counts' }),
    computedAt: Timestamp,
  })
  .meta({ id: 'MonitorWindow' })
export const WindowSize = z.union([
  z.object({ milliseconds: z.number() }),
  z.object({ rows: z.number().int() }),
  z.object({ calendar: z.enum(['month', 'quarter']) }),
])
export const MonitorSignal = z.object({
  name: z.string(),
  type: SignalType,
  features: z.array(z.string()).nullable(),
  exclude: z.array(z.string()).default([]),
  metrics: z.array(z.string()),
  label: z.string().nullable(),
  key: z
    .array(z.string())
    .default([])
    .meta({ description: 'columns of the inputs that name a row to a file of labels' }),
  rules: z.array(z.string()).meta({ description: 'of a service signal, as `p95_ms > 200 for 5m`' }),
  thresholds: z.record(z.string(), z.number()).meta({ description: 'of the user, instead of calibrated ones' }),
})
export const Monitor = z
  .object({
    name: z.string(),
    endpoint: z.string(),
    description: z.string(),
    window: WindowSize,
    falseAlarms: z.object({ count: z.number(), periodMs: z.number() }),
    signals: z.array(MonitorSignal),
    reference: z.object({
      kind: z.enum(['data', 'model_version', 'none']),
      name: z.string().nullable(),
      version: z.string().nullable(),
      rows: z.number().int(),
      timed: z.boolean(),
      reason: z.string().meta({ description: 'why there is none, or empty' }),
    }),
    baseline: z
      .record(z.string(), z.object({ value: z.number(), limit: z.number().nullable(), source: z.string() }))
      .meta({ description: 'of each performance metric: the champion’s own value on rows it did not learn from' }),
    importance: z.record(z.string(), z.number()).meta({ description: 'share of each feature, where it is known' }),
    alert: z.object({
      trigger: z.string().nullable(),
      emails: z.array(z.string()),
      webhooks: z.array(z.string()),
    }),
    schedule: z.object({ everyMs: z.number() }).nullable(),
    source: z.string(),
    warnings: z
      .array(z.string())
      .default([])
      .meta({ description: 'what the file asks for that is done otherwise here, with its place' }),
    windows: z.array(MonitorWindow).default([]),
    alerts: z.array(Alert).default([]),
    lastRunAt: Timestamp.nullable(),
    lastError: z.string().nullable(),
    createdAt: Timestamp,
    createdBy: z.string(),
    updatedAt: Timestamp,
    url: z.string(),
  })
  .meta({ id: 'Monitor' })
/** The heat map: the deciding value of each feature in each window, as multiples of its threshold. */
export const MonitorMatrix = z
  .object({
    windows: z.array(z.object({ start: Timestamp, end: Timestamp, rows: z.number().int(), labels: z.number().int() })),
    features: z.array(
      z.object({
        signal: z.string(),
        feature: z.string(),
        statistic: z.string(),
        importance: z.number().nullable(),
        values: z.array(z.number().nullable()),
        thresholds: z.array(z.number().nullable()),
        fired: z.array(z.boolean()),
      }),
    ),
    performance: z.array(
      z.object({
        version: z.string().nullable(),
        deployment: z.string(),
        metric: z.string(),
        values: z.array(z.number().nullable()),
        serving: z.array(z.boolean()),
      }),
    ),
    limits: z.record(z.string(), z.array(z.number().nullable())),
  })
  .meta({ id: 'MonitorMatrix' })
export type SignalType = z.infer<typeof SignalType>
export type SignalResult = z.infer<typeof SignalResult>
export type Distribution = z.infer<typeof Distribution>
export type VersionPerformance = z.infer<typeof VersionPerformance>
export type MonitorWindow = z.infer<typeof MonitorWindow>
export type WindowSize = z.infer<typeof WindowSize>
export type MonitorSignal = z.infer<typeof MonitorSignal>
export type Monitor = z.infer<typeof Monitor>
export type MonitorMatrix = z.infer<typeof MonitorMatrix>

const MonitorParams = WorkspaceParams.extend({ name: z.string().max(128) })
const base = '/api/v1/workspaces/:ws/monitors'
const MonitorSource = z.object({ source: SourceFile }).strict()

export const monitorRoutes = defineRoutes({
  listMonitors: {
    method: 'GET',
    path: base,
    summary: 'Monitors with their latest window, without its results',
    access: 'monitor.read',
    params: WorkspaceParams,
    query: PageQuery,
    response: page(Monitor),
    errors: ['workspace_not_found', 'cursor_invalid'],
  },
  createMonitor: {
    method: 'POST',
    path: base,
    summary: 'Create a monitor from its file; Azure’s schedule with `create_monitor` is read, too',
    access: 'monitor.write',
    params: WorkspaceParams,
    body: MonitorSource,
    response: Monitor,
    status: 201,
    errors: [
      'workspace_not_found',
      'already_exists',
      'document_invalid',
      'endpoint_not_found',
      'data_asset_not_found',
      'monitor_reference_invalid',
    ],
  },
  updateMonitor: {
    method: 'PUT',
    path: `${base}/:name`,
    summary: 'Replace a monitor’s file; windows are computed again',
    access: 'monitor.write',
    params: MonitorParams,
    body: MonitorSource,
    response: Monitor,
    errors: [
      'monitor_not_found',
      'document_invalid',
      'endpoint_not_found',
      'data_asset_not_found',
      'monitor_reference_invalid',
      'conflict',
    ],
  },
  getMonitor: {
    method: 'GET',
    path: `${base}/:name`,
    summary: 'One monitor with its newest windows and its alerts',
    access: 'monitor.read',
    params: MonitorParams,
    query: z.object({
      windows: z.coerce.number().int().min(0).max(1000).default(100),
      distributions: z.stringbool().default(false),
    }),
    response: Monitor,
    errors: ['monitor_not_found'],
  },
  deleteMonitor: {
    method: 'DELETE',
    path: `${base}/:name`,
    summary: 'Delete a monitor with its windows; collected rows stay',
    access: 'monitor.write',
    params: MonitorParams,
    status: 204,
    errors: ['monitor_not_found'],
  },
  runMonitor: {
    method: 'POST',
    path: `${base}/:name/run`,
    summary: 'Collect what the gateway holds and compute what is due',
    access: 'monitor.run',
    params: MonitorParams,
    query: z.object({
      windows: z.coerce.number().int().min(0).max(1000).default(100),
      distributions: z.stringbool().default(false),
    }),
    response: Monitor,
    errors: ['monitor_not_found', 'monitor_reference_invalid', 'gateway_unavailable'],
  },
  getMonitorMatrix: {
    method: 'GET',
    path: `${base}/:name/matrix`,
    summary: 'Feature by window, and accuracy by model version, for the page',
    access: 'monitor.read',
    params: MonitorParams,
    query: z.object({ windows: z.coerce.number().int().min(1).max(1000).default(100) }),
    response: MonitorMatrix,
    errors: ['monitor_not_found'],
  },
  getMonitorWindow: {
    method: 'GET',
    path: `${base}/:name/windows/:start`,
    summary: 'One window with its results and distributions',
    access: 'monitor.read',
    params: MonitorParams.extend({ start: Timestamp.max(40) }),
    response: MonitorWindow,
    errors: ['monitor_not_found', 'window_not_found'],
  },
})
