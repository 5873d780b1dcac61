import { join } from 'node:path'
import { batchPath, loadLabelState } from '../labels/label-state.ts'
import { listDeployments } from './deployments.ts'
import type { EndpointPlace } from './doors.ts'
import { lockEndpoint } from './locks.ts'
import { loadState, relativePath } from './manifest.ts'

/** The files behind the tables of a query, as they are at this moment. */
export interface QuerySources {
  readonly inputs: readonly { readonly deployment: string; readonly paths: readonly string[] }[]
  readonly predictions: readonly { readonly deployment: string; readonly paths: readonly string[] }[]
  readonly labels: {
    readonly paths: readonly string[]
    /** Columns that together name the row of a label. */
    readonly keys: readonly string[]
  }
}

export async function querySources(input: { readonly place: EndpointPlace }): Promise<QuerySources> {
  const { place } = input
  using _lock = await lockEndpoint(place, 'read')
  const sources = {
    inputs: [] as QuerySources['inputs'][number][],
    predictions: [] as QuerySources['inputs'][number][],
  }
  for (const deployment of await listDeployments(place)) {
    const { manifest } = await loadState(place, deployment)
    for (const collection of ['inputs', 'predictions'] as const) {
      const paths = manifest.files
        .filter((file) => file.collection === collection)
        .map((file) => join(place.rowsFolder, deployment, relativePath(file)))
      if (paths.length > 0) sources[collection].push({ deployment, paths })
    }
  }
  const { batches } = await loadLabelState(place)
  const keys = new Set(['row_index'])
  for (const batch of batches)
    for (const key of batch.keys?.map((name) => `key_${name}`) ?? ['request_id']) keys.add(key)
  return { ...sources, labels: { paths: batches.map((batch) => batchPath(place, batch)), keys: [...keys] } }
}
