import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncFolder } from '@modelyard/platform'
import type { DeploymentState } from './manifest.ts'

/** Files whose syncs wait for the disk at the same time. */
const together = 16

export interface NewFile {
  readonly target: string
  /** Encodes when it is its turn, so that not all files of a segment lie in memory. */
  encode(): Uint8Array
}

/**
 * Writes files and renames them into place; when it returns they are there after a crash of the machine. A reader sees a file whole or not at all.
 * Answers their sizes in order.
 */
export async function publishFiles(state: DeploymentState, files: readonly NewFile[]): Promise<number[]> {
  const staging = join(state.folder, 'staging')
  await mkdir(staging, { recursive: true })
  const folders = new Set(files.map((file) => dirname(file.target)))
  const sizes: number[] = []
  for (const folder of folders) await mkdir(folder, { recursive: true })
  await inGroups([...files.entries()], async ([index, file]) => {
    const staged = join(staging, String(index))
    sizes[index] = await writeSynced(staged, file.encode())
    await rename(staged, file.target)
  })
  await inGroups([...folders], syncFolder)
  return sizes
}

/** Writes a file and waits for the disk; answers its size. */
export async function writeSynced(path: string, bytes: Uint8Array): Promise<number> {
  const handle = await open(path, 'w', 0o644)
  try {
    await handle.writeFile(bytes)
    await handle.datasync()
  } finally {
    await handle.close()
  }
  return bytes.length
}

/** Forgets what an earlier, interrupted run left half-written. */
export async function clearStaging(state: DeploymentState): Promise<void> {
  await rm(join(state.folder, 'staging'), { recursive: true, force: true })
}

async function inGroups<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += together)
    await Promise.all(items.slice(start, start + together).map(work))
}
