import { join } from 'node:path'
import type { CollectionCounts, RoutedCollection } from '@modelyard/contract'
import { CollectionJournal, type Standing } from './collection-journal.ts'
import type { CollectionContext } from './collection-limits.ts'
import { addDropped, addTallies, emptyTally, toCounts, type DropReason, type Tally } from './counts.ts'
import { RecordBuffer, recordBytes, type CapturedPrediction } from './record-buffer.ts'
import { redact } from './redaction.ts'
import { fractionOf } from './request-sample.ts'
import { WorkerCounter } from './worker-counters.ts'

/** Redaction parses; so long at a stretch it may keep requests waiting. */
const redactionSliceMs = 2

interface Raw {
  readonly prediction: CapturedPrediction
  readonly redacted: ReadonlySet<string>
  readonly columns: readonly string[] | null
}

/**
 * Keeps the predictions of one deployment: bytes into memory on the request's way, and from there to the disk in rounds beside it. Whatever happens at
 * the disk, a prediction neither fails nor waits; every one of them is counted once.
 */
export class DeploymentCollection {
  readonly #journal: CollectionJournal
  readonly #context: CollectionContext
  readonly #buffer = new RecordBuffer()
  #settings: RoutedCollection | null = null
  #redacted: ReadonlySet<string> = new Set()
  /** Predictions that wait to be redacted, by the settings they were taken under. */
  #raw: Raw[] = []
  #rawBytes = 0
  #tally: Tally = emptyTally()
  #recovered = false
  /** Predictions seen of which it was not told what became of them: zero at rest. */
  #untold = 0
  /** Predictions in memory. */
  #held = 0
  readonly #workers = new Set<WorkerCounter>()
  #round: Promise<void> | undefined
  #changed = false

  constructor(folder: string, countersFolder: string, context: CollectionContext) {
    this.#journal = new CollectionJournal(folder, countersFolder, context)
    this.#context = context
  }

  get on(): boolean {
    return this.#settings !== null
  }

  get segmentsFolder(): string {
    return this.#journal.segmentsFolder
  }

  get countersFolder(): string {
    return this.#journal.countersFolder
  }

  /** Follows the routing table. A change is saved at once: it says where the workers' numbers stood. */
  configure(settings: RoutedCollection | null): void {
    const was = this.on
    this.#settings = settings
    this.#redacted = new Set(settings?.redact)
    if (was === this.on) return
    this.#changed = true
    this.#journal.hurry()
  }

  /** A worker connected: its file is found by its name in the folder of counters. */
  meet(file: string): WorkerCounter {
    const counter = new WorkerCounter(join(this.countersFolder, file))
    this.#workers.add(counter)
    return counter
  }

  /** A worker is gone: what it answered and nobody got is lost. */
  part(counter: WorkerCounter): void {
    if (!this.#workers.delete(counter)) return
    const counted = counter.counted()
    counter.close()
    if (this.on) this.#tally.lost += counted - counter.seen
    this.#journal.bury(counter.file, counted)
    this.#changed = true
  }

  /** An answered prediction came from a worker; {@link capture} or {@link drop} follows. */
  see(counter: WorkerCounter): void {
    counter.seen++
    if (this.#settings !== null) this.#untold++
  }

  drop(reason: DropReason): void {
    if (this.#settings === null) return
    this.#untold--
    addDropped(this.#tally, reason)
    this.#changed = true
  }

  /** Takes a prediction whose answer is on its way. No parsing, no waiting. */
  capture(prediction: CapturedPrediction): void {
    const settings = this.#settings
    if (settings === null) return
    if (settings.samplingRate < 1 && fractionOf(prediction.requestId) >= settings.samplingRate) {
      this.#untold--
      this.#tally.sampledOut++
      this.#changed = true
      return
    }
    const { limits } = this.#context
    if (prediction.requestBytes > limits.bodyBytes || prediction.answer.length > limits.bodyBytes)
      return this.drop('too_large')
    if (this.#journal.broken) return this.drop('disk')
    const size = recordBytes(prediction)
    if (
      this.#buffer.bytes + this.#rawBytes + size > limits.deploymentBytes ||
      this.#context.heldBytes + size > limits.gatewayBytes
    )
      return this.drop('buffer_full')
    this.#untold--
    this.#held++
    if (this.#redacted.size === 0) return this.#keep(prediction)
    this.#raw.push({ prediction, redacted: this.#redacted, columns: settings.columns })
    this.#rawBytes += size
    this.#context.heldBytes += size
  }

  #keep(prediction: CapturedPrediction): void {
    const before = this.#buffer.bytes
    this.#buffer.append(prediction)
    this.#context.heldBytes += this.#buffer.bytes - before
  }

  /** What became of the predictions; null while nothing is kept. */
  counts(): CollectionCounts | null {
    if (this.#settings === null || !this.#recovered) return null
    return toCounts({ ...this.#tally, lost: this.#tally.lost + Math.max(0, this.#untold) })
  }

  /** Whether there is something to do at the disk. */
  get busy(): boolean {
    return !this.#recovered || this.#changed || this.#buffer.bytes > 0 || this.#raw.length > 0 || this.#journal.busy
  }

  /** Begins a round at the disk unless one is under way. */
  tick(): void {
    this.#round ??= this.#work(false).finally(() => {
      this.#round = undefined
    })
  }

  /** Everything that was captured before lies in a closed segment after it, or is counted as dropped. */
  async rotate(): Promise<void> {
    while (this.#round !== undefined) await this.#round
    this.#round = this.#work(true).finally(() => {
      this.#round = undefined
    })
    await this.#round
  }

  async #work(close: boolean): Promise<void> {
    if (!this.#recovered) {
      const left = await this.#journal.recover(new Set([...this.#workers].map((counter) => counter.file)))
      this.#tally = addTallies(left, this.#tally)
      this.#recovered = true
    }
    await this.#redactWaiting()
    const batch = this.#buffer.take()
    if (batch.records > 0) {
      if (await this.#journal.append(batch)) this.#tally.stored += batch.records
      else addDropped(this.#tally, 'disk', batch.records)
      this.#held -= batch.records
      this.#context.heldBytes -= batch.bytes
      this.#changed = true
    } else if (!this.#journal.busy) this.#buffer.shrink()
    const changed = this.#changed
    this.#changed = false
    const saved = await this.#journal.upkeep(close, changed, () => this.#standing())
    if (changed && !saved) this.#changed = true
  }

  /** After the last round; with `forget`, its counts go. */
  async close(forget: boolean): Promise<void> {
    await this.rotate()
    await (forget ? this.#journal.forget() : this.#journal.close())
  }

  #standing(): Standing {
    return {
      on: this.on,
      ...this.#tally,
      held: this.#held,
      workers: Object.fromEntries([...this.#workers].map((counter) => [counter.file, counter.seen])),
    }
  }

  async #redactWaiting(): Promise<void> {
    let until = this.#context.clock.monotonic() + redactionSliceMs
    while (this.#raw.length > 0) {
      const batch = this.#raw
      this.#raw = []
      for (const raw of batch) {
        this.#redactOne(raw)
        if (this.#context.clock.monotonic() < until) continue
        await new Promise((resolve) => setImmediate(resolve))
        until = this.#context.clock.monotonic() + redactionSliceMs
      }
    }
  }

  #redactOne({ prediction, redacted, columns }: Raw): void {
    const size = recordBytes(prediction)
    this.#rawBytes -= size
    this.#context.heldBytes -= size
    const clean = redact(prediction.request, prediction.answer, redacted, columns)
    if (clean !== undefined)
      return this.#keep({
        ...prediction,
        request: [clean.request],
        requestBytes: clean.request.length,
        answer: clean.answer,
      })
    this.#held--
    addDropped(this.#tally, 'unreadable')
    this.#changed = true
  }
}
