import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'

/**
 * How many predictions one worker answered, as it says itself in a file that it maps into memory: an unsigned 64-bit number, little-endian. The worker
 * counts before it sends, so the number outlives it, and the gateway.
 */
export class WorkerCounter {
  readonly file: string
  /** Of them, those whose answers came to this gateway. */
  seen = 0
  readonly #descriptor: number | undefined
  readonly #bytes = Buffer.alloc(8)

  constructor(path: string) {
    this.file = basename(path)
    this.#descriptor = openIfThere(path)
  }

  /** A worker that could not make its file is taken at what came of it. */
  counted(): number {
    if (this.#descriptor === undefined) return this.seen
    try {
      if (readSync(this.#descriptor, this.#bytes, 0, 8, 0) < 8) return this.seen
      return Math.max(this.seen, Number(this.#bytes.readBigUInt64LE(0)))
    } catch {
      return this.seen
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch {
    return undefined
  }
}

/** The numbers of workers whose gateway is gone. */
export function readWorkerCounters(folder: string): Map<string, number> {
  const counters = new Map<string, number>()
  try {
    for (const name of readdirSync(folder)) {
      const bytes = readFileSync(join(folder, name))
      counters.set(name, bytes.length < 8 ? 0 : Number(bytes.readBigUInt64LE(0)))
    }
  } catch {
    // No folder: no worker has counted yet.
  }
  return counters
}

export async function removeCounters(folder: string, names: Iterable<string>): Promise<void> {
  for (const name of names) await rm(join(folder, name), { force: true })
}
