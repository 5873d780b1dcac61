import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { closeAbandoned } from './abandoned-segments.ts'
import type { CollectionContext } from './collection-limits.ts'
import { CountsFiles } from './counts-files.ts'
import { settle, type CountsDocument, type Tally } from './counts.ts'
import type { RecordBatch } from './record-buffer.ts'
import { publishSegments, SegmentFile, type EndedSegment } from './segment-file.ts'
import { readWorkerCounters, removeCounters } from './worker-counters.ts'

/** A collector's worker that was killed has written its last by then. */
const sweepAfterMs = 500
/** A killed gateway has forgotten at most so much of what it did not store. */
const noteMs = 100

/** The part of the counts that is not about segments. */
export type Standing = Omit<CountsDocument, 'segments'>

/** The disk side of a deployment's collection: its segments and its counts. One caller at a time. */
export class CollectionJournal {
  readonly segmentsFolder: string
  readonly countersFolder: string
  readonly #counts: CountsFiles
  readonly #context: CollectionContext
  #segment: SegmentFile | undefined
  #ended: EndedSegment[] = []
  /** Files of workers that are gone, with their last number. */
  readonly #gone = new Map<string, number>()
  #written = false
  #syncedMs = 0
  #savedMs = Number.NEGATIVE_INFINITY
  #notedMs = 0
  #brokenUntilMs = Number.NEGATIVE_INFINITY
  #sweepMs = Number.POSITIVE_INFINITY

  constructor(folder: string, countersFolder: string, context: CollectionContext) {
    this.segmentsFolder = join(folder, 'segments')
    this.countersFolder = countersFolder
    this.#counts = new CountsFiles(folder)
    this.#context = context
  }

  /** The disk refused a moment ago: nothing is tried for a while. */
  get broken(): boolean {
    return this.#context.clock.monotonic() < this.#brokenUntilMs
  }

  get busy(): boolean {
    return (
      this.#segment !== undefined ||
      this.#ended.length > 0 ||
      this.#gone.size > 0 ||
      this.#sweepMs < Number.POSITIVE_INFINITY
    )
  }

  /** A worker is gone; its file goes once its number is saved. */
  bury(file: string, counted: number): void {
    this.#gone.set(file, counted)
    this.#sweepMs = this.#context.clock.monotonic() + sweepAfterMs
  }

  /** The next save does not wait. */
  hurry(): void {
    this.#savedMs = Number.NEGATIVE_INFINITY
  }

  /** Whether the records are in a segment; false is final for them. */
  async append(batch: RecordBatch): Promise<boolean> {
    try {
      this.#segment ??= await this.#open()
      await this.#segment.append(batch)
      return true
    } catch {
      await this.#breakOff()
      return false
    }
  }

  async #open(): Promise<SegmentFile> {
    await mkdir(this.segmentsFolder, { recursive: true, mode: 0o700 })
    this.#syncedMs = this.#context.clock.monotonic()
    return SegmentFile.create(this.segmentsFolder, this.#context.nextSegment(), this.#syncedMs)
  }

  /** Syncs, closes and saves as far as it is time for it; `close` says that it is. Answers whether it saved. */
  async upkeep(close: boolean, changed: boolean, standing: () => Standing): Promise<boolean> {
    const { clock, limits } = this.#context
    const now = clock.monotonic()
    const segment = this.#segment
    if (segment !== undefined) {
      const old = segment.bytes >= limits.segmentBytes || now - segment.openedMs >= limits.segmentMs
      if (close || old) await this.#end()
      else if (!segment.synced && now - this.#syncedMs >= limits.syncMs) await this.#sync(segment)
    }
    if (close || now >= this.#sweepMs) await this.#sweep()
    const due = close || now - this.#savedMs >= limits.syncMs
    if ((close || !this.broken) && (this.#ended.length > 0 || (due && (changed || this.#gone.size > 0))))
      return this.#save(standing)
    if (changed && this.#written && now - this.#notedMs >= noteMs) await this.#note(standing)
    return false
  }

  async #note(standing: () => Standing): Promise<void> {
    this.#notedMs = this.#context.clock.monotonic()
    await this.#counts.note(this.#document(standing())).catch(() => undefined)
  }

  async #sync(segment: SegmentFile): Promise<void> {
    try {
      await segment.sync()
      this.#syncedMs = this.#context.clock.monotonic()
    } catch {
      await this.#breakOff()
    }
  }

  async #end(): Promise<void> {
    const segment = this.#segment
    if (segment === undefined) return
    this.#segment = undefined
    this.#ended.push(await segment.end())
  }

  /** What is whole stays; the rest is cut off when the segment gets its final name. */
  async #breakOff(): Promise<void> {
    this.#brokenUntilMs = this.#context.clock.monotonic() + this.#context.limits.retryMs
    await this.#end()
  }

  /** Segments of collectors whose workers were killed. */
  async #sweep(): Promise<void> {
    this.#sweepMs = Number.POSITIVE_INFINITY
    const mine = new Set(this.#ended.map((segment) => segment.name))
    if (this.#segment !== undefined) mine.add(this.#segment.name)
    this.#ended.push(...(await closeAbandoned(this.segmentsFolder, mine)))
  }

  /** The numbers first, then the final names: whoever starts after a kill in between counts nothing twice. */
  async #save(standing: () => Standing): Promise<boolean> {
    const ended = [...this.#ended]
    const gone = [...this.#gone.keys()]
    const document = this.#document(standing())
    const counted = await this.#saveCounts(document, ended.length > 0)
    this.#savedMs = this.#context.clock.monotonic()
    try {
      // On a full disk there may be no place for the numbers, but what is stored has to get to where it makes place.
      if (ended.length > 0) await publishSegments(this.segmentsFolder, ended)
      this.#ended = this.#ended.filter((segment) => !ended.includes(segment))
      if (!counted) return false
      await removeCounters(this.countersFolder, gone)
      for (const file of gone) this.#gone.delete(file)
      return true
    } catch {
      this.#brokenUntilMs = this.#savedMs + this.#context.limits.retryMs
      return false
    }
  }

  async #saveCounts(document: CountsDocument, hasSegments: boolean): Promise<boolean> {
    // A deployment that never kept anything leaves no trace.
    if (!document.on && !this.#written && !hasSegments) return true
    try {
      await mkdir(this.segmentsFolder, { recursive: true, mode: 0o700 })
      await this.#counts.save(document)
      this.#written = true
      return true
    } catch {
      return false
    }
  }

  #document(standing: Standing): CountsDocument {
    const segments = this.#ended.map(({ name, predictions }) => [name, predictions] as const)
    if (this.#segment !== undefined) segments.push([this.#segment.name, this.#segment.predictions])
    return {
      ...standing,
      workers: { ...standing.workers, ...Object.fromEntries(this.#gone) },
      segments: Object.fromEntries(segments),
    }
  }

  /** What a gateway before this one left, counted. `mine` are workers of this one. */
  async recover(mine: ReadonlySet<string>): Promise<Tally> {
    const document = await this.#counts.read()
    const workers = readWorkerCounters(this.countersFolder)
    for (const file of mine) workers.delete(file)
    const segments = await closeAbandoned(this.segmentsFolder, new Set())
    for (const [file, counted] of workers) this.#gone.set(file, counted)
    this.#ended.push(...segments)
    this.#written = document !== undefined
    return settle(document, {
      workers,
      segments: new Map(segments.map(({ name, predictions }) => [name, predictions])),
    })
  }

  /** The deployment is gone: one of the same name begins at zero. */
  async forget(): Promise<void> {
    await this.#counts.remove()
  }

  async close(): Promise<void> {
    await this.#counts.close()
  }
}
