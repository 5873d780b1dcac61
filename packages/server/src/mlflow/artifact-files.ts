import type { Experiments } from '../experiments/index.ts'
import type { Platform, Transaction } from '../platform/index.ts'
import type { Access } from '../http/index.ts'
import type { TreeEntry } from '@modelyard/platform'
import type { ArtifactReference } from './artifact-reference.ts'
import { invalidParameter, missingObject } from './wire-error.ts'

/** Files of registered versions; the models room knows them. */
export interface VersionFiles {
  /** The stored folder of a version, or undefined when there is none. */
  treeOf(workspace: string, model: string, version: string): Promise<string | undefined>
}

/** The files that a reference names, and writing to them. */
export function createArtifactFiles({ store }: Pick<Platform, 'store'>, room: Experiments, versions: VersionFiles) {
  const { runs, models, artifacts } = room.services

  /** Who owns the files in tracking; a version's files belong to nobody there. */
  async function ownerOf(workspace: string, reference: ArtifactReference): Promise<string> {
    if (reference.kind === 'run') {
      if ((await room.findRun(store.read, workspace, reference.runId)) === undefined)
        throw missingObject(`Run with id=${reference.runId} not found`)
      return reference.runId
    }
    if (reference.kind !== 'loggedModel') throw invalidParameter('The files of a model version do not change.')
    if ((await models.find(store.read, workspace, reference.modelId, true)) === undefined)
      throw missingObject(`Logged model with ID '${reference.modelId}' not found.`)
    return reference.modelId
  }

  async function entriesOf(
    workspace: string,
    { model, version }: ArtifactReference & { kind: 'modelVersion' },
  ): Promise<readonly TreeEntry[]> {
    const tree = await versions.treeOf(workspace, model, version)
    if (tree === undefined) throw missingObject(`Model Version (name=${model}, version=${version}) not found`)
    return await artifacts.readManifest(tree)
  }

  /** All files below the reference, paths from its root. */
  async function below(workspace: string, reference: ArtifactReference): Promise<readonly TreeEntry[]> {
    if (reference.kind === 'modelVersion') {
      const entries = await entriesOf(workspace, reference)
      const folder = reference.path
      return folder === '' ? entries : entries.filter((entry) => entry.path.startsWith(`${folder}/`))
    }
    return await artifacts.below(store.read, await ownerOf(workspace, reference), reference.path)
  }

  async function find(workspace: string, reference: ArtifactReference): Promise<TreeEntry> {
    const file =
      reference.kind === 'modelVersion'
        ? (await entriesOf(workspace, reference)).find((entry) => entry.path === reference.path)
        : await artifacts.find(store.read, await ownerOf(workspace, reference), reference.path)
    if (file === undefined) throw missingObject(`No such artifact: '${reference.path.slice(0, 200)}'`)
    return file
  }

  /** The owner for a write, after the checks that every write makes. */
  async function requireOwner(
    tx: Transaction,
    workspace: string,
    reference: ArtifactReference,
    access: Access,
  ): Promise<string> {
    if (reference.kind === 'run') return (await runs.requireWritable(tx, workspace, reference.runId, access)).id
    if (reference.kind === 'loggedModel')
      return (await models.requireWritable(tx, workspace, reference.modelId, access)).id
    throw invalidParameter('The files of a model version do not change.')
  }

  async function put(
    workspace: string,
    reference: ArtifactReference,
    access: Access,
    bytes: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    if (reference.path === '') throw invalidParameter('A file needs a name.')
    // Asked before the bytes are taken and again when they are named: the run may be gone by then.
    await store.write((tx) => requireOwner(tx, workspace, reference, access), 'survivesKill')
    const entry = await artifacts.receive(reference.path, bytes)
    await store.write(async (tx) => {
      await artifacts.keep(tx, await requireOwner(tx, workspace, reference, access), [entry])
    })
  }

  async function remove(workspace: string, reference: ArtifactReference, access: Access): Promise<void> {
    await store.write(async (tx) => {
      await artifacts.remove(tx, await requireOwner(tx, workspace, reference, access), reference.path)
    })
  }

  /** What a reference names as a stored tree of its own. */
  async function toTree(workspace: string, reference: ArtifactReference): Promise<{ tree: string; files: number }> {
    const id = await ownerOf(workspace, reference)
    const owner = reference.kind === 'run' ? { runId: id } : { modelId: id }
    const { tree, entries } = await artifacts.toTree(store.read, owner, reference.path)
    return { tree, files: entries.length }
  }

  return { below, find, put, remove, toTree, read: artifacts.read }
}

export type ArtifactFiles = ReturnType<typeof createArtifactFiles>
