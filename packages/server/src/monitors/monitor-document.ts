import { AssetName, SlugName, type MonitorSignal, type WindowSize } from '@modelyard/contract'
import { classificationMetricNames, regressionMetricNames } from '@modelyard/statistics'
import { z } from 'zod'
import { invalidDocument, parseDocument, type ParsedDocument } from '../platform/index.ts'
import { AzureSchedule, planOfSchedule } from './azure-schedule.ts'
import { dayMs, parseDuration, parseFalseAlarms, type FalseAlarms } from './period.ts'
import { parseServiceRule } from './service-rule.ts'
import { lengthOf } from './window.ts'

/** What a monitor's file amounts to. */
export interface MonitorPlan {
  readonly name: string
  readonly endpoint: string
  readonly description: string
  readonly window: WindowSize
  readonly falseAlarms: FalseAlarms
  readonly reference: ReferencePlan | null
  readonly signals: readonly SignalPlan[]
  readonly alert: {
    readonly trigger: string | null
    readonly emails: readonly string[]
    readonly webhooks: readonly string[]
  }
  /** null: it runs when it is told to. */
  readonly everyMs: number | null
  /** What the file asks for that is done otherwise here. */
  readonly warnings: readonly string[]
}

export interface ReferencePlan {
  /** null: what the model version was registered with. */
  readonly data: string | null
  /** Column that says what really happened: no feature. */
  readonly label: string | null
  /** Column that says when: `event_time` where nothing is said and there is one. */
  readonly time: string | null
}

export type SignalPlan = z.output<typeof MonitorSignal>

/** Metrics of model performance. */
export const performanceMetricNames = [...regressionMetricNames, ...classificationMetricNames] as const

export const driftStatistics = ['ks', 'wasserstein', 'psi', 'js', 'hellinger', 'tvd', 'linf', 'chi2'] as const
export const qualityStatistics = [
  'null_rate',
  'new_category_rate',
  'type_error_rate',
  'out_of_range_rate',
  'row_count',
] as const

const Duration = z
  .string()
  .max(30)
  .transform((text, context) => {
    const ms = parseDuration(text)
    if (ms === undefined)
      context.addIssue({ code: 'custom', message: `\`${text}\` is no duration; write it as 7d, 1h or 30m` })
    return ms ?? 0
  })
const Size = z
  .string()
  .max(30)
  .transform((text, context): number | 'month' | 'quarter' => {
    if (text === 'month' || text === 'quarter') return text
    const ms = parseDuration(text)
    if (ms === undefined)
      context.addIssue({
        code: 'custom',
        message: `\`${text}\` is no duration; write it as 7d or 1h, or month or quarter`,
      })
    return ms ?? 0
  })
const Window = z.union([
  z.strictObject({ size: Size }),
  z.strictObject({
    rows: z.number().int('must be a whole number').min(10, 'must be 10 or more').max(10_000_000),
  }),
])
const FalseAlarmRate = z
  .string()
  .max(100)
  .transform((text, context) => {
    const rate = parseFalseAlarms(text)
    if (rate === undefined)
      context.addIssue({
        code: 'custom',
        message: `\`${text}\` is no rate; write it as \`1 per quarter\`, \`2 per year\` or \`off\``,
      })
    return rate ?? { count: 0, periodMs: 0 }
  })
const Column = z.string().min(1).max(250)
const Columns = z.array(Column).min(1, 'names no column').max(10_000)
const thresholdsOf = (names: readonly [string, ...string[]]) => z.partialRecord(z.enum(names), z.number()).default({})
const Metrics = z.array(z.enum(performanceMetricNames)).min(1, 'names no metric').max(20)
const featureKeys = { features: Columns.optional(), exclude: Columns.optional() }
const Key = z.union([Column.transform((name) => [name]), Columns])

const Signal = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('data_drift'), ...featureKeys, thresholds: thresholdsOf([...driftStatistics]) }),
  z.strictObject({
    type: z.literal('prediction_drift'),
    ...featureKeys,
    thresholds: thresholdsOf([...driftStatistics]),
  }),
  z.strictObject({ type: z.literal('data_quality'), ...featureKeys, thresholds: thresholdsOf([...qualityStatistics]) }),
  z.strictObject({
    type: z.literal('model_performance'),
    metrics: Metrics.default(['mae']),
    label: Column.optional(),
    key: Key.optional(),
    thresholds: thresholdsOf([...performanceMetricNames]),
  }),
  z.strictObject({
    type: z.literal('performance_estimate'),
    metrics: Metrics.optional(),
    label: Column.optional(),
    thresholds: thresholdsOf([...performanceMetricNames]),
  }),
  z.strictObject({
    type: z.literal('service'),
    rules: z
      .array(
        z
          .string()
          .max(200)
          .superRefine((text, context) => {
            const rule = parseServiceRule(text)
            if (typeof rule === 'string') context.addIssue({ code: 'custom', message: rule })
          }),
      )
      .min(1, 'names no rule')
      .max(50),
  }),
])

/** The file of a monitor. */
export const MonitorDocument = z.strictObject({
  $schema: z.string().optional(),
  type: z.literal('monitor').optional(),
  name: AssetName,
  endpoint: SlugName,
  description: z.string().max(10_000).default(''),
  window: Window,
  false_alarms: FalseAlarmRate.prefault('1 per quarter'),
  reference: z
    .strictObject({
      data: z.string().min(1).max(300).optional(),
      label: Column.optional(),
      time: Column.optional(),
    })
    .optional(),
  signals: z
    .record(AssetName, Signal)
    .refine((signals) => Object.keys(signals).length <= 100, 'has more than 100 signals')
    .refine((signals) => Object.keys(signals).length > 0, 'has no signal; leave it out for the usual ones')
    .prefault({
      inputs: { type: 'data_drift' },
      predictions: { type: 'prediction_drift' },
      quality: { type: 'data_quality' },
    }),
  alert: z
    .strictObject({
      trigger: AssetName.optional(),
      emails: z.array(z.email().max(320)).max(100).default([]),
      webhooks: z.array(AssetName).max(100).default([]),
    })
    .prefault({}),
  schedule: z.union([z.literal('off'), z.strictObject({ every: Duration })]).optional(),
})
type MonitorDocument = z.output<typeof MonitorDocument>

const shortestWindowMs = 60_000
const longestWindowMs = 3660 * dayMs
const shortestScheduleMs = 10_000

/** Reads a monitor's file, or Azure's schedule with `create_monitor`. What is wrong is refused with its places. */
export function parseMonitor(source: { name: string; text: string }): MonitorPlan {
  const { raw } = parseDocument(source, z.looseObject({}))
  const isSchedule = typeof raw === 'object' && raw !== null && 'create_monitor' in raw
  if (isSchedule) return planOfSchedule(source, parseDocument(source, AzureSchedule))
  const parsed = parseDocument(source, MonitorDocument)
  return planOf(source, parsed)
}

function planOf(source: { name: string }, parsed: ParsedDocument<MonitorDocument>): MonitorPlan {
  const { value, placeOf } = parsed
  const window: WindowSize =
    'rows' in value.window
      ? value.window
      : typeof value.window.size === 'number'
        ? { milliseconds: value.window.size }
        : { calendar: value.window.size }
  const problems = [...checkSizes(value, window, placeOf), ...checkSignals(value, placeOf)]
  if (problems.length > 0) throw invalidDocument(source.name, problems)
  return {
    name: value.name,
    endpoint: value.endpoint,
    description: value.description,
    window,
    falseAlarms: value.false_alarms,
    reference:
      value.reference === undefined
        ? null
        : {
            data: value.reference.data ?? null,
            label: value.reference.label ?? null,
            time: value.reference.time ?? null,
          },
    signals: Object.entries(value.signals).map(([name, signal]) => signalOf(name, signal, value.reference?.label)),
    alert: {
      trigger: value.alert.trigger ?? null,
      emails: value.alert.emails,
      webhooks: value.alert.webhooks,
    },
    everyMs: value.schedule === 'off' ? null : (value.schedule?.every ?? usualSchedule(window)),
    warnings: [],
  }
}

type PlaceOf = ParsedDocument<unknown>['placeOf']
type Place = ReturnType<PlaceOf>

function checkSizes(value: MonitorDocument, window: WindowSize, placeOf: PlaceOf): Place[] {
  const places: Place[] = []
  if ('milliseconds' in window && (window.milliseconds < shortestWindowMs || window.milliseconds > longestWindowMs))
    places.push(placeOf(['window', 'size'], 'must lie between 1m and ten years'))
  if (typeof value.schedule === 'object' && value.schedule.every < shortestScheduleMs)
    places.push(placeOf(['schedule', 'every'], 'must be 10s or more'))
  return places
}

function checkSignals(value: MonitorDocument, placeOf: PlaceOf): Place[] {
  const places: Place[] = []
  for (const [name, signal] of Object.entries(value.signals)) {
    if ('features' in signal && signal.features !== undefined && signal.exclude !== undefined)
      places.push(placeOf(['signals', name, 'exclude'], 'stands beside `features`; one of the two is enough'))
    if (signal.type === 'model_performance' && (signal.label ?? value.reference?.label) === undefined)
      places.push(
        placeOf(['signals', name], 'needs a `label`: the column of the labels that says what really happened'),
      )
  }
  return places
}

function signalOf(name: string, signal: z.output<typeof Signal>, label: string | undefined): SignalPlan {
  return {
    name,
    type: signal.type,
    features: ('features' in signal ? signal.features : undefined) ?? null,
    exclude: ('exclude' in signal ? signal.exclude : undefined) ?? [],
    metrics: ('metrics' in signal ? signal.metrics : undefined) ?? [],
    label: ('label' in signal ? signal.label : undefined) ?? (signal.type === 'service' ? null : (label ?? null)),
    key: ('key' in signal ? signal.key : undefined) ?? [],
    rules: 'rules' in signal ? signal.rules : [],
    thresholds: 'thresholds' in signal ? (signal.thresholds as Record<string, number>) : {},
  }
}

/** How often a monitor looks when its file does not say: a twelfth of its window, between a minute and an hour. */
export function usualSchedule(window: WindowSize): number {
  const length = lengthOf(window) ?? 12 * 600_000
  return Math.round(Math.min(3_600_000, Math.max(60_000, length / 12)))
}
