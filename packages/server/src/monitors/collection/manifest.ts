import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileDurably } from '@modelyard/platform'
import { emptySchema, type CollectionSchema } from './column-types.ts'
import type { EndpointPlace } from './doors.ts'
import { partitionOf } from './places.ts'

/** A Parquet file of one hour. */
export interface StoredFile {
  readonly collection: string
  readonly hourStartMs: number
  readonly name: string
  readonly rows: number
  readonly sizeBytes: number
  readonly firstEventMs: number
  readonly lastEventMs: number
  readonly firstRequest: string
  readonly lastRequest: string
  /** Version of the collection's schema that it is written in. */
  readonly schema: number
  /** Its file of the same name of the other gateway collection has the same rows in the same order. */
  readonly paired: boolean
  /** The manifest's revision when its newest rows came, and the time. */
  readonly revision: number
  readonly storedAtMs: number
}

/** What is known of a deployment's rows: what it names counts, whatever else lies in the folders. Its replacement commits an ingest. */
export interface Manifest {
  revision: number
  files: StoredFile[]
  /** Segments whose rows are in `files` already, until they are deleted. */
  ingested: string[]
  /** Merging that was decided on and may not be finished. */
  merges: Merge[]
  /** Files that retention gave up and that may still lie there. */
  removed: StoredFile[]
  /** The revision up to which rows are in CSV files, too. */
  csvRevision?: number
  /** Requests whose body, or whose answer, had no rows that could be told apart. */
  unreadable: { requests: number; answers: number; rows: number }
}

/** An hour's files that become one: the merged one waits in `staged`, takes the place of the first, and the others go. */
export interface Merge {
  readonly staged: string
  readonly into: StoredFile
  readonly removed: readonly string[]
}

export interface DeploymentState {
  readonly place: EndpointPlace
  readonly deployment: string
  readonly folder: string
  readonly rowsFolder: string
  readonly manifest: Manifest
  readonly schemas: Map<string, CollectionSchema>
}

/** Reads what is known of a deployment; of an unknown one, an empty state. */
export async function loadState(place: EndpointPlace, deployment: string): Promise<DeploymentState> {
  const folder = join(place.stateFolder, deployment)
  const manifest = (await readJson(join(folder, 'index.json'))) as Manifest | undefined
  const schemas = (await readJson(join(folder, 'schema.json'))) as Record<string, CollectionSchema> | undefined
  return {
    place,
    deployment,
    folder,
    rowsFolder: join(place.rowsFolder, deployment),
    manifest: manifest ?? {
      revision: 0,
      files: [],
      ingested: [],
      merges: [],
      removed: [],
      unreadable: { requests: 0, answers: 0, rows: 0 },
    },
    schemas: new Map(Object.entries(schemas ?? {})),
  }
}

/** Replaces the manifest on disk: the moment at which what was written counts. */
export async function saveManifest(state: DeploymentState): Promise<void> {
  await writeFileDurably(join(state.folder, 'index.json'), JSON.stringify(state.manifest))
}

export async function saveSchemas(state: DeploymentState): Promise<void> {
  await writeFileDurably(join(state.folder, 'schema.json'), JSON.stringify(Object.fromEntries(state.schemas)))
}

export function schemaOf(state: DeploymentState, collection: string): CollectionSchema {
  return state.schemas.get(collection) ?? emptySchema
}

/** The file's path below the folder of the deployment. */
export function relativePath(file: StoredFile): string {
  return `${file.collection}/${partitionOf(file.hourStartMs)}/${file.name}`
}

export function pathOf(state: DeploymentState, file: StoredFile): string {
  return join(state.rowsFolder, relativePath(file))
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
