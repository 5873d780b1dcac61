import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { toTimestamp } from '@modelyard/platform'
import { storedName } from './column-types.ts'
import type { DeploymentSettings, EndpointPlace } from './doors.ts'
import { lockEndpoint } from './locks.ts'
import { collectorName } from './places.ts'
import { pathOf, saveManifest, schemaOf, type DeploymentState, type StoredFile } from './manifest.ts'
import { openParquetFile, readPart } from './parquet-file.ts'
import { recover } from './recovery.ts'

const dayMs = 86_400_000
const rowsAtOnce = 50_000
const pathPartPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/
/** Minutes for which one file holds rows. */
const boundary = 1440

/** The columns that Azure's collector puts behind the features, so that what reads its files reads these. */
const tailColumns = [
  '$aml_dc_correlation_id',
  '$aml_dc_scoring_timestamp',
  '$aml_dc_boundary',
  '$aml_workspace',
  '$aml_service_name',
  '$aml_model_name',
  '$aml_model_version',
  '$aml_request_id',
]

/**
 * Writes the days that got rows since the last time as CSV, each whole and in place of its former self: done again it is the same.
 * `…/modeldata/<workspace>/<endpoint>/<model>/<version>/<collection>/<yyyy>/<MM>/<dd>/data.csv`, or as Azure's SDK v1 had it:
 * `…/modeldata/<subscription>/<resource group>/<workspace>/<service>/<model>/<version>/<designation>/<yyyy>/<MM>/<dd>/<designation>.csv`.
 */
export async function exportCsv(input: {
  readonly place: EndpointPlace
  readonly deployment: string
  readonly settings: DeploymentSettings
}): Promise<{ readonly files: number }> {
  using _lock = await lockEndpoint(input.place, 'write')
  const state = await recover(input.place, input.deployment)
  const days = new Map<string, StoredFile[]>()
  const changed = new Set<string>()
  for (const file of state.manifest.files) {
    const day = `${file.collection}/${Math.floor(file.hourStartMs / dayMs)}`
    const files = days.get(day)
    if (files === undefined) days.set(day, [file])
    else files.push(file)
    if (file.revision > (state.manifest.csvRevision ?? 0)) changed.add(day)
  }
  if (input.settings.azure !== undefined) leaveOutHidden(state.manifest.files, changed)
  for (const day of changed) await writeDay(state, days.get(day) ?? [], input.settings)
  if (changed.size > 0) {
    state.manifest.csvRevision = state.manifest.revision
    await saveManifest(state)
  }
  return { files: changed.size }
}

/** In Azure's folders a name is what the script collected under it; the gateway's own rows stand there when no script collects. */
function leaveOutHidden(files: readonly StoredFile[], days: Set<string>): void {
  const given = files.filter(({ collection }) => collectorName(collection) !== collection)
  const hidden = new Set(given.map(({ collection }) => collectorName(collection)))
  for (const day of days) if (hidden.has(day.slice(0, day.lastIndexOf('/')))) days.delete(day)
}

async function writeDay(
  state: DeploymentState,
  files: readonly StoredFile[],
  settings: DeploymentSettings,
): Promise<void> {
  const [first] = files
  if (first === undefined) return
  const target = csvPath(state.place, first, settings)
  await mkdir(dirname(target), { recursive: true })
  const staged = join(state.folder, 'data.csv.new')
  const handle = await open(staged, 'w', 0o644)
  try {
    const features = schemaOf(state, first.collection).columns.map((column) => column.name)
    await handle.appendFile(line([...features, ...tailColumns]))
    for (const file of files.toSorted((a, b) => a.hourStartMs - b.hourStartMs || (a.name < b.name ? -1 : 1)))
      for await (const text of csvRows(state, file, features, settings)) await handle.appendFile(text)
    await handle.datasync()
  } catch (error) {
    await rm(staged, { force: true })
    throw error
  } finally {
    await handle.close()
  }
  await rename(staged, target)
}

function csvPath(place: EndpointPlace, file: StoredFile, settings: DeploymentSettings): string {
  const day = toTimestamp(file.hourStartMs).slice(0, 10).split('-')
  const model = [pathPart(settings.modelName), pathPart(settings.modelVersion)]
  const { azure } = settings
  if (azure === undefined) return join(place.csvFolder, ...model, file.collection, ...day, 'data.csv')
  const labels = [pathPart(azure.subscriptionId), pathPart(azure.resourceGroup), place.workspace, place.endpoint]
  const designation = collectorName(file.collection)
  return join(place.azureFolder, ...labels, ...model, designation, ...day, `${designation}.csv`)
}

/** A model's name or version as part of a path; one that may be none is left out. */
function pathPart(name: string | null): string {
  return name !== null && pathPartPattern.test(name) ? name : 'none'
}

async function* csvRows(
  state: DeploymentState,
  file: StoredFile,
  features: readonly string[],
  settings: DeploymentSettings,
): AsyncGenerator<string> {
  await using parquet = await openParquetFile(pathOf(state, file))
  const names = [...features.map(storedName), 'request_id', 'event_time']
  for (let start = 0; start < parquet.rows; start += rowsAtOnce) {
    const end = Math.min(parquet.rows, start + rowsAtOnce)
    const columns: CsvCell[][] = []
    for (const name of names)
      columns.push(parquet.names.has(name) ? ((await readPart(parquet, name, start, end)) as CsvCell[]) : [])
    const lines: string[] = []
    for (let row = 0; row < end - start; row++) {
      const cells = columns.map((column) => column[row])
      const time = cells.pop()
      const requestId = cells.pop()
      const { workspace, endpoint } = state.place
      const { modelName, modelVersion } = settings
      lines.push(
        line([
          ...cells,
          requestId,
          toTimestamp(Number(time)),
          boundary,
          workspace,
          endpoint,
          modelName,
          modelVersion,
          requestId,
        ]),
      )
    }
    yield lines.join('')
  }
}

type CsvCell = string | number | bigint | boolean | null | undefined

function line(cells: readonly CsvCell[]): string {
  return `${cells.map(cellText).join(',')}\n`
}

function cellText(cell: CsvCell): string {
  if (cell === null || cell === undefined) return ''
  const text = String(cell)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
