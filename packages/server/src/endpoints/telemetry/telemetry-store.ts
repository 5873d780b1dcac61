import { decodeCursor, type Database, type Transaction } from '../../platform/index.ts'
import type { TelemetryBatch } from '../deploy-target.ts'
import { groupOf, withRequestIds, type ScriptException } from './exceptions.ts'
import { mergeInTime, resolutions, startOf, toInterval, type Interval } from './series.ts'
import type { EndpointSeriesTable, ExceptionGroupTable, RequestExceptionTable } from './telemetry-tables.ts'

const position = 'telemetry_position'
/** Exceptions by request id are kept this long. */
const exceptionsKeptMs = 7 * 86_400_000
const mostExceptions = 50_000

interface Place {
  readonly workspace: string
  readonly endpoint: string
  readonly deployment: string
}

/** Up to where the gateway's numbers were fetched; written with what was fetched, so nothing is counted twice. */
export async function findPosition(db: Database): Promise<string> {
  const row = await db.selectFrom('setting').select('value').where('name', '=', position).executeTakeFirst()
  return row?.value ?? ''
}

export async function movePosition(tx: Transaction, value: string): Promise<void> {
  await tx
    .insertInto('setting')
    .values({ name: position, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}

/** Adds intervals to the series of every resolution. */
export async function addPoints(tx: Transaction, points: TelemetryBatch['points']): Promise<void> {
  const added = new Map<string, Place & { seconds: number; interval: Interval }>()
  for (const point of points)
    for (const { seconds } of resolutions) {
      const at = startOf(point.at, seconds)
      const { workspace, endpoint, deployment } = point
      const key = JSON.stringify([workspace, endpoint, deployment, seconds, at])
      const known = added.get(key)?.interval
      const interval = { ...point, at }
      added.set(key, {
        workspace,
        endpoint,
        deployment,
        seconds,
        interval: known === undefined ? interval : mergeInTime(known, interval),
      })
    }
  for (const { seconds, interval, ...place } of added.values()) await addInterval(tx, place, seconds, interval)
}

async function addInterval(tx: Transaction, place: Place, seconds: number, interval: Interval): Promise<void> {
  const { workspace, endpoint, deployment } = place
  const known = await tx
    .selectFrom('endpoint_series')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .where('interval_seconds', '=', seconds)
    .where('at', '=', interval.at)
    .where('deployment', '=', deployment)
    .executeTakeFirst()
  const merged = known === undefined ? interval : mergeInTime(toInterval(known), interval)
  const values = {
    requests: merged.requests,
    errors: merged.errors,
    rejected: merged.rejected,
    // Most intervals of a quiet deployment: they take no room.
    latency_counts: JSON.stringify(merged.latencyCounts.some((count) => count > 0) ? merged.latencyCounts : []),
    latency_sum_ms: merged.latencySumMs,
    cpu_seconds: merged.cpuSeconds,
    memory_bytes: merged.memoryBytes,
  }
  await tx
    .insertInto('endpoint_series')
    .values({ workspace, endpoint, deployment, interval_seconds: seconds, at: interval.at, ...values })
    .onConflict((conflict) =>
      conflict.columns(['workspace', 'endpoint', 'interval_seconds', 'at', 'deployment']).doUpdateSet(values),
    )
    .execute()
}

/** Intervals of an endpoint with `from <= at < to`, oldest first. */
export function listIntervals(
  db: Database,
  workspace: string,
  endpoint: string,
  seconds: number,
  from: number,
  to: number,
): Promise<EndpointSeriesTable[]> {
  return db
    .selectFrom('endpoint_series')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .where('interval_seconds', '=', seconds)
    .where('at', '>=', from)
    .where('at', '<', to)
    .orderBy('at')
    .execute()
}

export async function addException(
  tx: Transaction,
  of: { readonly workspace: string; readonly endpoint: string } & ScriptException,
): Promise<void> {
  const { workspace, endpoint, deployment, at, requestId, type, message, traceback } = of
  const id = groupOf(of)
  const newest = { message, traceback, last_at: at }
  const known = await tx
    .selectFrom('exception_group')
    .select('request_ids')
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .where('id', '=', id)
    .executeTakeFirst()
  const ids = JSON.stringify(withRequestIds(JSON.parse(known?.request_ids ?? '[]') as string[], [requestId]))
  await tx
    .insertInto('exception_group')
    .values({ workspace, endpoint, id, deployment, type, ...newest, count: 1, first_at: at, request_ids: ids })
    .onConflict((conflict) =>
      conflict
        .columns(['workspace', 'endpoint', 'id'])
        .doUpdateSet((update) => ({ ...newest, count: update('exception_group.count', '+', 1), request_ids: ids })),
    )
    .execute()
  const row = { workspace, endpoint, request_id: requestId, deployment, at, type, message, traceback }
  await tx
    .insertInto('request_exception')
    .values(row)
    .onConflict((conflict) => conflict.columns(['workspace', 'endpoint', 'request_id', 'deployment']).doUpdateSet(row))
    .execute()
}

/** Newest first. */
export function listExceptionGroups(
  db: Database,
  workspace: string,
  endpoint: string,
  limit: number,
  options: { readonly deployment?: string | undefined; readonly pageToken?: string | undefined },
): Promise<ExceptionGroupTable[]> {
  let query = db
    .selectFrom('exception_group')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .orderBy('last_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  if (options.deployment !== undefined) query = query.where('deployment', '=', options.deployment)
  const after = decodeCursor(options.pageToken, 2)
  if (after !== undefined)
    query = query.where((where) =>
      where.or([
        where('last_at', '<', Number(after[0])),
        where.and([where('last_at', '=', Number(after[0])), where('id', '<', String(after[1]))]),
      ]),
    )
  return query.execute()
}

export function listRequestExceptions(
  db: Database,
  workspace: string,
  endpoint: string,
  requestId: string,
): Promise<RequestExceptionTable[]> {
  return db
    .selectFrom('request_exception')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('endpoint', '=', endpoint)
    .where('request_id', '=', requestId)
    .orderBy('at', 'desc')
    .execute()
}

/** Takes away what is older than it is kept. */
export async function forgetOld(tx: Transaction, now: number): Promise<void> {
  for (const { seconds, keptMs } of resolutions)
    await tx
      .deleteFrom('endpoint_series')
      .where('interval_seconds', '=', seconds)
      .where('at', '<', now - keptMs)
      .execute()
  await tx
    .deleteFrom('request_exception')
    .where('at', '<', now - exceptionsKeptMs)
    .execute()
  await tx
    .deleteFrom('exception_group')
    .where('last_at', '<', now - resolutions[2].keptMs)
    .execute()
  const oldest = await tx
    .selectFrom('request_exception')
    .select('at')
    .orderBy('at', 'desc')
    .offset(mostExceptions)
    .limit(1)
    .executeTakeFirst()
  if (oldest !== undefined) await tx.deleteFrom('request_exception').where('at', '<=', oldest.at).execute()
}

/** An endpoint is gone; one of the same name begins anew. */
export async function deleteTelemetry(tx: Transaction, workspace: string, endpoint: string): Promise<void> {
  for (const table of ['endpoint_series', 'exception_group', 'request_exception'] as const)
    await tx.deleteFrom(table).where('workspace', '=', workspace).where('endpoint', '=', endpoint).execute()
}
