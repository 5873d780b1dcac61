import type { Database, Transaction } from '../platform/index.ts'
import type { KnownAlertTable } from './automation-tables.ts'

const open = ['firing', 'acknowledged'] as const

export async function putAlert(tx: Transaction, row: KnownAlertTable): Promise<void> {
  const { data, status, type, trigger, updated_at } = row
  await tx
    .insertInto('known_alert')
    .values(row)
    // Told again (another window fired): what answers it stays; an alert that was resolved fires anew.
    .onConflict((conflict) =>
      conflict.columns(['workspace', 'id']).doUpdateSet({ data, status, type, trigger, updated_at }),
    )
    .execute()
}

export function findAlert(db: Database, workspace: string, id: string): Promise<KnownAlertTable | undefined> {
  return db
    .selectFrom('known_alert')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('id', '=', id)
    .executeTakeFirst()
}

export async function changeAlert(
  tx: Transaction,
  workspace: string,
  id: string,
  change: Partial<KnownAlertTable>,
): Promise<void> {
  await tx.updateTable('known_alert').set(change).where('workspace', '=', workspace).where('id', '=', id).execute()
}

export function listAlertsOfMonitor(db: Database, workspace: string, monitor: string): Promise<KnownAlertTable[]> {
  return db
    .selectFrom('known_alert')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('monitor', '=', monitor)
    .orderBy('fired_at', 'desc')
    .limit(1000)
    .execute()
}

/** Open alerts without a loop whose trigger is to be looked at by now, oldest first. */
export function listAlertsToLookAt(db: Database, now: number): Promise<KnownAlertTable[]> {
  return db
    .selectFrom('known_alert')
    .selectAll()
    .where('look_at', '<=', now)
    .where('status', 'in', open)
    .where('loop_id', 'is', null)
    .where('trigger', 'is not', null)
    .orderBy('fired_at')
    .orderBy('id')
    .limit(200)
    .execute()
}

/** The loop answers every open alert of its trigger at its endpoint. */
export async function answerAlerts(
  tx: Transaction,
  of: { workspace: string; trigger: string; endpoint: string | null },
  loopId: string,
): Promise<void> {
  let query = tx
    .updateTable('known_alert')
    .set({ loop_id: loopId, look_at: null })
    .where('workspace', '=', of.workspace)
    .where('trigger', '=', of.trigger)
    .where('status', 'in', open)
    .where('loop_id', 'is', null)
  if (of.endpoint !== null) query = query.where('endpoint', '=', of.endpoint)
  await query.execute()
}

/** Alerts that a loop answered and that still fire are looked at again at `lookAt`, or (null) when labels come. */
export async function reopenAlerts(
  tx: Transaction,
  loop: { workspace: string; id: string },
  rule: string,
  lookAt: number | null,
): Promise<void> {
  await tx
    .updateTable('known_alert')
    .set({ loop_id: null, look_at: lookAt, skip_rule: rule })
    .where('workspace', '=', loop.workspace)
    .where('loop_id', '=', loop.id)
    .where('status', 'in', open)
    .execute()
}

/** Something happened that may let a trigger start: its waiting alerts are looked at now. `exceptRule`: these wait for their time. */
export async function lookAgain(
  tx: Transaction,
  of: { workspace: string; trigger?: string; endpoint?: string; rules?: readonly string[]; exceptRule?: string },
  now: number,
): Promise<void> {
  let query = tx
    .updateTable('known_alert')
    .set({ look_at: now })
    .where('workspace', '=', of.workspace)
    .where('status', 'in', open)
    .where('loop_id', 'is', null)
    .where('trigger', 'is not', null)
  if (of.trigger !== undefined) query = query.where('trigger', '=', of.trigger)
  if (of.endpoint !== undefined) query = query.where('endpoint', '=', of.endpoint)
  if (of.rules !== undefined) query = query.where('skip_rule', 'in', [...of.rules])
  const { exceptRule } = of
  if (exceptRule !== undefined)
    query = query.where((where) => where.or([where('skip_rule', 'is', null), where('skip_rule', '!=', exceptRule)]))
  await query.execute()
}

/** The next moment at which an alert's trigger is to be looked at. */
export async function findNextLook(db: Database): Promise<number | undefined> {
  const row = await db
    .selectFrom('known_alert')
    .select((select) => select.fn.min('look_at').as('at'))
    .where('status', 'in', open)
    .where('loop_id', 'is', null)
    .executeTakeFirst()
  return row?.at === null || row?.at === undefined ? undefined : Number(row.at)
}

/** Resolved alerts are known for a while, so that their notices can go out. */
export async function forgetResolved(tx: Transaction, before: number): Promise<void> {
  await tx.deleteFrom('known_alert').where('status', '=', 'resolved').where('updated_at', '<', before).execute()
}
