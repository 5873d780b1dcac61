import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { calibrateReference, type Calibration } from '@modelyard/statistics'
import { eventTimesOf, openTable, TableError, type Column, type Table } from '@modelyard/statistics/tables'
import type { ReferenceInput } from './request.ts'

/** A reference, open. */
export interface OpenReference {
  readonly table: Table
  readonly times: Float64Array | null
  /** Columns that may be features. */
  readonly features: readonly string[]
  readonly calibration: Calibration
}

const rowNames: ReadonlySet<string> = new Set(['request_id', 'requestId', 'row_index', 'event_time'])
/** Columns are kept up to that size while windows are compared with them, one after the other. */
const keptBytes = 256 * 2 ** 20
const calibrationVersion = 1
const keptCalibrations = 100

/**
 * Opens what windows are compared with, with what its own windows say about each other.
 *
 * @throws TableError when it cannot be read.
 */
export async function openReference(
  input: ReferenceInput,
  windowMs: number | undefined,
  cacheFolder: string,
): Promise<OpenReference & AsyncDisposable> {
  const table = await openTable(input.file.path, input.file.name)
  try {
    const timeColumn = input.time ?? 'event_time'
    if (input.time !== null && !table.names.includes(input.time))
      throw new TableError(`it has no column '${input.time}', which \`reference.time\` names`)
    const times = await eventTimesOf(table, timeColumn)
    if (times === null && input.time !== null) throw new TableError(`its column '${input.time}' holds no times`)
    const kept = keepColumns(table)
    const features = table.names.filter(
      (name) => name !== input.label && name !== timeColumn && !rowNames.has(name) && !isPrediction(name),
    )
    const calibration = await calibrated(kept, times, input, windowMs, cacheFolder)
    return { table: kept, times, features, calibration, [Symbol.asyncDispose]: () => table[Symbol.asyncDispose]() }
  } catch (error) {
    await table[Symbol.asyncDispose]()
    throw error
  }
}

/** Whether a column holds what a model answered. */
export function isPrediction(name: string): boolean {
  return name === 'prediction' || name.startsWith('prediction_')
}

/** Reads each column once as long as there is room. */
function keepColumns(table: Table): Table {
  const columns = new Map<string, Promise<Column>>()
  let room = keptBytes
  return {
    rows: table.rows,
    names: table.names,
    ...(table.typeErrors === undefined ? {} : { typeErrors: table.typeErrors }),
    read(name) {
      const known = columns.get(name)
      if (known !== undefined) return known
      const column = table.read(name)
      if (room >= table.rows * 8) {
        room -= table.rows * 8
        columns.set(name, column)
      }
      return column
    },
  }
}

/** The calibration is kept by what it was made from: the bytes of the reference and the length of windows. */
async function calibrated(
  table: Table,
  times: Float64Array | null,
  input: ReferenceInput,
  windowMs: number | undefined,
  folder: string,
): Promise<Calibration> {
  const name = createHash('sha256')
    .update(JSON.stringify([calibrationVersion, input.file.digest, input.time, windowMs ?? null]))
    .digest('hex')
  const path = join(folder, `${name}.json`)
  const known = await readKnown(path)
  if (known !== undefined) return known
  const calibration = await calibrateReference(table, {
    eventTimes: times,
    features: table.names.filter((column) => !rowNames.has(column)),
    ...(windowMs === undefined ? {} : { windowMs }),
  })
  await mkdir(folder, { recursive: true })
  await dropOldest(folder)
  await writeFile(`${path}.new`, JSON.stringify(calibration))
  await rename(`${path}.new`, path)
  return calibration
}

/** References change now and then; what belonged to old ones must not stay for ever. */
async function dropOldest(folder: string): Promise<void> {
  const files: { path: string; at: number }[] = []
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    files.push({ path, at: (await stat(path)).mtimeMs })
  }
  const old = files.toSorted((a, b) => b.at - a.at).slice(keptCalibrations)
  for (const { path } of old) await rm(path, { force: true })
}

async function readKnown(path: string): Promise<Calibration | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Calibration
  } catch {
    return undefined
  }
}
