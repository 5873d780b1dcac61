import type { EndpointPlace } from '../collection/doors.ts'
import { listDeployments } from '../collection/deployments.ts'
import { readFeature, readKeys, type FileRows } from '../collection/file-rows.ts'
import { loadState, schemaOf, type DeploymentState, type StoredFile } from '../collection/manifest.ts'
import { probeKeys } from './label-join.ts'
import { hashKey, Mark, type KeyHash, type LabelIndex } from './label-index.ts'
import type { LabelState } from './label-state.ts'

/** Counts the labels of this file whose row is known, and notes the hours whose rows got another label. */
export async function matchRows(
  place: EndpointPlace,
  keys: readonly string[] | null,
  index: LabelIndex,
  labels: LabelState,
): Promise<number> {
  const isMatched = new Uint8Array(index.size)
  let matched = 0
  const collection = keys === null ? 'predictions' : 'inputs'
  for (const deployment of await listDeployments(place)) {
    const state = await loadState(place, deployment)
    for (const file of state.manifest.files) {
      if (file.collection !== collection) continue
      let isTouched = false
      await probeFile(state, file, keys, index, (found) => {
        const mark = index.marks[found]
        if (mark === Mark.none) return
        if (mark === Mark.changed) isTouched = true
        if (isMatched[found] === 0) {
          isMatched[found] = 1
          matched++
        }
      })
      if (isTouched) labels.hours[String(file.hourStartMs)] = labels.revision
    }
  }
  return matched
}

async function probeFile(
  state: DeploymentState,
  file: StoredFile,
  keys: readonly string[] | null,
  index: LabelIndex,
  take: (found: number) => void,
): Promise<void> {
  if (keys !== null) {
    const places = Int32Array.from({ length: file.rows }, (_unused, row) => row)
    const rows: FileRows = { state, file, places }
    const names = schemaOf(state, file.collection).columns.map((column) => column.name)
    const table = { rows: file.rows, names, read: (name: string) => readFeature([rows], name, file.rows) }
    await probeKeys(index, keys, table, (_row, found) => take(found))
    return
  }
  const hash: KeyHash = { low: 0, high: 0 }
  const { requestIds, rowIndexes } = await readKeys(state, file)
  for (let row = 0; row < requestIds.length; row++) {
    hashKey(requestIds[row] ?? '', rowIndexes[row] ?? 0, hash)
    const found = index.find(hash)
    if (found >= 0) take(found)
  }
}
