import type { Table } from '@modelyard/statistics/tables'
import { joinLabels } from '../labels/label-join.ts'
import { splitNames } from './column-types.ts'
import { listDeployments } from './deployments.ts'
import type { CollectedRows, ReadRequest } from './doors.ts'
import { readFeature, readWords, type FileRows } from './file-rows.ts'
import { lockEndpoint } from './locks.ts'
import { loadState, schemaOf, type DeploymentState } from './manifest.ts'
import { orderRows } from './row-order.ts'

/** Opens the rows of a period. The keys of all rows are read at once, columns when they are asked for. */
export async function readCollected(request: ReadRequest): Promise<CollectedRows> {
  const lock = await lockEndpoint(request.place, 'read')
  try {
    return await open(request, lock)
  } catch (error) {
    lock[Symbol.dispose]()
    throw error
  }
}

async function open(request: ReadRequest, lock: Disposable): Promise<CollectedRows> {
  const known = await listDeployments(request.place)
  const wanted = known.filter((name) => request.deployments?.includes(name) ?? true)
  const states: DeploymentState[] = []
  for (const name of wanted) states.push(await loadState(request.place, name))
  const ordered = await orderRows(request.place, states, request)
  const { rows, files } = ordered
  const inputs = files.filter(({ file }) => file.collection === 'inputs')
  const predictions = files.filter(({ file }) => file.collection === 'predictions')
  const inputTable = tableOf(inputs, states, 'inputs', rows)
  const versions = await readWords(predictions, 'model_version', rows)
  return {
    rows,
    requestIds: ordered.requestIds,
    rowIndexes: ordered.rowIndexes,
    eventTimesMs: ordered.eventTimesMs,
    deployments: ordered.deployments,
    modelVersions: { codes: versions.codes, names: versions.dictionary },
    inputs: inputTable,
    predictions: tableOf(predictions, states, 'predictions', rows),
    hasInput: presence(inputs, rows),
    hasPrediction: presence(predictions, rows),
    typeErrors: () => countTypeErrors(inputs, rows),
    labels: () => joinLabels(request.place, ordered, inputTable),
    [Symbol.asyncDispose]: () => Promise.resolve(lock[Symbol.dispose]()),
  }
}

/** Columns of all deployments, in the order in which they came. */
function tableOf(
  files: readonly FileRows[],
  states: readonly DeploymentState[],
  collection: string,
  rows: number,
): Table {
  const names = new Set(states.flatMap((state) => schemaOf(state, collection).columns.map((column) => column.name)))
  return {
    rows,
    names: [...names],
    read(name) {
      if (!names.has(name)) return Promise.reject(new RangeError(`no column ${name}`))
      return readFeature(files, name, rows)
    },
  }
}

function presence(files: readonly FileRows[], rows: number): Uint8Array {
  const present = new Uint8Array(rows)
  for (const { places } of files) for (const place of places) if (place >= 0) present[place] = 1
  return present
}

async function countTypeErrors(files: readonly FileRows[], rows: number): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  const { codes, dictionary } = await readWords(files, 'type_errors', rows)
  const names = dictionary.map(splitNames)
  for (const code of codes) for (const name of names[code] ?? []) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}
