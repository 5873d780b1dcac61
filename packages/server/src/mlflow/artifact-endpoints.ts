import { oneLevel, type ArtifactItem, type Experiments } from '../experiments/index.ts'
import type { Platform } from '../platform/index.ts'
import { checkArtifactPath, runRoot } from './artifact-reference.ts'
import type { Endpoint } from './endpoint.ts'
import { runIdOf } from './run-endpoints.ts'
import { missingObject } from './wire-error.ts'

/** `is_dir` is always there: clients index it without asking. */
export function writeItem(item: ArtifactItem, path = item.path) {
  return { path, is_dir: item.isFolder, ...(item.sizeBytes === null ? {} : { file_size: item.sizeBytes }) }
}

export function artifactEndpoints({ store }: Pick<Platform, 'store'>, room: Experiments): Endpoint[] {
  return [
    {
      method: 'GET',
      path: '/artifacts/list',
      permission: 'run.read',
      async answer({ fields, workspace }) {
        const id = runIdOf(fields)
        const folder = checkArtifactPath(fields.text('path', 1000) ?? '')
        const run = await room.findRun(store.read, workspace, id)
        if (run === undefined) throw missingObject(`Run with id=${id} not found`)
        const entries = await room.services.artifacts.below(store.read, run.id, folder)
        return {
          root_uri: runRoot(run.experimentId, run.id),
          files: oneLevel(entries, folder).map((item) => writeItem(item)),
        }
      },
    },
  ]
}
