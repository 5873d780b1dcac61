import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { segmentMagic } from '@modelyard/contract/collection'
import { syncFolder } from '@modelyard/platform'
import type { RecordBatch } from './record-buffer.ts'

/** One call writes at most so many pieces: the kernel takes 1024. */
const mostPieces = 1000

/** A segment that takes no more records, on its way to its final name. */
export interface EndedSegment {
  /** Name without extension. */
  readonly name: string
  /** Predictions in it, all counted as stored. */
  readonly predictions: number
  /** Up to here it holds whole records; what stands behind is cut off. */
  readonly bytes: number
}

/** The file that is being written. A failed write leaves it ended: what is whole in it stays. */
export class SegmentFile {
  readonly name: string
  readonly openedMs: number
  bytes = segmentMagic.length
  predictions = 0
  synced = true
  readonly #handle: FileHandle

  private constructor(name: string, openedMs: number, handle: FileHandle) {
    this.name = name
    this.openedMs = openedMs
    this.#handle = handle
  }

  static async create(folder: string, name: string, openedMs: number): Promise<SegmentFile> {
    const path = join(folder, `${name}.open`)
    const handle = await open(path, 'wx', 0o600)
    try {
      await handle.writeFile(segmentMagic)
    } catch (error) {
      await handle.close().catch(() => undefined)
      await rm(path, { force: true }).catch(() => undefined)
      throw error
    }
    return new SegmentFile(name, openedMs, handle)
  }

  async append(batch: RecordBatch): Promise<void> {
    try {
      await this.#write(batch)
    } catch (error) {
      // What was written of a batch that failed is not kept, and a full disk has its place back at once.
      await this.#handle.truncate(this.bytes).catch(() => undefined)
      throw error
    }
    this.bytes += batch.bytes
    this.predictions += batch.records
    this.synced = false
  }

  async #write(batch: RecordBatch): Promise<void> {
    for (let first = 0; first < batch.parts.length; first += mostPieces) {
      const parts = batch.parts.slice(first, first + mostPieces)
      const size = parts.reduce((sum, part) => sum + part.length, 0)
      const { bytesWritten } = await this.#handle.writev(parts)
      // The rest again, in one piece: when the disk is full, that says so.
      if (bytesWritten < size) await this.#handle.writeFile(Buffer.concat(parts).subarray(bytesWritten))
    }
  }

  async sync(): Promise<void> {
    await this.#handle.datasync()
    this.synced = true
  }

  async end(): Promise<EndedSegment> {
    await this.#handle.close().catch(() => undefined)
    return { name: this.name, predictions: this.predictions, bytes: this.bytes }
  }
}

/** Gives ended segments their final names; one without a record goes. Doing it twice is doing it once. */
export async function publishSegments(folder: string, ended: readonly EndedSegment[]): Promise<void> {
  for (const { name, bytes } of ended) {
    const path = join(folder, `${name}.open`)
    if (bytes <= segmentMagic.length) {
      await rm(path, { force: true })
      continue
    }
    const handle = await open(path, 'r+').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (handle === undefined) continue
    try {
      await handle.truncate(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(path, join(folder, `${name}.seg`))
  }
  await syncFolder(folder)
}
