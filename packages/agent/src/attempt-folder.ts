import { createHash } from 'node:crypto'
import { constants, existsSync, realpathSync } from 'node:fs'
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { InputMount, Lease } from '@modelyard/contract'
import { treePathProblem, type ContentStore, type TreeEntry } from '@modelyard/platform'

/** A preparation that cannot succeed; the text is for the user. */
export class PreparationError extends Error {
  override readonly name = 'PreparationError'
}

/** Where everything of one attempt lies. */
export interface AttemptPaths {
  readonly folder: string
  readonly work: string
  readonly log: string
  readonly exit: string
  readonly lease: string
  readonly process: string
}

export function attemptPaths(nodeFolder: string, attemptId: string): AttemptPaths {
  const folder = join(nodeFolder, 'attempts', attemptId)
  return {
    folder,
    work: join(folder, 'work'),
    log: join(folder, 'log'),
    exit: join(folder, 'exit.json'),
    lease: join(folder, 'lease.json'),
    process: join(folder, 'process.json'),
  }
}

/** Lays out an attempt: a private copy of the code, read-only inputs, empty outputs. Answers the environment that names them. */
export async function layOut(
  paths: AttemptPaths,
  lease: Lease,
  content: ContentStore,
): Promise<Record<string, string>> {
  if (existsSync(paths.folder)) await rm(paths.folder, { recursive: true, force: true })
  await mkdir(paths.work, { recursive: true, mode: 0o700 })
  await writeFile(paths.lease, JSON.stringify(lease), { mode: 0o600 })
  if (lease.code !== null) await copyTree(content, lease.code, paths.work, 'the code')
  const environment: Record<string, string> = {}
  for (const [position, input] of lease.inputs.entries())
    environment[`MODELYARD_INPUT_${position}`] = await mountInput(
      content,
      input,
      join(paths.folder, 'inputs', String(position)),
    )
  for (const [position] of lease.outputs.entries()) {
    const path = outputPath(paths, lease, position)
    await mkdir(lease.outputs[position]?.kind === 'file' ? dirname(path) : path, { recursive: true })
    environment[`MODELYARD_OUTPUT_${position}`] = path
  }
  return environment
}

/** Where the n-th output is to be written. */
export function outputPath(paths: AttemptPaths, lease: Lease, position: number): string {
  const output = lease.outputs[position]
  const folder = join(paths.folder, 'outputs', String(position))
  return output?.kind === 'file' ? join(folder, output.fileName ?? 'output') : folder
}

async function mountInput(content: ContentStore, input: InputMount, folder: string): Promise<string> {
  const entries = await readEntries(content, input.tree, `the input '${input.name}'`)
  await mkdir(folder, { recursive: true })
  for (const entry of entries) {
    const target = join(folder, entry.path)
    await mkdir(dirname(target), { recursive: true })
    await content.materialize(entry.digest, target, { writable: false, executable: entry.mode === 'executable' })
  }
  const [only] = entries
  return input.kind === 'file' && only !== undefined ? join(folder, only.path) : folder
}

async function copyTree(content: ContentStore, digest: string, folder: string, what: string): Promise<void> {
  const made = new Set<string>([folder])
  for (const entry of await readEntries(content, digest, what)) {
    const target = join(folder, entry.path)
    const parent = dirname(target)
    if (!made.has(parent)) {
      await mkdir(parent, { recursive: true })
      made.add(parent)
    }
    await copyFile(content.pathOf(entry.digest), target, constants.COPYFILE_FICLONE)
    await chmod(target, entry.mode === 'executable' ? 0o755 : 0o644)
  }
}

async function readEntries(content: ContentStore, digest: string, what: string): Promise<readonly TreeEntry[]> {
  try {
    const { entries } = JSON.parse(await text(content.read(digest))) as { entries: TreeEntry[] }
    for (const { path } of entries) {
      const problem = treePathProblem(path)
      if (problem !== undefined) throw new PreparationError(`The path ${JSON.stringify(path)} in ${what} ${problem}.`)
    }
    return entries
  } catch (error) {
    if (error instanceof PreparationError) throw error
    throw new PreparationError(
      `The files of ${what} are gone from the store (${digest.slice(0, 12)}…): ${(error as Error).message}`,
    )
  }
}

export async function readLease(paths: AttemptPaths): Promise<Lease | undefined> {
  try {
    return JSON.parse(await readFile(paths.lease, 'utf8')) as Lease
  } catch {
    return undefined
  }
}

const pythonFolders = new Map<string, string>()

/** A folder in which `python` and `python3` are the interpreter: its own where both are there, else one of wrappers. */
export async function pythonFolder(python: string, nodeFolder: string): Promise<string> {
  const known = pythonFolders.get(python)
  if (known !== undefined && existsSync(python)) return known
  const found = await findPythonFolder(python, nodeFolder)
  pythonFolders.set(python, found)
  return found
}

async function findPythonFolder(python: string, nodeFolder: string): Promise<string> {
  if (!existsSync(python))
    throw new PreparationError(`There is no Python at ${python}. Run \`npm run setup\`, or set MODELYARD_PYTHON.`)
  const own = dirname(python)
  const real = realpathSync(python)
  if (['python', 'python3'].every((name) => existsSync(join(own, name)) && realpathSync(join(own, name)) === real))
    return own
  // Named by the interpreter: steps with different ones run side by side.
  const folder = join(nodeFolder, 'bin', createHash('sha256').update(python).digest('hex').slice(0, 16))
  await mkdir(folder, { recursive: true })
  for (const name of ['python', 'python3'])
    await writeFile(join(folder, name), `#!/bin/sh\nexec '${python.replaceAll("'", `'\\''`)}' "$@"\n`, { mode: 0o755 })
  return folder
}
