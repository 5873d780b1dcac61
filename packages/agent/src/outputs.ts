import { createReadStream } from 'node:fs'
import { access, constants, lstat, readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import type { Lease, OutputReport } from '@modelyard/contract'
import { treeManifest, type ContentStore, type TreeEntry } from '@modelyard/platform'
import { outputPath, type AttemptPaths } from './attempt-folder.ts'

const filesAtOnce = 8

/** An output that cannot be kept; `code` is the catalogue's. */
export class OutputError extends Error {
  override readonly name = 'OutputError'
  readonly code = 'output_missing'
}

/** Stores every declared output; the files first, then the list of them, so that a stored list is always complete. */
export async function storeOutputs(paths: AttemptPaths, lease: Lease, content: ContentStore): Promise<OutputReport[]> {
  const reports: OutputReport[] = []
  for (const [position, output] of lease.outputs.entries()) {
    const path = outputPath(paths, lease, position)
    const found = await lstat(path).catch(() => undefined)
    if (found === undefined)
      throw new OutputError(`The output '${output.name}' was not written: there is nothing at its path.`)
    const files = found.isDirectory() ? await listFiles(path, output.name) : [await checkFile(path, output.name)]
    if (files.length === 0 && output.mayBeEmpty !== true)
      throw new OutputError(`The output '${output.name}' was not written: its folder is empty.`)
    const root = found.isDirectory() ? path : join(path, '..')
    const entries = await storeFiles(files, root, content)
    const { digest } = await content.put(Buffer.from(treeManifest(entries)))
    reports.push({
      name: output.name,
      tree: digest,
      sizeBytes: entries.reduce((sum, entry) => sum + entry.sizeBytes, 0),
      fileCount: entries.length,
    })
  }
  return reports
}

/** A few at a time: a folder may have more files than a process may open. */
async function storeFiles(files: readonly string[], root: string, content: ContentStore): Promise<TreeEntry[]> {
  const entries: TreeEntry[] = []
  const queue = files.values()
  const work = async (): Promise<void> => {
    for (const file of queue) entries.push(await storeFile(file, root, content))
  }
  await Promise.all(Array.from({ length: filesAtOnce }, work))
  return entries
}

async function storeFile(file: string, root: string, content: ContentStore): Promise<TreeEntry> {
  const executable = await access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
  const { digest, sizeBytes } = await content.put(createReadStream(file))
  const path = root === '' ? basename(file) : relative(root, file).split(sep).join('/')
  return { path, digest, sizeBytes, mode: executable ? 'executable' : 'file' }
}

/** The one file of an output; a link counts as what it points to, unless that lies elsewhere. */
async function checkFile(path: string, output: string): Promise<string> {
  const target = await realpath(path).catch(() => undefined)
  if (target === undefined || !target.startsWith((await realpath(dirname(path))) + sep))
    throw new OutputError(`The output '${output}' is a link that leads out of its place.`)
  if (!(await stat(target)).isFile()) throw new OutputError(`The output '${output}' is not a file.`)
  return path
}

/** Files below a folder; a link inside it counts as what it points to, one that leads out is refused. */
async function listFiles(folder: string, output: string): Promise<string[]> {
  const root = await realpath(folder)
  const files: string[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isSymbolicLink()) {
      const target = await realpath(path).catch(() => undefined)
      if (target === undefined || !target.startsWith(root + sep))
        throw new OutputError(`The output '${output}' has a link that leads out of it: ${relative(folder, path)}.`)
      if ((await stat(target)).isFile()) files.push(path)
    } else if (entry.isFile()) files.push(path)
  }
  return files.sort()
}
