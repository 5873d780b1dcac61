import type { SignalType } from '@modelyard/contract'
import type { Transaction } from '../platform/index.ts'
import type { CollectedSummary } from './collection/doors.ts'
import type { ComputedWindow, RowWindows, WindowInput } from './compute/request.ts'
import { decisionsOf } from './decision.ts'
import { fingerprintOf, type DueWindows } from './due-windows.ts'
import type { MonitorPlan } from './monitor-document.ts'
import * as store from './monitor-store.ts'
import type { MonitorTable, MonitorWindowTable } from './monitor-tables.ts'

/** Windows that were computed, and what they were computed from. */
export interface ComputedPart {
  readonly row: MonitorTable
  readonly plan: MonitorPlan
  readonly due: DueWindows
  readonly asked: readonly WindowInput[] | RowWindows
  readonly windows: readonly ComputedWindow[]
  readonly summary: CollectedSummary
  /** The share of the traffic that rows were kept of, as JSON. */
  readonly collected: string | null
  readonly at: number
}

/** Writes windows in the place of what they were before; nothing when the monitor's file was replaced meanwhile, or it is gone. */
export async function keepWindows(tx: Transaction, part: ComputedPart): Promise<void> {
  const { row, due, asked, windows, summary } = part
  const { workspace, name } = row
  const current = await store.findMonitor(tx, workspace, name)
  if (current?.revision !== row.revision) return
  for (const gone of due.gone) await store.deleteWindow(tx, workspace, name, gone)
  const types = new Map<string, SignalType>(part.plan.signals.map((signal) => [signal.name, signal.type]))
  for (const [index, window] of windows.entries())
    await store.putWindow(tx, {
      ...toRow(part, window, types),
      collected: part.collected,
      fingerprint:
        due.fingerprints.get(window.startMs) ??
        fingerprintOf(
          summary.hours,
          window.place === 0 ? Number.NEGATIVE_INFINITY : window.startMs,
          index === windows.length - 1 ? Number.POSITIVE_INFINITY : window.endMs,
          row.revision,
        ),
    })
  if ('rows' in asked) return
  // An hour that a window only touches may have had no row of it.
  for (const { startMs, place } of asked)
    if (!windows.some((window) => window.startMs === startMs))
      await store.deleteWindow(tx, workspace, name, { start_ms: startMs, place })
}

function toRow(
  { row, at }: ComputedPart,
  window: ComputedWindow,
  types: ReadonlyMap<string, SignalType>,
): Omit<MonitorWindowTable, 'fingerprint' | 'collected'> {
  return {
    workspace: row.workspace,
    monitor: row.name,
    start_ms: window.startMs,
    place: window.place,
    end_ms: window.endMs,
    rows: window.rows,
    labels: window.labels,
    complete: Number(window.complete),
    label_delay: window.labelDelayMs === null ? null : JSON.stringify(window.labelDelayMs),
    results: JSON.stringify(window.results),
    decisions: JSON.stringify(decisionsOf(window.results, types)),
    performance: JSON.stringify(window.performance),
    distributions: JSON.stringify(window.distributions),
    skipped: window.skip,
    computed_at: at,
  }
}
