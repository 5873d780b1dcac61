import { constants } from 'node:fs'
import { open, readFile, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileDurably } from '@modelyard/platform'
import { parseCounts, type CountsDocument } from './counts.ts'

/** The note is written over in steps of this size, so that a shorter text covers a longer one. */
const stepBytes = 512

/**
 * Where the counts of a deployment are kept: `counts.json`, synced and whole at any moment, once a second; and `counts.note`, which is only written
 * over, ten times a second: it outlives the process, and a power failure may take it. The one that was written later counts.
 */
export class CountsFiles {
  readonly #folder: string
  #sequence = 0
  #note: FileHandle | undefined
  #noteBytes = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  async read(): Promise<CountsDocument | undefined> {
    const found: { sequence: number; document: CountsDocument }[] = []
    for (const name of ['counts.json', 'counts.note']) {
      const text = await readFile(join(this.#folder, name), 'utf8').catch(() => '')
      const document = parseCounts(text)
      if (document === undefined) continue
      const { sequence } = JSON.parse(text) as { sequence?: unknown }
      found.push({ sequence: typeof sequence === 'number' ? sequence : 0, document })
      if (name === 'counts.note') this.#noteBytes = Buffer.byteLength(text)
    }
    const latest = found.toSorted((one, other) => other.sequence - one.sequence)[0]
    this.#sequence = latest?.sequence ?? 0
    return latest?.document
  }

  async save(document: CountsDocument): Promise<void> {
    await writeFileDurably(join(this.#folder, 'counts.json'), this.#textOf(document))
  }

  async note(document: CountsDocument): Promise<void> {
    const text = Buffer.from(this.#textOf(document))
    this.#noteBytes = Math.max(this.#noteBytes, Math.ceil(text.length / stepBytes) * stepBytes)
    const padded = Buffer.alloc(this.#noteBytes, ' ')
    text.copy(padded)
    this.#note ??= await open(join(this.#folder, 'counts.note'), constants.O_RDWR | constants.O_CREAT, 0o600)
    try {
      await this.#note.write(padded, 0, padded.length, 0)
    } catch (error) {
      await this.close()
      throw error
    }
  }

  #textOf(document: CountsDocument): string {
    return JSON.stringify({ sequence: ++this.#sequence, ...document })
  }

  async close(): Promise<void> {
    const note = this.#note
    this.#note = undefined
    await note?.close().catch(() => undefined)
  }

  async remove(): Promise<void> {
    await this.close()
    for (const name of ['counts.json', 'counts.note'])
      await rm(join(this.#folder, name), { force: true }).catch(() => undefined)
  }
}
