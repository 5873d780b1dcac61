import type { Platform } from '../platform/index.ts'
import type { AlertService } from './alert-service.ts'
import type { WindowVerdict } from './alert.ts'
import type { Evidence } from './decision.ts'
import { subjectOf, type StoredPlan } from './monitor-run.ts'
import type { MonitorTable } from './monitor-tables.ts'
import {
  judgeServiceRule,
  parseServiceRule,
  type ServicePoint,
  type ServiceRule,
  type ServiceVerdict,
} from './service-rule.ts'

/** What an endpoint did, its deployments together, by interval; the endpoints room keeps it. */
export type ReadSeries = (
  workspace: string,
  endpoint: string,
  fromMs: number,
  toMs: number,
) => Promise<{ readonly intervalSeconds: number; readonly endpoint: readonly Omit<ServicePoint, 'durationMs'>[] }>

/** A little more than the rule's time: the first interval may have begun before. */
const slackMs = 60_000

/** Looks at the rules of service signals: they go by the server's clock, not by windows. */
export function createServiceSignals(platform: Platform, deps: { alerts: AlertService; series: ReadSeries }) {
  const { clock, store: database } = platform
  const watchedSince = new Map<string, number>()

  async function look(row: MonitorTable): Promise<void> {
    const plan = JSON.parse(row.plan) as StoredPlan
    const signals = plan.signals.filter((signal) => signal.type === 'service')
    if (signals.length === 0) return
    const key = `${row.workspace}/${row.name}/${row.revision}`
    const now = clock.now()
    const since = watchedSince.get(key) ?? now
    watchedSince.set(key, since)
    const rules = signals.map((signal) => signal.rules.map(parseServiceRule).filter((rule) => typeof rule !== 'string'))
    const longest = Math.max(...rules.flat().map((rule) => rule.forMs))
    const { endpoint: intervals, intervalSeconds } = await deps.series(
      row.workspace,
      row.endpoint,
      now - longest - slackMs,
      now,
    )
    const points = intervals.map((point): ServicePoint => ({ ...point, durationMs: intervalSeconds * 1000 }))
    // What the series holds of before this process began counts, too.
    const known = Math.min(since, points[0]?.at ?? now)
    await database.write(async (tx) => {
      for (const [index, signal] of signals.entries()) {
        const judged = (rules[index] ?? []).map((rule) => ({
          rule,
          verdict: judgeServiceRule(rule, points, now, known),
        }))
        const verdict = together(judged, now)
        await deps.alerts.judge(tx, subjectOf(row, plan, signal, 0), [verdict], () => ({
          evidence: evidenceOf(judged),
          cost: null,
        }))
      }
    })
  }

  return { look }
}

interface JudgedRule {
  readonly rule: ServiceRule
  readonly verdict: ServiceVerdict
}

/** One verdict of all rules of a signal: it fires while any does. */
function together(judged: readonly JudgedRule[], now: number): WindowVerdict {
  const beyond = judged.filter(({ verdict }) => verdict.state === 'breached' || verdict.state === 'pending')
  const since = Math.min(now - 1, ...beyond.map(({ verdict }) => verdict.since ?? now))
  if (beyond.length > 0)
    return {
      start: since,
      end: now,
      state: 'fired',
      complete: beyond.some(({ verdict }) => verdict.state === 'breached'),
    }
  const silent = judged.every(({ verdict }) => verdict.state === 'silent')
  return { start: now - 1, end: now, state: silent ? 'undecided' : 'quiet', complete: true }
}

function evidenceOf(judged: readonly JudgedRule[]): Evidence[] {
  return judged
    .filter(({ verdict }) => verdict.state === 'breached' || verdict.state === 'pending')
    .map(({ rule, verdict }) => ({
      feature: null,
      statistic: rule.measure,
      value: verdict.value ?? 0,
      threshold: rule.limit,
      pValue: null,
      importance: null,
    }))
}
