import { createHash } from 'node:crypto'
import { ModelyardError } from '@modelyard/contract'
import { treeManifest, type TreeEntry } from '@modelyard/platform'
import type { Database, Platform, Transaction } from '../platform/index.ts'
import { relativeTo, requireArtifactPath } from './artifact.ts'
import { listOutputModels } from './logged-model-store.ts'
import { deleteArtifacts, findArtifact, listArtifactsBelow, upsertArtifacts } from './artifact-store.ts'

export type ArtifactService = ReturnType<typeof createArtifactService>

/** Files of runs and logged models. Bytes lie in the content store; here are their names. */
export function createArtifactService({ clock, content }: Pick<Platform, 'clock' | 'content'>) {
  /** Stores bytes and returns what to keep; the bytes of a request that is refused afterwards stay unreferenced. */
  async function receive(path: string, bytes: AsyncIterable<Uint8Array>): Promise<TreeEntry> {
    requireArtifactPath(path)
    const { digest, sizeBytes } = await content.put(bytes)
    return { path, digest, sizeBytes, mode: 'file' }
  }

  /** Names files of an owner. A name cannot be a file and a folder at once. */
  async function keep(tx: Transaction, ownerId: string, entries: readonly TreeEntry[]): Promise<void> {
    for (const entry of entries) {
      requireArtifactPath(entry.path)
      if ((await listArtifactsBelow(tx, ownerId, entry.path)).length > 0)
        throw new ModelyardError('name_invalid', `'${entry.path}' is a folder already and cannot be a file.`)
      for (let slash = entry.path.indexOf('/'); slash !== -1; slash = entry.path.indexOf('/', slash + 1)) {
        const folder = entry.path.slice(0, slash)
        if ((await findArtifact(tx, ownerId, folder)) !== undefined)
          throw new ModelyardError('name_invalid', `'${folder}' is a file already and cannot be a folder.`)
      }
    }
    await upsertArtifacts(tx, ownerId, entries, clock.now())
  }

  /** Names the files of a stored folder below `path` of an owner. */
  async function putTree(tx: Transaction, ownerId: string, path: string, digest: string): Promise<void> {
    const prefix = path === '' ? '' : `${path}/`
    const entries = await readManifest(digest)
    await keep(
      tx,
      ownerId,
      entries.map((entry) => Object.assign({}, entry, { path: `${prefix}${entry.path}` })),
    )
  }

  async function readManifest(digest: string): Promise<TreeEntry[]> {
    const chunks: Uint8Array[] = []
    for await (const chunk of content.read(digest)) chunks.push(chunk as Uint8Array)
    return (JSON.parse(Buffer.concat(chunks).toString('utf8')) as { entries: TreeEntry[] }).entries
  }

  /**
   * Stores a folder of a run or of a logged model as a tree of its own, so that a model version keeps it whatever happens to the owner. A
   * file is a tree of one.
   */
  async function toTree(
    db: Database | Transaction,
    owner: { runId: string } | { modelId: string },
    folder: string,
  ): Promise<{ tree: string; entries: TreeEntry[] }> {
    const all =
      'runId' in owner ? await ofRun(db, owner.runId, folder) : await listArtifactsBelow(db, owner.modelId, folder)
    const entries = relativeTo(all, folder)
    if (entries.length === 0 && folder !== '') {
      const file =
        'runId' in owner ? await findOfRun(db, owner.runId, folder) : await findArtifact(db, owner.modelId, folder)
      if (file !== undefined) entries.push({ ...file, path: folder.slice(folder.lastIndexOf('/') + 1) })
    }
    const manifest = treeManifest(entries)
    const digest = createHash('sha256').update(manifest).digest('hex')
    if ((await content.sizeOf(digest)) === undefined) await content.put(Buffer.from(manifest), digest)
    return { tree: digest, entries }
  }

  return {
    receive,
    keep,
    below,
    ofRun,
    findOfRun,
    putTree,
    toTree,
    readManifest,
    find: (db: Database | Transaction, ownerId: string, path: string) => findArtifact(db, ownerId, path),
    remove: (tx: Transaction, ownerId: string, path: string) => deleteArtifacts(tx, ownerId, path),
    read: (digest: string, range?: { start: number; end: number }) => content.read(digest, range),
  }
}

function firstPart(path: string): string {
  const slash = path.indexOf('/')
  return slash === -1 ? path : path.slice(0, slash)
}

/**
 * Files of a run below a folder, as people see them: its own, and those of the models it logged under each one's name. Its own win where
 * both have a name.
 */
async function ofRun(db: Database | Transaction, runId: string, folder: string): Promise<TreeEntry[]> {
  const own = await listArtifactsBelow(db, runId, folder)
  const taken = new Set((await listArtifactsBelow(db, runId, '')).map((entry) => firstPart(entry.path)))
  for (const model of await listOutputModels(db, runId)) {
    if (taken.has(model.name)) continue
    taken.add(model.name)
    if (folder !== '' && firstPart(folder) !== model.name) continue
    const inner = folder === '' ? '' : folder.slice(model.name.length + 1)
    for (const entry of await listArtifactsBelow(db, model.id, inner))
      own.push({ ...entry, path: `${model.name}/${entry.path}` })
  }
  return own
}

/** One file of a run, found as {@link ofRun} shows it. */
async function findOfRun(db: Database | Transaction, runId: string, path: string): Promise<TreeEntry | undefined> {
  const own = await findArtifact(db, runId, path)
  if (own !== undefined || !path.includes('/')) return own
  const name = firstPart(path)
  for (const model of await listOutputModels(db, runId)) {
    if (model.name !== name) continue
    const found = await findArtifact(db, model.id, path.slice(name.length + 1))
    return found === undefined ? undefined : { ...found, path }
  }
  return undefined
}

/** Files below a folder, paths from the owner's root. */
async function below(db: Database | Transaction, ownerId: string, folder: string): Promise<TreeEntry[]> {
  return await listArtifactsBelow(db, ownerId, folder)
}
