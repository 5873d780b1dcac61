import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { link, mkdir, open, rename, rm, stat, copyFile, chmod } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { syncFolder } from './durable-files.ts'

/** Bytes named by their SHA-256 in a folder: `sha256/ab/cdef…`, written once, synced, renamed into place, read-only. */
export interface ContentStore {
  readonly folder: string
  pathOf(digest: string): string
  /** Size in bytes, or undefined when it is not there. */
  sizeOf(digest: string): Promise<number | undefined>
  /** Stores a stream with flat memory. With `expected`, other bytes are refused with a {@link DigestMismatch} and nothing stays. */
  put(
    content: AsyncIterable<Uint8Array> | Uint8Array,
    expected?: string,
  ): Promise<{ digest: string; sizeBytes: number }>
  read(digest: string, range?: { start: number; end: number }): Readable
  /** Puts the bytes at `target`: a hard link where that works, else a copy. Hard links are read-only. */
  materialize(digest: string, target: string, options: { writable: boolean; executable?: boolean }): Promise<void>
}

/** The bytes were not what their name promised. */
export class DigestMismatch extends Error {
  override readonly name = 'DigestMismatch'
}

export function createContentStore(folder: string): ContentStore {
  let uploads = 0
  const knownFolders = new Set<string>()
  const pathOf = (digest: string): string => join(folder, 'sha256', digest.slice(0, 2), digest.slice(2))

  async function ensureFolder(path: string): Promise<void> {
    if (knownFolders.has(path)) return
    await mkdir(path, { recursive: true })
    knownFolders.add(path)
  }

  async function sizeOf(digest: string): Promise<number | undefined> {
    try {
      return (await stat(pathOf(digest))).size
    } catch {
      return undefined
    }
  }

  async function put(
    content: AsyncIterable<Uint8Array> | Uint8Array,
    expected?: string,
  ): Promise<{ digest: string; sizeBytes: number }> {
    await ensureFolder(join(folder, 'incoming'))
    const temporary = join(folder, 'incoming', `${process.pid}-${process.hrtime.bigint()}-${uploads++}`)
    const hash = createHash('sha256')
    let sizeBytes = 0
    const handle = await open(temporary, 'wx', 0o600)
    try {
      for await (const chunk of chunksOf(content)) {
        hash.update(chunk)
        sizeBytes += chunk.byteLength
        await handle.writeFile(chunk)
      }
      const digest = hash.digest('hex')
      if (expected !== undefined && expected !== digest)
        throw new DigestMismatch(`the bytes have the SHA-256 ${digest}`)
      await publish(handle, temporary, digest)
      return { digest, sizeBytes }
    } finally {
      await handle.close()
      await rm(temporary, { force: true })
    }
  }

  async function publish(handle: Awaited<ReturnType<typeof open>>, temporary: string, digest: string): Promise<void> {
    if ((await sizeOf(digest)) !== undefined) return
    await handle.chmod(0o444)
    await handle.sync()
    const target = pathOf(digest)
    await ensureFolder(dirname(target))
    await rename(temporary, target)
    await syncFolder(dirname(target))
  }

  async function materialize(
    digest: string,
    target: string,
    options: { writable: boolean; executable?: boolean },
  ): Promise<void> {
    // A hard link shares the bytes with the store, so it is only for readers; a program that edits in place would change the store.
    if (!options.writable && options.executable !== true) {
      try {
        await link(pathOf(digest), target)
        return
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'EEXIST')
          throw error
      }
    }
    await copyFile(pathOf(digest), target)
    await chmod(target, (options.writable ? 0o644 : 0o444) | (options.executable === true ? 0o111 : 0))
  }

  return {
    folder,
    pathOf,
    sizeOf,
    put,
    materialize,
    read: (digest, range) =>
      createReadStream(pathOf(digest), range === undefined ? {} : { start: range.start, end: range.end }),
  }
}

/** A stream is left open when writing fails: closing a request in the middle would take the answer with it. */
function chunksOf(content: AsyncIterable<Uint8Array> | Uint8Array): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (content instanceof Uint8Array) return [content]
  return content instanceof Readable ? content.iterator({ destroyOnReturn: false }) : content
}
