import { sql, type CompiledQuery } from 'kysely'
import type { Database, Transaction } from '../platform/index.ts'
import { latestByName, type MetricPoint } from './metric.ts'

type Handle = Database | Transaction

/** Rows in one statement. A statement is built once for each of these sizes and then only gets new values. */
const sizes = [256, 32, 4, 1] as const
const statements = new Map<string, CompiledQuery>()

interface Latest extends MetricPoint {
  readonly points: number
}

/**
 * Appends points and keeps the latest one of each series. Returns the series whose tail has grown to `packAt` points. The statements are
 * built once: building them costs more than running them.
 */
export async function insertPoints(
  tx: Transaction,
  runId: string,
  points: readonly MetricPoint[],
  packAt: number,
): Promise<string[]> {
  for (const [start, size] of partition(points.length)) {
    const values: unknown[] = []
    for (let index = start; index < start + size; index++) {
      const point = points[index]
      if (point === undefined) continue
      const nan = Number.isNaN(point.value)
      values.push(runId, point.name, point.step, point.at, nan ? 0 : point.value, nan ? 1 : 0)
    }
    await tx.executeQuery({ ...pointStatement(tx, size), parameters: values })
  }
  return await upsertLatest(tx, runId, points, packAt)
}

async function upsertLatest(
  tx: Transaction,
  runId: string,
  points: readonly MetricPoint[],
  packAt: number,
): Promise<string[]> {
  const counts = new Map<string, number>()
  if (points.length > 1) for (const point of points) counts.set(point.name, (counts.get(point.name) ?? 0) + 1)
  const latest: Latest[] = []
  for (const point of latestByName(points).values()) latest.push({ ...point, points: counts.get(point.name) ?? 1 })
  const full: string[] = []
  for (const [start, size] of partition(latest.length)) {
    const values: unknown[] = []
    for (let index = start; index < start + size; index++) {
      const point = latest[index]
      if (point === undefined) continue
      const nan = Number.isNaN(point.value)
      values.push(runId, point.name, nan ? 0 : point.value, nan ? 1 : 0, point.step, point.at, point.points)
    }
    const result = await tx.executeQuery<{ name: string; tail_points: number }>({
      ...(latestStatement(tx, size) as CompiledQuery<{ name: string; tail_points: number }>),
      parameters: values,
    })
    for (const row of result.rows) if (row.tail_points >= packAt) full.push(row.name)
  }
  return full
}

function* partition(count: number): Generator<[start: number, size: number]> {
  let start = 0
  for (const size of sizes) {
    while (count - start >= size) {
      yield [start, size]
      start += size
    }
  }
}

function pointStatement(tx: Transaction, size: number): CompiledQuery {
  return remembered(`point ${size}`, () =>
    tx
      .insertInto('metric_point')
      .values(Array.from({ length: size }, () => ({ run_id: '', name: '', step: 0, at: 0, value: 0, is_nan: 0 })))
      .onConflict((conflict) => conflict.columns(['run_id', 'name', 'step', 'at', 'value', 'is_nan']).doNothing())
      .compile(),
  )
}

function latestStatement(tx: Transaction, size: number): CompiledQuery {
  const newer = sql<boolean>`(excluded.step, excluded.at, excluded.value) >= (run_metric.step, run_metric.at, run_metric.value)`
  const newest = (column: string) =>
    sql<number>`case when ${newer} then ${sql.ref(`excluded.${column}`)} else ${sql.ref(`run_metric.${column}`)} end`
  return remembered(`latest ${size}`, () =>
    tx
      .insertInto('run_metric')
      .values(
        Array.from({ length: size }, () => ({
          run_id: '',
          name: '',
          value: 0,
          is_nan: 0,
          step: 0,
          at: 0,
          tail_points: 0,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['run_id', 'name']).doUpdateSet({
          value: newest('value'),
          is_nan: newest('is_nan'),
          step: newest('step'),
          at: newest('at'),
          tail_points: sql<number>`run_metric.tail_points + excluded.tail_points`,
        }),
      )
      .returning(['name', 'tail_points'])
      .compile(),
  )
}

function remembered(key: string, build: () => CompiledQuery): CompiledQuery {
  const known = statements.get(key)
  if (known !== undefined) return known
  const built = build()
  statements.set(key, built)
  return built
}

/** The latest point of every series of the runs. */
export async function loadLatestMetrics(db: Handle, ids: readonly string[]): Promise<Map<string, MetricPoint[]>> {
  const metrics = new Map<string, MetricPoint[]>(ids.map((id) => [id, []]))
  for (let start = 0; start < ids.length; start += 500) {
    const rows = await db
      .selectFrom('run_metric')
      .selectAll()
      .where('run_id', 'in', ids.slice(start, start + 500))
      .orderBy('run_id')
      .orderBy('name')
      .execute()
    for (const row of rows)
      metrics.get(row.run_id)?.push({
        name: row.name,
        value: row.is_nan === 1 ? Number.NaN : row.value,
        step: row.step,
        at: row.at,
      })
  }
  return metrics
}

export async function findLatestMetric(db: Handle, runId: string, name: string): Promise<MetricPoint | undefined> {
  const row = await db
    .selectFrom('run_metric')
    .selectAll()
    .where('run_id', '=', runId)
    .where('name', '=', name)
    .executeTakeFirst()
  if (row === undefined) return undefined
  return { name, value: row.is_nan === 1 ? Number.NaN : row.value, step: row.step, at: row.at }
}
