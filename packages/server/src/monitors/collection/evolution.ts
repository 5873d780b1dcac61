import { storedName, type CollectionSchema } from './column-types.ts'
import { pathOf, saveManifest, schemaOf, type DeploymentState, type StoredFile } from './manifest.ts'
import { encodeParquet, type StoredColumn } from './parquet-encoding.ts'
import { openParquetFile, readColumn } from './parquet-file.ts'
import { publishFiles } from './staging.ts'

/**
 * Writes the files of older schemas anew, so that a folder always reads as one table: older files first, while no newer row needs the wider type.
 * Only what they say of the type changes, so a reader in between gets the same rows.
 */
export async function rewriteOlderFiles(state: DeploymentState): Promise<void> {
  let changed = false
  for (const [index, file] of state.manifest.files.entries()) {
    const schema = schemaOf(state, file.collection)
    if (file.schema === schema.version) continue
    const columns = await readStored(pathOf(state, file), schema, file.collection === 'predictions')
    const [sizeBytes = 0] = await publishFiles(state, [
      { target: pathOf(state, file), encode: () => encodeParquet(columns) },
    ])
    state.manifest.files[index] = { ...file, schema: schema.version, sizeBytes }
    changed = true
  }
  if (changed) await saveManifest(state)
}

/** All columns of a file as a schema wants them; whole numbers become doubles, and columns that it does not have are missing in each row. */
export async function readStored(path: string, schema: CollectionSchema, hasVersion: boolean): Promise<StoredColumn[]> {
  await using file = await openParquetFile(path)
  const columns = [
    await readColumn(file, 'request_id', 'text', true),
    await readColumn(file, 'row_index', 'int32', true),
    await readColumn(file, 'event_time', 'timestamp', true),
  ]
  for (const { name, type } of schema.columns) columns.push(await readColumn(file, storedName(name), type))
  if (hasVersion) columns.push(await readColumn(file, 'model_version', 'text'))
  columns.push(await readColumn(file, 'type_errors', 'text'))
  return columns
}

/** What a file's name, place and rows stay as, in another order or among others. */
export function describeRows(
  requestIds: readonly string[],
  times: Iterable<number>,
): Pick<StoredFile, 'rows' | 'firstEventMs' | 'lastEventMs' | 'firstRequest' | 'lastRequest'> {
  let firstEventMs = Number.POSITIVE_INFINITY
  let lastEventMs = Number.NEGATIVE_INFINITY
  for (const time of times) {
    if (time < firstEventMs) firstEventMs = time
    if (time > lastEventMs) lastEventMs = time
  }
  let firstRequest = requestIds[0] ?? ''
  let lastRequest = firstRequest
  for (const id of requestIds) {
    if (id < firstRequest) firstRequest = id
    else if (id > lastRequest) lastRequest = id
  }
  return { rows: requestIds.length, firstEventMs, lastEventMs, firstRequest, lastRequest }
}
