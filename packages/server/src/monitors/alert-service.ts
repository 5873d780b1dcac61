import { ModelyardError, type Alert, type AlertStatus } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import { appendEvent, type Platform, type Transaction } from '../platform/index.ts'
import { judgeAlert, type AlertLife, type WindowVerdict } from './alert.ts'
import * as store from './alert-store.ts'
import { wordsOfAlert } from './alert-words.ts'
import type { Evidence } from './decision.ts'
import type { AlertTable } from './monitor-tables.ts'

/** Who does something, by which request. */
export interface By {
  readonly actor: string
  readonly requestId?: string
}

/** One signal as far as its alerts are concerned. */
export interface AlertSubject {
  readonly workspace: string
  readonly monitor: string
  readonly endpoint: string
  readonly signal: string
  readonly type: string
  readonly trigger: string | null
  readonly emails: readonly string[]
  readonly webhooks: readonly string[]
  /** Labels that came since the model that serves was registered. */
  readonly newLabels: number
}

/** What was found in the windows of a run. */
export interface AlertFindings {
  readonly evidence: readonly Evidence[]
  readonly cost: { readonly metric: string; readonly baseline: number; readonly value: number } | null
}

const openStatuses: readonly AlertStatus[] = ['pending', 'firing', 'acknowledged']

/** Opens, continues and resolves alerts; every change is an event of the same transaction. */
export function createAlertService(platform: Platform) {
  const { clock, store: database } = platform

  /** Brings the alerts of a signal to what its windows say; `describe` gathers what was found from `since` to `until`. */
  async function judge(
    tx: Transaction,
    subject: AlertSubject,
    verdicts: readonly WindowVerdict[],
    describe: (since: number, until: number) => AlertFindings,
  ): Promise<void> {
    const { workspace, monitor, signal } = subject
    const known = (await store.listOpenAlerts(tx, workspace, monitor)).find((row) => row.signal === signal)
    const handled = (await store.findHandledUntil(tx, workspace, monitor, signal)) ?? Number.NEGATIVE_INFINITY
    const outcome = judgeAlert(known, verdicts, handled)
    if (outcome.resolved !== undefined && known !== undefined)
      await change(tx, subject, known, outcome.resolved, describe)
    for (const life of outcome.history) await open(tx, subject, life, describe)
    if (outcome.open === undefined) return
    if (known !== undefined && outcome.resolved === undefined) await change(tx, subject, known, outcome.open, describe)
    else await open(tx, subject, outcome.open, describe)
  }

  async function open(
    tx: Transaction,
    subject: AlertSubject,
    life: AlertLife,
    describe: (since: number, until: number) => AlertFindings,
  ): Promise<void> {
    const at = clock.now()
    const resolved = life.status === 'resolved'
    const row: AlertTable = {
      workspace: subject.workspace,
      id: platform.newId('alrt'),
      monitor: subject.monitor,
      endpoint: subject.endpoint,
      signal: subject.signal,
      type: subject.type,
      ...textsOf(subject, life, describe(life.since, life.until)),
      trigger_name: subject.trigger,
      acknowledged_by: null,
      note: null,
      created_at: at,
      updated_at: at,
      resolved_at: resolved ? at : null,
    }
    await store.insertAlert(tx, row)
    // An alert that is over when it is found notifies nobody that it began.
    await tell(tx, subject, row, null, { actor: 'system' })
  }

  async function change(
    tx: Transaction,
    subject: AlertSubject,
    known: AlertTable,
    life: AlertLife,
    describe: (since: number, until: number) => AlertFindings,
  ): Promise<void> {
    if (life.status === 'resolved' && known.status === 'pending') {
      // It was never more than a suspicion.
      await store.deleteAlert(tx, known.id)
      return
    }
    const at = clock.now()
    const texts = textsOf(subject, life, describe(life.since, life.until))
    const same = (Object.keys(texts) as (keyof typeof texts)[]).every((key) => texts[key] === known[key])
    if (same) return
    const row: AlertTable = {
      ...known,
      ...texts,
      trigger_name: subject.trigger,
      updated_at: at,
      resolved_at: life.status === 'resolved' ? at : null,
    }
    if (!(await store.changeAlert(tx, known.id, row, [known.status]))) return
    if (row.status !== known.status) await tell(tx, subject, row, known.status, { actor: 'system' })
  }

  function textsOf(subject: AlertSubject, life: AlertLife, { evidence, cost }: AlertFindings) {
    const features = [...new Set(evidence.flatMap(({ feature }) => (feature === null ? [] : [feature])))]
    const summary = wordsOfAlert({
      type: subject.type,
      endpoint: subject.endpoint,
      since: life.since,
      windows: life.windows,
      evidence,
      cost,
      resolved: life.status === 'resolved',
    })
    return {
      status: life.status,
      since: life.since,
      until: life.until,
      windows: life.windows,
      features: JSON.stringify(features),
      evidence: JSON.stringify(evidence),
      cost: cost === null ? null : JSON.stringify(cost),
      summary,
    }
  }

  async function tell(
    tx: Transaction,
    subject: Pick<AlertSubject, 'emails' | 'webhooks' | 'newLabels'>,
    row: AlertTable,
    before: AlertStatus | null,
    by: By,
  ): Promise<void> {
    await appendEvent(tx, {
      name: `alert.${row.status}`,
      subject: row.id,
      workspace: row.workspace,
      at: row.updated_at,
      ...by,
      data: {
        alertId: row.id,
        monitor: row.monitor,
        endpoint: row.endpoint,
        signal: row.signal,
        type: row.type,
        features: JSON.parse(row.features) as string[],
        since: toTimestamp(row.since),
        trigger: row.trigger_name,
        summary: row.summary,
        emails: subject.emails,
        webhooks: subject.webhooks,
        newLabels: subject.newLabels,
      },
      before: before === null ? null : { status: before },
      after: { status: row.status, summary: row.summary, ...(row.note === null ? {} : { note: row.note }) },
    })
  }

  async function decide(
    workspace: string,
    id: string,
    to: 'acknowledged' | 'resolved',
    note: string,
    by: By,
    whom: (row: AlertTable) => Promise<Pick<AlertSubject, 'emails' | 'webhooks' | 'newLabels'>>,
  ): Promise<AlertTable> {
    const found = await require(workspace, id)
    const addressees = await whom(found)
    return database.write(async (tx) => {
      const known = (await store.findAlert(tx, workspace, id)) ?? found
      const from: readonly AlertStatus[] = to === 'acknowledged' ? ['pending', 'firing'] : openStatuses
      const at = clock.now()
      const row: AlertTable = {
        ...known,
        status: to,
        note: note === '' ? known.note : note,
        acknowledged_by: to === 'acknowledged' ? by.actor : known.acknowledged_by,
        updated_at: at,
        resolved_at: to === 'resolved' ? at : null,
      }
      if (!(await store.changeAlert(tx, id, row, from)))
        throw new ModelyardError('conflict', `The alert is ${known.status}; it cannot be ${to} any more.`)
      await tell(tx, addressees, row, known.status, by)
      return row
    })
  }

  async function require(workspace: string, id: string): Promise<AlertTable> {
    const row = await store.findAlert(database.read, workspace, id)
    if (row === undefined)
      throw new ModelyardError('alert_not_found', `There is no alert '${id}' in the workspace '${workspace}'.`)
    return row
  }

  /** Resolves what is open of a monitor that goes, or of signals that its file does not have any more. */
  async function resolveGone(
    tx: Transaction,
    monitor: { workspace: string; name: string },
    kept: (signal: string) => boolean,
    by: By,
  ): Promise<void> {
    const at = clock.now()
    for (const known of await store.listOpenAlerts(tx, monitor.workspace, monitor.name)) {
      if (kept(known.signal)) continue
      const row: AlertTable = { ...known, status: 'resolved', updated_at: at, resolved_at: at }
      await store.changeAlert(tx, known.id, row, [known.status])
      await tell(tx, { emails: [], webhooks: [], newLabels: 0 }, row, known.status, by)
    }
  }

  function toAlert(row: AlertTable): Alert {
    return {
      id: row.id,
      monitor: row.monitor,
      endpoint: row.endpoint,
      status: row.status,
      signal: row.signal,
      type: row.type,
      since: toTimestamp(row.since),
      until: toTimestamp(row.until),
      features: JSON.parse(row.features) as string[],
      evidence: JSON.parse(row.evidence) as Alert['evidence'],
      windows: row.windows,
      cost: row.cost === null ? null : (JSON.parse(row.cost) as Alert['cost']),
      summary: row.summary,
      trigger: row.trigger_name,
      acknowledgedBy: row.acknowledged_by,
      note: row.note,
      createdAt: toTimestamp(row.created_at),
      updatedAt: toTimestamp(row.updated_at),
      resolvedAt: row.resolved_at === null ? null : toTimestamp(row.resolved_at),
      url: `${platform.serverUrl()}/w/${row.workspace}/monitors/${encodeURIComponent(row.monitor)}?alert=${row.id}`,
    }
  }

  return { judge, decide, require, resolveGone, toAlert }
}

export type AlertService = ReturnType<typeof createAlertService>
