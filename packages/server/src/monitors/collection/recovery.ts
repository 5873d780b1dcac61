import { access, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncFolder } from '@modelyard/platform'
import type { EndpointPlace } from './doors.ts'
import { rewriteOlderFiles } from './evolution.ts'
import { loadState, pathOf, saveManifest, type DeploymentState } from './manifest.ts'
import { clearStaging } from './staging.ts'

/** The state of a deployment with everything that was interrupted brought to its end. */
export async function recover(place: EndpointPlace, deployment: string): Promise<DeploymentState> {
  const state = await loadState(place, deployment)
  await finishMerges(state)
  await finishRemoval(state)
  await clearStaging(state)
  await rewriteOlderFiles(state)
  await forgetSegments(state)
  return state
}

/** Brings merges to their end that were decided on: first what is merged goes, then the merged file comes, so that no row is ever there twice. */
export async function finishMerges(state: DeploymentState): Promise<void> {
  const { manifest } = state
  if (manifest.merges.length === 0) return
  for (const { staged, into, removed } of manifest.merges) {
    const source = join(state.folder, 'merges', staged)
    // Without it, the merge was finished up to the manifest.
    if (!(await exists(source))) continue
    for (const name of removed) await rm(pathOf(state, { ...into, name }), { force: true })
    await rename(source, pathOf(state, into))
    await syncFolder(dirname(pathOf(state, into)))
  }
  const gone = new Set(
    manifest.merges.flatMap(({ into, removed }) => removed.map((name) => pathOf(state, { ...into, name }))),
  )
  manifest.files = manifest.files.filter((file) => !gone.has(pathOf(state, file)))
  manifest.files.push(...manifest.merges.map(({ into }) => into))
  manifest.merges = []
  await saveManifest(state)
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}

/** Deletes what the manifest gave up, with the folders that are empty then. */
export async function finishRemoval(state: DeploymentState): Promise<void> {
  if (state.manifest.removed.length === 0) return
  for (const file of state.manifest.removed) {
    await rm(pathOf(state, file), { force: true })
    await removeEmptyFolders(join(pathOf(state, file), '..'), join(state.rowsFolder, file.collection))
  }
  state.manifest.removed = []
  await saveManifest(state)
}

async function removeEmptyFolders(from: string, upTo: string): Promise<void> {
  for (let folder = from; folder.startsWith(upTo); folder = dirname(folder)) {
    try {
      if ((await readdir(folder)).length > 0) return
      await rmdir(folder)
    } catch {
      return
    }
  }
}

/** Deletes segments whose rows are committed. Their names stay in the manifest until then, so that none is read twice. */
export async function forgetSegments(state: DeploymentState): Promise<void> {
  if (state.manifest.ingested.length === 0) return
  for (const name of state.manifest.ingested) await rm(join(state.folder, 'segments', name), { force: true })
  state.manifest.ingested = []
  await saveManifest(state)
}
