import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import { createIgnore, type Ignore } from './ignore-patterns.ts'

/** One file of a folder on this machine: its name in the tree, where it is, what it holds. */
export interface LocalFile {
  readonly path: string
  readonly file: string
  readonly digest: string
  readonly sizeBytes: number
  readonly mode: 'file' | 'executable'
}

/** Files of this machine cannot be taken as they are. */
export class LocalFilesError extends Error {
  override readonly name = 'LocalFilesError'
}

const ignoreFiles = ['.modelyardignore', '.amlignore']
const readers = 8

interface Walk {
  readonly root: string
  readonly realRoot: string
  readonly ignore: Ignore
  readonly found: { path: string; file: string }[]
}

/** Lists and hashes the files of a folder, sorted by name; a single file becomes a folder with that one file. */
export async function readTree(path: string): Promise<LocalFile[]> {
  const info = await stat(path).catch(() => undefined)
  if (info === undefined) throw new LocalFilesError(`There is no file or folder at ${path}.`)
  if (info.isFile()) return [await describe({ path: basename(path), file: path })]
  if (!info.isDirectory()) throw new LocalFilesError(`${path} is neither a file nor a folder.`)
  const walk: Walk = { root: path, realRoot: await realpath(path), ignore: await readIgnore(path), found: [] }
  await visit(walk, '', [walk.realRoot])
  walk.found.sort((a, b) => (a.path < b.path ? -1 : 1))
  return inParallel(walk.found, readers, describe)
}

/** The digest that the server answers for these files. */
export function treeDigestOf(files: readonly Omit<LocalFile, 'file'>[]): string {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1))
  const entries = sorted.map(({ path, digest, sizeBytes, mode }) => ({ path, digest, sizeBytes, mode }))
  return createHash('sha256').update(JSON.stringify({ entries })).digest('hex')
}

/** Runs `work` over the items, at most `limit` at a time; answers come in the order of the items. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const queue = items.entries()
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  return results
}

async function readIgnore(folder: string): Promise<Ignore> {
  for (const name of ignoreFiles) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => undefined)
    if (text !== undefined) return createIgnore(text.split('\n'))
  }
  return createIgnore([])
}

/** `realFolders` are the folders above, links resolved: a link to one of them would never end. */
async function visit(walk: Walk, folder: string, realFolders: readonly string[]): Promise<void> {
  for (const entry of await readdir(join(walk.root, folder), { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    const file = join(walk.root, path)
    const info = await stat(file).catch(() => undefined)
    if (walk.ignore(path, info?.isDirectory() === true) || ignoreFiles.includes(path)) continue
    if (info === undefined)
      throw new LocalFilesError(`${file} is a link to nothing; remove it or exclude it in ${ignoreFiles[0]}.`)
    const real = entry.isSymbolicLink() ? await realpath(file) : undefined
    if (real !== undefined) refuseBadLink(walk, file, real, realFolders)
    if (info.isDirectory()) await visit(walk, path, [...realFolders, real ?? (await realpath(file))])
    else if (info.isFile()) walk.found.push({ path, file })
  }
}

function refuseBadLink(walk: Walk, file: string, real: string, realFolders: readonly string[]): void {
  const inside = relative(walk.realRoot, real)
  if (inside === '..' || inside.startsWith(`..${sep}`))
    throw new LocalFilesError(
      `${file} is a link that leads out of ${walk.root}; copy the file or exclude it in ${ignoreFiles[0]}.`,
    )
  if (realFolders.includes(real))
    throw new LocalFilesError(`${file} is a link to a folder above it; exclude it in ${ignoreFiles[0]}.`)
}

async function describe({ path, file }: { path: string; file: string }): Promise<LocalFile> {
  const { mode } = await stat(file)
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    sizeBytes += chunk.byteLength
  }
  return { path, file, digest: hash.digest('hex'), sizeBytes, mode: (mode & 0o111) === 0 ? 'file' : 'executable' }
}
