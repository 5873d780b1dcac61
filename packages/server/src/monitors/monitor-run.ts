import { join } from 'node:path'
import { ModelyardError } from '@modelyard/contract'
import type { Endpoints } from '../endpoints/index.ts'
import type { Models } from '../models/index.ts'
import { appendEvent, type Platform, type Transaction } from '../platform/index.ts'
import type { AlertFindings, AlertService, AlertSubject } from './alert-service.ts'
import { listOpenAlerts } from './alert-store.ts'
import type { CollectedSummary, EndpointPlace } from './collection/doors.ts'
import type { ComputeInput, ComputeOutput, RowWindows, WindowInput } from './compute/request.ts'
import { gatherEvidence, verdictOf, type Decision } from './decision.ts'
import { dueWindows, mostWindows, type DueWindows } from './due-windows.ts'
import { readFound, withLearned, withOutput, type Found } from './found.ts'
import type { MonitorPlan } from './monitor-document.ts'
import * as store from './monitor-store.ts'
import type { MonitorTable } from './monitor-tables.ts'
import type { PinnedReference, ReferenceService, ServedVersions } from './reference-service.ts'
import { keepWindows } from './window-keeping.ts'

/** What runs need of the collected rows of an endpoint. */
export interface RowSource {
  place(workspace: string, endpoint: string): EndpointPlace
  /** Everything that was answered before the call is in the rows after it. */
  flush(workspace: string, endpoint: string): Promise<void>
  summary(workspace: string, endpoint: string): Promise<CollectedSummary>
  /** Labels that came after a moment. */
  newLabels(workspace: string, endpoint: string, sinceMs: number): Promise<number>
}

export interface RunDeps {
  readonly endpoints: Endpoints
  readonly models: Models
  readonly collection: RowSource
  readonly references: ReferenceService
  readonly alerts: AlertService
  compute(input: ComputeInput): Promise<ComputeOutput>
}

/** A monitor's plan as it is stored: with the reference that was pinned. */
export type StoredPlan = MonitorPlan & { readonly pinned: PinnedReference | null }

/** Windows that are computed and written together: what is written stays when the server stops in the middle. */
const windowsAtOnce = 25

/** Computes what is due of a monitor. Calls that come while one is under way share the next. */
export function createMonitorRuns(platform: Platform, deps: RunDeps) {
  const { store: database, clock } = platform
  const runs = new Map<string, { current: Promise<void>; next: Promise<void> | undefined }>()
  let stopping = false

  /** Everything that was answered or labelled before the call is in the windows after it. */
  function run(workspace: string, name: string): Promise<void> {
    const key = `${workspace}/${name}`
    const known = runs.get(key)
    if (known === undefined) {
      const current = once(workspace, name).finally(() => {
        const after = runs.get(key)
        if (after?.current === current && after.next === undefined) runs.delete(key)
      })
      runs.set(key, { current, next: undefined })
      return current
    }
    // What is under way may have looked before the last rows came.
    known.next ??= known.current
      .catch(() => undefined)
      .then(() => {
        runs.delete(key)
        return run(workspace, name)
      })
    return known.next
  }

  async function once(workspace: string, name: string): Promise<void> {
    try {
      await compute(workspace, name)
    } catch (error) {
      await noteFailure(workspace, name, error)
      throw error
    }
  }

  async function noteFailure(workspace: string, name: string, error: unknown): Promise<void> {
    const message = ModelyardError.is(error) ? error.message : 'The server made a mistake; its log says more.'
    await database.write((tx) =>
      store.changeMonitor(tx, { workspace, name }, { last_error: message, last_run_at: clock.now() }),
    )
  }

  async function compute(workspace: string, name: string): Promise<void> {
    const row = await store.findMonitor(database.read, workspace, name)
    if (row === undefined) throw new ModelyardError('monitor_not_found', `There is no monitor '${name}'.`)
    const plan = JSON.parse(row.plan) as StoredPlan
    const served = await deps.references.served(workspace, plan, plan.pinned)
    await deps.collection.flush(workspace, row.endpoint)
    const summary = await deps.collection.summary(workspace, row.endpoint)
    const known = await store.listWindowStates(database.read, workspace, name)
    const due = dueWindows(plan.window, summary, known, row.revision, clock.now())
    const parts = partsOf(due.windows)
    let found = readFound(row.found)
    let earliest: number | undefined
    for (const [index, windows] of parts.entries()) {
      if (stopping) return
      const output = await deps.compute(inputOf(row, plan, served, found, summary, windows))
      const starts = output.windows.map((window) => window.startMs)
      earliest = Math.min(earliest ?? Number.POSITIVE_INFINITY, ...starts, ...due.gone.map((window) => window.start_ms))
      found = withOutput(found, served, output)
      const last = index === parts.length - 1
      await database.write(async (tx) => {
        await keepWindows(tx, {
          row,
          plan,
          due,
          asked: windows,
          windows: output.windows,
          summary,
          collected: collectedOf(row),
          at: clock.now(),
        })
        if (last) await finish(tx, row, plan, found, earliest, starts.length)
        else await store.changeMonitor(tx, row, { found: JSON.stringify(found) }, row.revision)
      })
    }
    if (parts.length === 0) await database.write((tx) => finish(tx, row, plan, withOutput(found, served), undefined, 0))
  }

  function inputOf(
    row: MonitorTable,
    plan: StoredPlan,
    served: ServedVersions,
    found: Found,
    summary: CollectedSummary,
    windows: readonly WindowInput[] | RowWindows,
  ): ComputeInput {
    return {
      place: deps.collection.place(row.workspace, row.endpoint),
      size: plan.window,
      windows,
      signals: plan.signals,
      falseAlarms: plan.falseAlarms,
      versions: withLearned(served.versions, found),
      deployments: served.deployments,
      seenColumns: [...new Set([...found.seenColumns, ...summary.inputColumns])],
      cacheFolder: join(platform.configuration.home, 'monitors'),
      nowMs: clock.now(),
    }
  }

  /** The share of the traffic that rows were kept of, as far as the gateway has counted. */
  function collectedOf(row: MonitorTable): string | null {
    let [received, stored] = [0, 0]
    for (const each of deps.endpoints.served())
      if (each.workspace === row.workspace && each.endpoint === row.endpoint && each.collection !== null) {
        received += each.collection.received
        stored += each.collection.stored
      }
    return received === 0 ? null : JSON.stringify({ received, stored })
  }

  async function finish(
    tx: Transaction,
    row: MonitorTable,
    plan: MonitorPlan,
    found: Found,
    earliest: number | undefined,
    computed: number,
  ): Promise<void> {
    const at = clock.now()
    const changed = await store.changeMonitor(
      tx,
      row,
      { found: JSON.stringify(found), last_run_at: at, last_error: null },
      row.revision,
    )
    if (!changed) return
    await judgeSignals(tx, row, plan, found, earliest)
    if (computed === 0) return
    await appendEvent(tx, {
      name: 'monitor.computed',
      subject: row.name,
      workspace: row.workspace,
      actor: 'system',
      at,
      data: { monitor: row.name, endpoint: row.endpoint, windows: computed },
    })
  }

  async function judgeSignals(
    tx: Transaction,
    row: MonitorTable,
    plan: MonitorPlan,
    found: Found,
    earliest: number | undefined,
  ): Promise<void> {
    if (earliest === undefined) return
    const open = await listOpenAlerts(tx, row.workspace, row.name)
    const from = Math.min(earliest, ...open.map((alert) => alert.since))
    const windows = (await store.listDecisions(tx, row.workspace, row.name, mostWindows, from)).map((window) => ({
      ...window,
      list: JSON.parse(window.decisions) as Decision[],
    }))
    const newLabels = await newLabelsOf(row, found)
    for (const signal of plan.signals) {
      if (signal.type === 'service') continue
      const subject = subjectOf(row, plan, signal, newLabels)
      const verdicts = windows.map((window) => verdictOf(window.list, signal.name, window))
      await deps.alerts.judge(tx, subject, verdicts, (since, until): AlertFindings => {
        const mine = windows.filter((window) => window.start_ms >= since && window.end_ms <= until)
        const decisions = mine.flatMap((window) => window.list.filter((decision) => decision.signal === signal.name))
        return {
          evidence: gatherEvidence(decisions, found.references[found.main ?? '']?.importance ?? {}),
          cost: costOf(plan, found, mine),
        }
      })
    }
  }

  /** Labels that came since the version that serves was registered: what a new one could learn from. */
  async function newLabelsOf(row: MonitorTable, found: Found): Promise<number> {
    const [model, version] = (found.main ?? '').split(/:(?=\d+$)/)
    const registered =
      model === undefined || version === undefined
        ? undefined
        : await deps.models.findVersion(database.read, row.workspace, model, Number(version))
    return deps.collection.newLabels(row.workspace, row.endpoint, registered?.created_at ?? 0)
  }

  return {
    run,
    newLabelsOf,
    async stop() {
      stopping = true
      await Promise.allSettled([...runs.values()].map(({ current }) => current))
    },
  }
}

export type MonitorRuns = ReturnType<typeof createMonitorRuns>

/** A signal of a monitor, as its alerts name it. */
export function subjectOf(
  row: Pick<MonitorTable, 'workspace' | 'name' | 'endpoint'>,
  plan: MonitorPlan,
  signal: { name: string; type: string },
  newLabels: number,
): AlertSubject {
  return {
    workspace: row.workspace,
    monitor: row.name,
    endpoint: row.endpoint,
    signal: signal.name,
    type: signal.type,
    trigger: plan.alert.trigger,
    emails: plan.alert.emails,
    webhooks: plan.alert.webhooks,
    newLabels,
  }
}

function partsOf(windows: DueWindows['windows']): (readonly WindowInput[] | RowWindows)[] {
  if ('rows' in windows) return [windows]
  return Array.from({ length: Math.ceil(windows.length / windowsAtOnce) }, (_unused, part) =>
    windows.slice(part * windowsAtOnce, (part + 1) * windowsAtOnce),
  )
}

/** What the run of windows cost in accuracy: the first metric over their labelled rows beside what was to be expected. */
function costOf(
  plan: MonitorPlan,
  found: Found,
  windows: readonly { labels: number; list: readonly Decision[] }[],
): AlertFindings['cost'] {
  const signal = plan.signals.find(({ type }) => type === 'model_performance')
  const metric = signal?.metrics[0]
  if (signal === undefined || metric === undefined) return null
  const baseline = found.baselines[found.main ?? '']?.values[metric]
  let [sum, weight] = [0, 0]
  for (const { labels, list } of windows) {
    const value = list.find((decision) => decision.signal === signal.name && decision.statistic === metric)?.value
    if (value === undefined || value === null) continue
    sum += value * labels
    weight += labels
  }
  return baseline === undefined || weight === 0 ? null : { metric, baseline, value: sum / weight }
}
