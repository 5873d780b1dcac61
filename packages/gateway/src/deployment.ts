import type { Socket } from 'node:net'
import type { RoutedDeployment } from '@modelyard/contract'
import { signalProcess, systemClock, toTimestamp } from '@modelyard/platform'
import type { DeploymentNumbers } from './deployment-numbers.ts'
import { decodeResults, encodeRequests, FrameSplitter, type RequestItem, type ResultItem } from './frames.ts'
import type { Hello } from './worker-sockets.ts'
import { startZygote, type Zygote } from './zygote.ts'

/** A request on its way through the gateway. */
export interface Pending extends RequestItem {
  readonly arrivedMs: number
  readonly deadlineMs: number
  attempts: number
  settled: boolean
  answer(result: ResultItem): void
  fail(why: 'timeout' | 'crashed' | 'stopped'): void
}

export type RuntimeState = 'starting' | 'ready' | 'failed' | 'stopped'

const largestResultFrame = 512 * 2 ** 20
/** Requests without batching are sent together only as far as they take about this long together. */
const groupMs = 2
const largestGroup = 32
const mostRestartsPerMinute = 10

interface Worker {
  readonly number: number
  readonly pid: number
  readonly socket: Socket
  readonly startedAt: string
  busy: Pending[]
}

/** One revision of a deployment: its zygote, its workers, its queue. */
export class DeploymentRuntime {
  readonly routed: RoutedDeployment
  readonly numbers: DeploymentNumbers
  readonly key: string
  state: RuntimeState = 'starting'
  failure: { message: string; traceback: string } | undefined
  schema: unknown = null
  #zygotes: Zygote[] = []
  #workers: Worker[] = []
  #queue: Pending[] = []
  #inFlight = new Map<number, Pending>()
  #batches = false
  #forkable = true
  #meanItemMs = 1
  #nextWorker = 1
  #restarts: number[] = []
  readonly #address: { socket: string; secret: string }
  readonly #changed: () => void

  constructor(
    key: string,
    routed: RoutedDeployment,
    address: { socket: string; secret: string },
    numbers: DeploymentNumbers,
    changed: () => void,
  ) {
    this.key = key
    this.routed = routed
    this.numbers = numbers
    this.#address = address
    this.#changed = changed
    this.#startZygote()
  }

  get load(): number {
    return this.#inFlight.size
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

  #startZygote(): void {
    let alive = true
    const zygote = startZygote(
      this.routed,
      { ...this.#address, deployment: this.key },
      {
        ready: (info) => {
          this.schema = info.schema
          this.#batches = info.batches && this.routed.maxBatchRows > 1
          this.#forkable = info.forkable
          this.#fill(zygote)
        },
        failed: (message, traceback) => {
          this.failure = { message, traceback }
          this.state = 'failed'
          this.#changed()
        },
        exited: () => this.#fill(zygote),
        gone: () => {
          if (!alive) return
          alive = false
          this.#zygotes = this.#zygotes.filter((other) => other !== zygote)
          if (this.state === 'ready' || (this.state === 'starting' && this.failure === undefined)) this.#restart()
        },
      },
    )
    this.#zygotes.push(zygote)
  }

  /** As many workers as the deployment asks for. Where forking is not safe, each is a process that loads for itself. */
  #fill(zygote: Zygote): void {
    if (this.state === 'stopped' || this.state === 'failed') return
    if (!this.#forkable) {
      zygote.become(this.#nextWorker++)
      if (this.#zygotes.length < this.routed.instanceCount) this.#startZygote()
      return
    }
    for (let missing = this.routed.instanceCount - this.#workers.length; missing > 0; missing--)
      zygote.fork(this.#nextWorker++)
  }

  /** A zygote died by itself: again, unless that happens over and over. */
  #restart(): void {
    const now = systemClock.monotonic()
    this.#restarts = [...this.#restarts.filter((at) => at > now - 60_000), now]
    if (this.#restarts.length > mostRestartsPerMinute) {
      this.state = 'failed'
      this.failure = { message: 'its process died again and again', traceback: '' }
      this.#changed()
      return
    }
    systemClock.after(Math.min(2000, 50 * 2 ** this.#restarts.length), () => {
      if (this.state === 'ready' || this.state === 'starting') this.#startZygote()
    })
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
      busy: [],
    }
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
      this.#changed()
    }
    this.#dispatch(worker)
  }

  accept(pending: Pending): void {
    this.#inFlight.set(pending.id, pending)
    this.#queue.push(pending)
    const idle = this.#workers.find((worker) => worker.busy.length === 0)
    if (idle !== undefined) this.#dispatch(idle)
  }

  /** The client went away: a waiting request is not run. */
  abandon(pending: Pending): void {
    pending.settled = true
    this.#inFlight.delete(pending.id)
  }

  /** Gives a free worker everything that waits, as far as it may go together. */
  #dispatch(worker: Worker): void {
    if (worker.busy.length > 0) return
    const limit = this.#batches
      ? this.routed.maxBatchRows
      : Math.max(1, Math.min(largestGroup, Math.floor(groupMs / this.#meanItemMs)))
    // With several workers free, what waits is shared between them.
    const free = this.#workers.reduce((count, other) => count + (other.busy.length === 0 ? 1 : 0), 0)
    const share = Math.max(1, Math.ceil(this.#queue.length / free))
    const items: Pending[] = []
    while (items.length < Math.min(limit, share)) {
      const next = this.#queue.shift()
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
    worker.busy = []
    // The worker gets its next work before the answers go out: it is the slower one.
    this.#dispatch(worker)
    for (const result of results) {
      const pending = this.#inFlight.get(result.id)
      if (pending === undefined) continue
      this.#inFlight.delete(result.id)
      if (!pending.settled) {
        pending.settled = true
        pending.answer(result)
      }
    }
  }

  /** A worker is gone: what it had is tried once more elsewhere, then given up; a new worker takes its place. */
  #lose(worker: Worker): void {
    this.#workers = this.#workers.filter((other) => other !== worker)
    const again: Pending[] = []
    for (const pending of worker.busy) {
      if (pending.settled) continue
      if (pending.attempts < 2 && this.state !== 'stopped') again.push(pending)
      else this.#giveUp(pending, this.state === 'stopped' ? 'stopped' : 'crashed')
    }
    this.#queue = [...again, ...this.#queue]
    const idle = this.#workers.find((other) => other.busy.length === 0)
    if (idle !== undefined) this.#dispatch(idle)
  }

  #giveUp(pending: Pending, why: 'timeout' | 'crashed' | 'stopped'): void {
    this.#inFlight.delete(pending.id)
    pending.settled = true
    pending.fail(why)
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
    for (const worker of this.#workers) {
      worker.socket.destroy()
      signalProcess(worker.pid, 'SIGKILL')
    }
    for (const zygote of this.#zygotes) zygote.kill()
  }
}
