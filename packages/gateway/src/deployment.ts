import type { Socket } from 'node:net'
import { join } from 'node:path'
import type { RoutedDeployment } from '@modelyard/contract'
import { signalProcess, systemClock, toTimestamp } from '@modelyard/platform'
import type { DeploymentCollection, WorkerCounter } from './collection/index.ts'
import type { DeploymentNumbers } from './deployment-numbers.ts'
import { decodeResults, encodeRequests, FrameSplitter, type ResultItem } from './frames.ts'
import { Mirror } from './mirror.ts'
import type { Pending } from './pending.ts'
import type { Hello } from './worker-sockets.ts'
import { ZygoteFleet } from './zygote-fleet.ts'

export type RuntimeState = 'starting' | 'ready' | 'failed' | 'stopped'

const largestResultFrame = 512 * 2 ** 20
/** Requests without batching are sent together only as far as they take about this long together. */
const groupMs = 2
const largestGroup = 32
/** So long a worker may take to write down what its script collected. */
const partingMs = 500

/** What a runtime needs from outside. */
export interface RuntimeContext {
  readonly address: { readonly socket: string; readonly secret: string }
  /** Of the deployment, over its revisions. */
  readonly numbers: DeploymentNumbers
  readonly collection: DeploymentCollection
  changed(): void
  raised(requestId: string, exception: Buffer): void
}

interface Worker {
  readonly number: number
  readonly pid: number
  readonly socket: Socket
  readonly startedAt: string
  readonly counter: WorkerCounter
  busy: Pending[]
  /** Its process is gone; what it had sent may still come in. */
  dead: boolean
}

/** One revision of a deployment: its zygote, its workers, its queue. */
export class DeploymentRuntime {
  readonly routed: RoutedDeployment
  readonly key: string
  readonly mirror = new Mirror()
  state: RuntimeState = 'starting'
  failure: { message: string; traceback: string } | undefined
  schema: unknown = null
  /** Whether its script reads the request's method, address and headers. */
  wantsHead = false
  #workers: Worker[] = []
  #queue: Pending[] = []
  /** Copies of other deployments' requests: their turn is when nothing else waits. */
  #copies: Pending[] = []
  #inFlight = new Map<number, Pending>()
  #batches = false
  #meanItemMs = 1
  readonly #run: string
  readonly #fleet: ZygoteFleet
  readonly #context: RuntimeContext

  /** @param key names this runtime and no other, also in the names of its workers' files */
  constructor(key: string, routed: RoutedDeployment, context: RuntimeContext) {
    this.key = key
    this.routed = routed
    this.#context = context
    this.#run = `${systemClock.now()}-${process.pid}-${key.slice(key.lastIndexOf('/') + 1)}-`
    this.#fleet = new ZygoteFleet(
      routed,
      {
        ...context.address,
        deployment: key,
        counters: join(context.collection.countersFolder, this.#run),
        segments: context.collection.segmentsFolder,
      },
      {
        ready: (info) => {
          this.schema = info.schema
          this.wantsHead = info.wantsHead
          this.#batches = info.batches && routed.maxBatchRows > 1
        },
        failed: (message, traceback) => {
          this.failure = { message, traceback }
          this.state = 'failed'
          context.changed()
        },
        // That a process is gone may be told before its connection closes.
        missing: () => routed.instanceCount - this.#workers.filter((worker) => !worker.dead).length,
        exited: (pid) => {
          for (const worker of this.#workers) if (worker.pid === pid) worker.dead = true
        },
        wanted: () => this.state === 'ready' || (this.state === 'starting' && this.failure === undefined),
      },
    )
  }

  get numbers(): DeploymentNumbers {
    return this.#context.numbers
  }

  get load(): number {
    return this.#inFlight.size - this.mirror.load
  }

  /** All its processes. */
  pids(): number[] {
    return [...this.#fleet.pids(), ...this.#workers.map((worker) => worker.pid)].filter(
      (pid, index, all) => pid > 0 && all.indexOf(pid) === index,
    )
  }

  get capacity(): number {
    return this.routed.maxConcurrentRequests * this.routed.instanceCount + this.routed.maxQueue
  }

  workers(): { pid: number; state: string; startedAt: string }[] {
    return this.#workers.map((worker) => ({
      pid: worker.pid,
      state: worker.busy.length > 0 ? 'busy' : 'idle',
      startedAt: worker.startedAt,
    }))
  }

  /** A worker of ours connected. */
  adopt(hello: Hello, socket: Socket, rest: Buffer): void {
    if (this.state === 'stopped') {
      socket.destroy()
      return
    }
    const worker: Worker = {
      number: hello.worker,
      pid: hello.pid,
      socket,
      startedAt: toTimestamp(systemClock.now()),
      counter: this.#context.collection.meet(`${this.#run}${hello.worker}`),
      busy: [],
      dead: false,
    }
    this.#fleet.arrived(hello.worker)
    const splitter = new FrameSplitter(largestResultFrame)
    const read = (chunk: Buffer): void => {
      try {
        for (const frame of splitter.push(chunk)) this.#take(worker, frame)
      } catch {
        socket.destroy()
      }
    }
    socket.on('data', read)
    socket.once('close', () => this.#lose(worker))
    if (rest.length > 0) read(rest)
    this.#workers.push(worker)
    if (this.state !== 'ready' && this.#workers.length >= this.routed.instanceCount) {
      this.state = 'ready'
      this.#context.changed()
    }
    this.#dispatch(worker)
  }

  accept(pending: Pending): void {
    this.#inFlight.set(pending.id, pending)
    this.#queue.push(pending)
    this.#wake()
  }

  /** Takes a copy of a request that went elsewhere; nobody waits for its answer. */
  shadow(primary: Pending): void {
    // Copies are in the mirror's numbers only: nobody waits for them, so their latency says nothing, and no request is counted twice.
    const copy = this.mirror.copy(primary, this.routed.requestTimeoutMs)
    if (copy === undefined) return
    this.#inFlight.set(copy.id, copy)
    this.#copies.push(copy)
    this.#wake()
  }

  #wake(): void {
    const idle = this.#workers.find((worker) => worker.busy.length === 0)
    if (idle !== undefined) this.#dispatch(idle)
  }

  /** The client went away: a waiting request is not run. */
  abandon(pending: Pending): void {
    pending.settled = true
    this.#inFlight.delete(pending.id)
    pending.observe?.(undefined)
  }

  /** Gives a free worker everything that waits, as far as it may go together. */
  #dispatch(worker: Worker): void {
    if (worker.busy.length > 0) return
    const limit = this.#batches
      ? this.routed.maxBatchRows
      : Math.max(1, Math.min(largestGroup, Math.floor(groupMs / this.#meanItemMs)))
    // With several workers free, what waits is shared between them.
    const free = this.#workers.reduce((count, other) => count + (other.busy.length === 0 ? 1 : 0), 0)
    const queue = this.#queue.length > 0 ? this.#queue : this.#copies
    const share = Math.max(1, Math.ceil(queue.length / free))
    const items: Pending[] = []
    while (items.length < Math.min(limit, share)) {
      const next = queue.shift()
      if (next === undefined) break
      if (next.settled) continue
      next.attempts++
      items.push(next)
    }
    if (items.length === 0) return
    worker.busy = items
    worker.socket.cork()
    for (const part of encodeRequests(items)) worker.socket.write(part)
    worker.socket.uncork()
  }

  #take(worker: Worker, frame: Buffer): void {
    const results = decodeResults(frame)
    const [first] = results
    if (first !== undefined)
      this.#meanItemMs =
        0.9 * this.#meanItemMs +
        0.1 *
          Math.max(0.01, this.#batches ? first.runMicroseconds / 1000 / results.length : first.runMicroseconds / 1000)
    const asked = worker.busy
    worker.busy = []
    // The worker gets its next work before the answers go out: it is the slower one.
    this.#dispatch(worker)
    const answered: [Pending, ResultItem][] = []
    for (const result of results) {
      if (result.exception !== undefined) this.#tellException(asked, result.id, result.exception)
      const kept = result.status < 400
      if (kept) this.#context.collection.see(worker.counter)
      const pending = this.#inFlight.get(result.id)
      if (pending === undefined || pending.settled) {
        if (kept)
          this.#context.collection.drop(asked.find((item) => item.id === result.id)?.unanswered ?? 'client_gone')
        continue
      }
      this.#inFlight.delete(result.id)
      pending.settled = true
      const mirrored = pending.observe !== undefined
      pending.answer(result)
      if (kept || mirrored) answered.push([pending, result])
    }
    // All answers are on their way before anything else is done with them.
    for (const [pending, result] of answered) {
      if (result.status < 400) this.#collect(pending, result)
      pending.observe?.(result)
    }
  }

  #collect(pending: Pending, result: ResultItem): void {
    const { collection } = this.#context
    if (!collection.on) return
    collection.capture({
      requestId: pending.requestId,
      eventTimeMs: pending.eventTimeMs,
      modelVersion: this.routed.modelVersion ?? '',
      request: pending.body,
      requestBytes: pending.bodyBytes,
      answer: result.body,
    })
  }

  #tellException(asked: readonly Pending[], id: number, exception: Buffer): void {
    this.#context.raised(asked.find((item) => item.id === id)?.requestId ?? '', exception)
  }

  /** A worker is gone: what it had is tried once more elsewhere, then given up; a new worker takes its place. */
  #lose(worker: Worker): void {
    this.#workers = this.#workers.filter((other) => other !== worker)
    this.#context.collection.part(worker.counter)
    const again: Pending[] = []
    for (const pending of worker.busy) {
      if (pending.settled) continue
      if (pending.attempts < 2 && this.state !== 'stopped') again.push(pending)
      else this.#giveUp(pending, this.state === 'stopped' ? 'stopped' : 'crashed')
    }
    this.#queue = [...again, ...this.#queue]
    this.#wake()
  }

  #giveUp(pending: Pending, why: 'timeout' | 'crashed' | 'stopped'): void {
    this.#inFlight.delete(pending.id)
    pending.settled = true
    if (why === 'timeout') pending.unanswered = 'timeout'
    pending.fail(why)
    pending.observe?.(undefined)
  }

  /** Requests in the order of their deadlines: all have the same time limit, so the first that is in time ends the look. */
  expire(nowMs: number): void {
    for (const pending of this.#inFlight.values()) {
      if (pending.deadlineMs > nowMs) return
      const worker = this.#workers.find((candidate) => candidate.busy.includes(pending))
      this.#giveUp(pending, 'timeout')
      // What runs cannot be called back, only ended; the zygote has a new worker in milliseconds.
      if (worker !== undefined) signalProcess(worker.pid, 'SIGKILL')
    }
  }

  /** Takes no new requests, lets the ones that are here end, then ends its processes. */
  async stop(drainMs: number): Promise<void> {
    const deadline = systemClock.monotonic() + drainMs
    while (this.#inFlight.size > 0 && systemClock.monotonic() < deadline) await systemClock.sleep(10)
    this.state = 'stopped'
    for (const pending of this.#inFlight.values()) this.#giveUp(pending, 'stopped')
    // A worker that is told so writes down what its script collected; one that is busy or stuck is ended.
    for (const worker of this.#workers) worker.socket.end()
    await this.#untilParted()
    for (const worker of this.#workers) {
      signalProcess(worker.pid, 'SIGKILL')
      worker.socket.destroy()
    }
    this.#fleet.kill()
    await this.#untilParted()
  }

  async #untilParted(): Promise<void> {
    const deadline = systemClock.monotonic() + partingMs
    while (this.#workers.length > 0 && systemClock.monotonic() < deadline) await systemClock.sleep(10)
  }
}
