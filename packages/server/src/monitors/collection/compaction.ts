import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { EndpointPlace } from './doors.ts'
import { describeRows, readStored } from './evolution.ts'
import { lockEndpoint } from './locks.ts'
import { pathOf, saveManifest, schemaOf, type DeploymentState, type Merge, type StoredFile } from './manifest.ts'
import { finishMerges, recover } from './recovery.ts'
import { encodeParquet, type StoredColumn } from './parquet-encoding.ts'
import { reordered } from './parquet-joining.ts'
import { writeSynced } from './staging.ts'

/** Files of that many rows are large enough, and no merge makes larger ones. */
const mostRows = 1_000_000
const hourMs = 3_600_000

/** Merges the small files of hours that ended before `beforeMs`; rows are in the order of their time then. Answers how many files went. */
export async function compact(input: {
  readonly place: EndpointPlace
  readonly deployment: string
  readonly beforeMs: number
}): Promise<{ readonly removedFiles: number }> {
  using _lock = await lockEndpoint(input.place, 'write')
  const state = await recover(input.place, input.deployment)
  let removedFiles = 0
  for (const [hourStartMs, files] of filesByHour(state)) {
    if (hourStartMs + hourMs > input.beforeMs) continue
    for (const names of mergeable(files)) removedFiles += await mergeHour(state, files, names)
  }
  return { removedFiles }
}

function filesByHour(state: DeploymentState): Map<number, StoredFile[]> {
  const hours = new Map<number, StoredFile[]>()
  for (const file of state.manifest.files) {
    const files = hours.get(file.hourStartMs)
    if (files === undefined) hours.set(file.hourStartMs, [file])
    else files.push(file)
  }
  return hours
}

/** Names of small files that become one each, over all collections of an hour: what is paired stays so. */
function mergeable(files: readonly StoredFile[]): string[][] {
  const rows = new Map<string, number>()
  for (const file of files) rows.set(file.name, Math.max(rows.get(file.name) ?? 0, file.rows))
  const groups: string[][] = []
  let group: string[] = []
  let sum = 0
  for (const [name, count] of [...rows].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (count >= mostRows) continue
    if (sum + count > mostRows) {
      groups.push(group)
      group = []
      sum = 0
    }
    group.push(name)
    sum += count
  }
  groups.push(group)
  return groups.filter((names) => names.length > 1)
}

async function mergeHour(
  state: DeploymentState,
  hourFiles: readonly StoredFile[],
  names: readonly string[],
): Promise<number> {
  const merges: Merge[] = []
  await rm(join(state.folder, 'merges'), { recursive: true, force: true })
  await mkdir(join(state.folder, 'merges'), { recursive: true })
  const chosen = hourFiles.filter((file) => names.includes(file.name))
  const isPaired = chosen.every((file) => file.paired || !isOfGateway(file.collection))
  for (const collection of new Set(chosen.map((file) => file.collection))) {
    const files = chosen.filter((file) => file.collection === collection).toSorted((a, b) => (a.name < b.name ? -1 : 1))
    const [first] = files
    if (first === undefined) continue
    const staged = `${merges.length}.parquet`
    merges.push({
      staged,
      into: { ...(await mergeFiles(state, files, staged)), paired: isPaired && isOfGateway(collection) },
      removed: files.map((file) => file.name),
    })
  }
  state.manifest.merges = merges
  await saveManifest(state)
  await finishMerges(state)
  return merges.reduce((sum, merge) => sum + merge.removed.length - 1, 0)
}

function isOfGateway(collection: string): boolean {
  return collection === 'inputs' || collection === 'predictions'
}

async function mergeFiles(state: DeploymentState, files: readonly StoredFile[], staged: string): Promise<StoredFile> {
  const [first] = files
  if (first === undefined) throw new RangeError('nothing to merge')
  const schema = schemaOf(state, first.collection)
  const parts: StoredColumn[][] = []
  for (const file of files)
    parts.push(await readStored(pathOf(state, file), schema, first.collection === 'predictions'))
  const [layout = []] = parts
  const ids = parts.flatMap((part) => part[0]?.values as string[])
  const times = Float64Array.from(parts.flatMap((part) => Array.from(part[2]?.values as BigInt64Array, Number)))
  // Rows of the same time stay as they came.
  const order = Int32Array.from(times.keys()).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b)
  const sorted = layout.map((_column, place) =>
    reordered(
      parts.map((part) => part[place]).filter((part) => part !== undefined),
      order,
    ),
  )
  const bytes = encodeParquet(sorted)
  await writeSynced(join(state.folder, 'merges', staged), bytes)
  return {
    ...first,
    // A name that no segment has, so that none can take its place.
    name: first.name.startsWith('merged-') ? first.name : `merged-${first.name}`,
    ...describeRows(ids, times),
    sizeBytes: bytes.length,
    schema: schema.version,
    revision: Math.max(...files.map((file) => file.revision)),
    storedAtMs: Math.max(...files.map((file) => file.storedAtMs)),
  }
}
