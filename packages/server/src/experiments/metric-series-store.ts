import type { Database, Transaction } from '../platform/index.ts'
import { decodeChunk, encodeChunk, inOrder, series, type Series } from './metric-series.ts'

type Handle = Database | Transaction

/** Points in a packed row. */
const chunkLength = 1000

/** All points of one series, packed ones first; not in order yet. */
export async function loadSeries(db: Handle, runId: string, name: string): Promise<Series> {
  const chunks = await db
    .selectFrom('metric_chunk')
    .select(['count', 'points'])
    .where('run_id', '=', runId)
    .where('name', '=', name)
    .orderBy('seq')
    .execute()
  const tail = await loadTail(db, runId, name)
  const packed = chunks.reduce((sum, chunk) => sum + chunk.count, 0)
  const all = series(packed + tail.steps.length)
  let offset = 0
  for (const chunk of chunks) {
    decodeChunk(chunk.points, chunk.count, all, offset)
    offset += chunk.count
  }
  all.steps.set(tail.steps, offset)
  all.times.set(tail.times, offset)
  all.values.set(tail.values, offset)
  return all
}

async function loadTail(db: Handle, runId: string, name: string): Promise<Series> {
  const rows = await db
    .selectFrom('metric_point')
    .select(['step', 'at', 'value', 'is_nan'])
    .where('run_id', '=', runId)
    .where('name', '=', name)
    .orderBy('step')
    .orderBy('at')
    .orderBy('value')
    .execute()
  const tail = series(rows.length)
  for (const [index, row] of rows.entries()) {
    tail.steps[index] = row.step
    tail.times[index] = row.at
    tail.values[index] = row.is_nan === 1 ? Number.NaN : row.value
  }
  return tail
}

/** Moves the tail of a series into packed rows. A point sent again afterwards is dropped when the series is read. */
export async function packSeries(tx: Transaction, runId: string, name: string): Promise<void> {
  const tail = inOrder(await loadTail(tx, runId, name), 'step')
  const last = await tx
    .selectFrom('metric_chunk')
    .select((select) => select.fn.max('seq').as('seq'))
    .where('run_id', '=', runId)
    .where('name', '=', name)
    .executeTakeFirst()
  let seq = last?.seq ?? 0
  for (let start = 0; start < tail.steps.length; start += chunkLength) {
    const part: Series = {
      steps: tail.steps.slice(start, start + chunkLength),
      times: tail.times.slice(start, start + chunkLength),
      values: tail.values.slice(start, start + chunkLength),
    }
    await tx
      .insertInto('metric_chunk')
      .values({
        run_id: runId,
        name,
        seq: ++seq,
        count: part.steps.length,
        min_step: part.steps[0] ?? 0,
        max_step: part.steps.at(-1) ?? 0,
        points: encodeChunk(part),
      })
      .execute()
  }
  await tx.deleteFrom('metric_point').where('run_id', '=', runId).where('name', '=', name).execute()
  await tx
    .updateTable('run_metric')
    .set({ tail_points: 0 })
    .where('run_id', '=', runId)
    .where('name', '=', name)
    .execute()
}

/** Names of the metrics of a run. */
export async function listMetricNames(db: Handle, runId: string): Promise<string[]> {
  const rows = await db.selectFrom('run_metric').select('name').where('run_id', '=', runId).orderBy('name').execute()
  return rows.map((row) => row.name)
}
