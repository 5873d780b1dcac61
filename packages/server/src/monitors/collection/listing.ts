import type { CollectedFile } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import { listDeployments } from './deployments.ts'
import type { ReadRequest } from './doors.ts'
import { lockEndpoint } from './locks.ts'
import { loadState, relativePath } from './manifest.ts'
import { readCollected } from './reading.ts'
import { summary } from './summary.ts'

/** The Parquet files of an endpoint that can have rows of a period; paths are below the folder of the endpoint. */
export async function listFiles(request: ReadRequest): Promise<CollectedFile[]> {
  using _lock = await lockEndpoint(request.place, 'read')
  const found: CollectedFile[] = []
  for (const deployment of await listDeployments(request.place)) {
    const { manifest } = await loadState(request.place, deployment)
    for (const file of manifest.files) {
      if (file.lastEventMs < (request.fromMs ?? Number.NEGATIVE_INFINITY)) continue
      if (file.firstEventMs >= (request.toMs ?? Number.POSITIVE_INFINITY)) continue
      found.push({
        path: `${deployment}/${relativePath(file)}`,
        deployment,
        collection: file.collection,
        sizeBytes: file.sizeBytes,
        rows: file.rows,
        from: toTimestamp(file.firstEventMs),
        to: toTimestamp(file.lastEventMs),
      })
    }
  }
  return found.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

/** The newest rows of a period, newest first, with their predictions and labels. */
export async function newestRows(
  request: ReadRequest & { readonly limit: number },
): Promise<{ readonly columns: string[]; readonly rows: unknown[][] }> {
  await using collected = await readCollected({ ...request, ...(await recentPeriod(request)) })
  const first = Math.max(0, collected.rows - request.limit)
  const chosen = Array.from({ length: collected.rows - first }, (_unused, index) => collected.rows - 1 - index)
  const columns = ['request_id', 'row_index', 'event_time', 'deployment', 'model_version']
  const named = (codes: Int32Array, names: readonly string[], row: number): string | null =>
    names[codes[row] ?? -1] ?? null
  const rows: unknown[][] = chosen.map((row) => [
    collected.requestIds[row],
    collected.rowIndexes[row],
    toTimestamp(collected.eventTimesMs[row] ?? 0),
    named(collected.deployments.codes, collected.deployments.names, row),
    named(collected.modelVersions.codes, collected.modelVersions.names, row),
  ])
  for (const table of [collected.inputs, collected.predictions])
    for (const name of table.names) {
      columns.push(name)
      const column = await table.read(name)
      rows.forEach((cells, place) => cells.push(cellOf(column, chosen[place] ?? 0)))
    }
  const { label, arrivedAtMs } = await collected.labels()
  columns.push('label', 'labelled_at')
  rows.forEach((cells, place) => {
    const row = chosen[place] ?? 0
    const arrived = arrivedAtMs[row] ?? Number.NaN
    cells.push(cellOf(label, row), Number.isNaN(arrived) ? null : toTimestamp(arrived))
  })
  return { columns, rows }
}

/** JSON has no infinite numbers: they are told as words. */
function cellOf(
  column: Awaited<ReturnType<Awaited<ReturnType<typeof readCollected>>['inputs']['read']>>,
  row: number,
): unknown {
  if (column.kind === 'text') return column.dictionary[column.codes[row] ?? -1] ?? null
  const value = column.values[row] ?? Number.NaN
  if (Number.isNaN(value)) return null
  return Number.isFinite(value) ? value : String(value)
}

/** From where on there are as many rows as wanted: older ones need not be opened. */
async function recentPeriod(request: ReadRequest & { readonly limit: number }): Promise<{ fromMs?: number }> {
  const { hours } = await summary(request)
  const hourMs = 3_600_000
  let rows = 0
  for (const hour of hours.toReversed()) {
    // An hour that ends after the period may have rows that are not in it.
    if (hour.startMs + hourMs <= (request.toMs ?? Number.POSITIVE_INFINITY)) rows += hour.rows
    if (rows >= request.limit) return { fromMs: Math.max(hour.startMs, request.fromMs ?? hour.startMs) }
  }
  return {}
}
