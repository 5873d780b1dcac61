import type { Alert, Monitor, MonitorMatrix, MonitorWindow, VersionPerformance } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import type { Platform } from '../platform/index.ts'
import { strengthOf, type Decision } from './decision.ts'
import { readFound, type Found } from './found.ts'
import type { MonitorPlan } from './monitor-document.ts'
import type { DecisionRow } from './monitor-store.ts'
import type { MonitorTable, MonitorWindowTable } from './monitor-tables.ts'

/** A stored window as a document. */
export function toWindow(row: MonitorWindowTable, distributions: boolean): MonitorWindow {
  return {
    start: toTimestamp(row.start_ms),
    end: toTimestamp(row.end_ms),
    rows: row.rows,
    labels: row.labels,
    complete: row.complete === 1,
    labelDelayMs: row.label_delay === null ? null : (JSON.parse(row.label_delay) as { p50: number; p95: number }),
    results: JSON.parse(row.results) as MonitorWindow['results'],
    performance: JSON.parse(row.performance) as VersionPerformance[],
    ...(distributions
      ? { distributions: JSON.parse(row.distributions) as NonNullable<MonitorWindow['distributions']> }
      : {}),
    collected: row.collected === null ? null : (JSON.parse(row.collected) as MonitorWindow['collected']),
    computedAt: toTimestamp(row.computed_at),
  }
}

/** A monitor as a document. */
export function toMonitor(
  platform: Pick<Platform, 'serverUrl'>,
  row: MonitorTable,
  windows: MonitorWindow[],
  alerts: Alert[],
): Monitor {
  const plan = JSON.parse(row.plan) as MonitorPlan
  const found = readFound(row.found)
  return {
    name: row.name,
    endpoint: row.endpoint,
    description: plan.description,
    window: plan.window,
    falseAlarms: plan.falseAlarms,
    signals: plan.signals.map((signal) => ({ ...signal })),
    reference: referenceOf(found, plan),
    baseline: baselineOf(found),
    importance: { ...found.references[found.main ?? '']?.importance },
    alert: { trigger: plan.alert.trigger, emails: [...plan.alert.emails], webhooks: [...plan.alert.webhooks] },
    schedule: plan.everyMs === null ? null : { everyMs: plan.everyMs },
    source: row.source,
    warnings: [...plan.warnings],
    windows,
    alerts,
    lastRunAt: row.last_run_at === null ? null : toTimestamp(row.last_run_at),
    lastError: row.last_error,
    createdAt: toTimestamp(row.created_at),
    createdBy: row.created_by,
    updatedAt: toTimestamp(row.updated_at),
    url: `${platform.serverUrl()}/w/${row.workspace}/monitors/${encodeURIComponent(row.name)}`,
  }
}

function referenceOf(found: Found, plan: MonitorPlan): Monitor['reference'] {
  const facts = found.references[found.main ?? '']
  if (facts === undefined)
    return {
      kind: plan.reference?.data == null ? 'none' : 'data',
      name: plan.reference?.data ?? null,
      version: null,
      rows: 0,
      timed: false,
      reason: 'nothing has been computed yet',
    }
  const { kind, name, version, rows, timed, reason } = facts
  return { kind, name, version, rows, timed, reason }
}

function baselineOf(found: Found): Monitor['baseline'] {
  const baseline = found.baselines[found.main ?? '']
  if (baseline === undefined) return {}
  const limits = found.references[found.main ?? '']?.limits ?? {}
  return Object.fromEntries(
    Object.entries(baseline.values).map(([metric, value]) => [
      metric,
      { value, limit: limits[metric] ?? null, source: baseline.source },
    ]),
  )
}

/** The heat map out of the deciding results of each window: one pass, whatever its size. */
export function toMatrix(rows: readonly DecisionRow[], importance: Readonly<Record<string, number>>): MonitorMatrix {
  const count = rows.length
  const features = new Map<string, MonitorMatrix['features'][number]>()
  const performance = new Map<string, MonitorMatrix['performance'][number]>()
  const limits: Record<string, (number | null)[]> = {}
  for (const [index, row] of rows.entries()) {
    for (const decision of JSON.parse(row.decisions) as Decision[]) {
      if (decision.feature === null) {
        const limit = (limits[decision.statistic] ??= Array.from({ length: count }, () => null))
        if (decision.type === 'model_performance') limit[index] = decision.threshold
        continue
      }
      addFeature(features, decision, index, count, importance)
    }
    for (const version of JSON.parse(row.performance) as VersionPerformance[])
      addVersion(performance, version, index, count)
  }
  return {
    windows: rows.map((row) => ({
      start: toTimestamp(row.start_ms),
      end: toTimestamp(row.end_ms),
      rows: row.rows,
      labels: row.labels,
    })),
    features: [...features.values()],
    performance: [...performance.values()],
    limits,
  }
}

/** Of several statistics that decide about a feature of one signal, the one that is furthest beyond its threshold is shown. */
function addFeature(
  features: Map<string, MonitorMatrix['features'][number]>,
  decision: Decision,
  index: number,
  count: number,
  importance: Readonly<Record<string, number>>,
): void {
  const feature = decision.feature ?? ''
  const key = JSON.stringify([decision.signal, feature])
  let row = features.get(key)
  if (row === undefined) {
    row = {
      signal: decision.signal,
      feature,
      statistic: decision.statistic,
      importance: importance[feature] ?? null,
      values: Array.from({ length: count }, () => null),
      thresholds: Array.from({ length: count }, () => null),
      fired: Array.from({ length: count }, () => false),
    }
    features.set(key, row)
  }
  const shown = { statistic: '', value: row.values[index] ?? null, threshold: row.thresholds[index] ?? null }
  if (shown.value !== null && strengthOf(decision) <= strengthOf(shown)) return
  row.values[index] = decision.value
  row.thresholds[index] = decision.threshold
  row.fired[index] = decision.fired
}

function addVersion(
  performance: Map<string, MonitorMatrix['performance'][number]>,
  version: VersionPerformance,
  index: number,
  count: number,
): void {
  for (const [metric, value] of Object.entries(version.metrics)) {
    const key = JSON.stringify([version.version, version.deployment, metric])
    let row = performance.get(key)
    if (row === undefined) {
      row = {
        version: version.version,
        deployment: version.deployment,
        metric,
        values: Array.from({ length: count }, () => null),
        serving: Array.from({ length: count }, () => false),
      }
      performance.set(key, row)
    }
    row.values[index] = value
    row.serving[index] = version.serving
  }
}
