import { basename, join } from 'node:path'
import { evolvedSchema } from './column-types.ts'
import type { DeploymentSettings, EndpointPlace } from './doors.ts'
import { listSegments } from './deployments.ts'
import { describeRows, rewriteOlderFiles } from './evolution.ts'
import { lockEndpoint } from './locks.ts'
import { pathOf, saveManifest, saveSchemas, schemaOf, type DeploymentState, type StoredFile } from './manifest.ts'
import { encodeParquet } from './parquet-encoding.ts'
import { hourOf } from './places.ts'
import { forgetSegments, recover } from './recovery.ts'
import { readSegment, type SegmentRows } from './segment-rows.ts'
import { publishFiles, type NewFile } from './staging.ts'
import { storedColumns, type RowChoice } from './stored-columns.ts'

export interface IngestReport {
  readonly segments: number
  /** Rows of the gateway's inputs and predictions, the greater of the two for each segment, and of collectors. */
  readonly rows: number
}

/** Segments that are committed together; their rows never lie in memory at the same time. */
const segmentsPerCommit = 32

/**
 * Turns the closed segments of a deployment into Parquet. Each segment's rows get into files of the segment's name, so doing it again replaces them;
 * the manifest then commits them, and only then the segment goes.
 */
export async function ingest(input: {
  readonly place: EndpointPlace
  readonly deployment: string
  readonly settings: DeploymentSettings
  readonly nowMs: number
}): Promise<IngestReport> {
  using _lock = await lockEndpoint(input.place, 'write')
  const state = await recover(input.place, input.deployment)
  const segments = await closedSegments(state)
  let rows = 0
  for (let start = 0; start < segments.length; start += segmentsPerCommit) {
    const group = segments.slice(start, start + segmentsPerCommit)
    state.manifest.revision++
    for (const segment of group) rows += await ingestSegment(state, segment, input.settings, input.nowMs)
    state.manifest.ingested.push(...group)
    await saveManifest(state)
    await forgetSegments(state)
  }
  return { segments: segments.length, rows }
}

async function closedSegments(state: DeploymentState): Promise<string[]> {
  const done = new Set(state.manifest.ingested)
  return (await listSegments(state.place, state.deployment)).filter((name) => !done.has(name))
}

async function ingestSegment(
  state: DeploymentState,
  segment: string,
  settings: DeploymentSettings,
  nowMs: number,
): Promise<number> {
  const names = settings.signature?.map((column) => column.name) ?? null
  const segmentRows = await readSegment(join(state.folder, 'segments', segment), names)
  await evolve(state, segmentRows, settings)
  const files: (NewFile & { stored: StoredFile })[] = []
  for (const [collection, gatherer] of segmentRows.collections) {
    const schema = schemaOf(state, collection)
    for (const [hourStartMs, rows] of byHour(gatherer.eventTimesMs, gatherer.rows)) {
      const stored: StoredFile = {
        collection,
        hourStartMs,
        name: `${basename(segment, '.seg')}.parquet`,
        ...describeRows(
          rows === null ? gatherer.requestIds : Array.from(rows, (row) => gatherer.requestIds[row] ?? ''),
          rows === null
            ? gatherer.eventTimesMs.subarray(0, gatherer.rows)
            : Float64Array.from(rows, (row) => gatherer.eventTimesMs[row] ?? 0),
        ),
        sizeBytes: 0,
        schema: schema.version,
        paired:
          (collection === 'inputs' || collection === 'predictions') && !segmentRows.unpairedHours.has(hourStartMs),
        revision: state.manifest.revision,
        storedAtMs: nowMs,
      }
      files.push({
        stored,
        target: pathOf(state, stored),
        encode: () => encodeParquet(storedColumns(gatherer, schema, rows, collection === 'predictions')),
      })
    }
  }
  const sizes = await publishFiles(state, files)
  addFiles(
    state,
    files.map(({ stored }, index) => ({ ...stored, sizeBytes: sizes[index] ?? 0 })),
  )
  for (const kind of ['requests', 'answers', 'rows'] as const)
    state.manifest.unreadable[kind] += segmentRows.unreadable[kind]
  const counts = [...segmentRows.collections].map(([collection, { rows }]) => [collection, rows] as const)
  const gateway = counts.filter(([collection]) => collection === 'inputs' || collection === 'predictions')
  const collectors = counts.filter((count) => !gateway.includes(count))
  return Math.max(0, ...gateway.map(([, rows]) => rows)) + collectors.reduce((sum, [, rows]) => sum + rows, 0)
}

/** Files of a segment that was begun before replace their former selves. */
function addFiles(state: DeploymentState, added: readonly StoredFile[]): void {
  const paths = new Set(added.map((file) => pathOf(state, file)))
  state.manifest.files = state.manifest.files.filter((file) => !paths.has(pathOf(state, file)))
  state.manifest.files.push(...added)
}

/** Makes the schemas fit; a changed one is on disk, and older files follow it, before the first row that needs it. */
async function evolve(state: DeploymentState, rows: SegmentRows, settings: DeploymentSettings): Promise<void> {
  let changed = false
  for (const [collection, gatherer] of rows.collections) {
    if (gatherer.rows === 0) continue
    const before = schemaOf(state, collection)
    const after = evolvedSchema(before, collection === 'inputs' ? settings.signature : null, gatherer.builders)
    if (after === before) continue
    state.schemas.set(collection, after)
    changed = true
  }
  if (!changed) return
  await saveSchemas(state)
  await rewriteOlderFiles(state)
}

/** Places of rows by their hour, each in the order in which they came; null when all are of the same one. */
function byHour(times: Float64Array, rows: number): Map<number, RowChoice> {
  const hours = new Map<number, number[]>()
  const first = hourOf(times[0] ?? 0)
  let isOneHour = true
  for (let row = 0; row < rows && isOneHour; row++) isOneHour = hourOf(times[row] ?? 0) === first
  if (isOneHour) return rows === 0 ? new Map() : new Map([[first, null]])
  for (let row = 0; row < rows; row++) {
    const hour = hourOf(times[row] ?? 0)
    const list = hours.get(hour)
    if (list === undefined) hours.set(hour, [row])
    else list.push(row)
  }
  return new Map(Array.from(hours, ([hour, list]) => [hour, Int32Array.from(list)]))
}
