import { readdir, rm } from 'node:fs/promises'
import { availableParallelism, hostname, totalmem } from 'node:os'
import { join } from 'node:path'
import type { AttemptReport, Lease } from '@modelyard/contract'
import { findProcessesByEnvironment, signalProcess, systemClock } from '@modelyard/platform'
import { Attempt, type AttemptHost } from './attempt.ts'
import { attemptPaths, readLease } from './attempt-folder.ts'
import { isFinal, type Connection } from './connection.ts'
import { measureUsage } from './usage.ts'

const waitMs = 20_000
const usageEveryMs = 2000
const sweepAfterMs = 250
/** A node without work whose server stays away ends by itself. */
const giveUpAfterMs = 60_000
/** Reports of one request; their log tails make them long. */
const mostReports = 50

const endings: ReadonlySet<string> = new Set(['succeeded', 'failed', 'canceled', 'timedOut', 'released'])

interface Exchanged {
  readonly leases: Lease[]
  readonly cancels: { attemptId: string; graceMs: number }[]
  readonly fenced: string[]
  readonly drain: boolean
}

export interface NodeOptions {
  readonly nodeId: string
  readonly folder: string
  readonly slots: number
}

/** A node: holds slots, takes leases for the free ones, tells what becomes of them. */
export class Node {
  readonly #options: NodeOptions
  readonly #connection: Connection
  readonly #host: AttemptHost
  readonly #attempts = new Map<string, Attempt>()
  readonly #ended = new Set<string>()
  /** Attempts whose end the server does not have for sure yet, with their fences: what this node says it still has. */
  readonly #unconfirmed = new Map<string, number>()
  readonly #calls = new Map<Promise<Exchanged | undefined>, AbortController>()
  #reconnecting: Promise<void> | undefined
  #reports: AttemptReport[] = []
  #promised = 0
  #polls = 0
  #draining = false
  #stopping = false
  #awaySinceMs: number | undefined
  readonly #finished = Promise.withResolvers<void>()

  constructor(options: NodeOptions, connection: Connection, host: Omit<AttemptHost, 'report'>) {
    this.#options = options
    this.#connection = connection
    this.#host = { ...host, report: (report) => this.#take(report) }
  }

  /** Runs until the node is drained, refused or stopped. */
  async run(): Promise<void> {
    await this.#adopt()
    await this.#announce()
    systemClock.every(usageEveryMs, () => void this.#sendUsage())
    this.#poll()
    await this.#finished.promise
  }

  /** Ends the work for now: the steps go back to the queue. */
  async stop(): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    while (this.#attempts.size > 0)
      await Promise.all([...this.#attempts.values()].flatMap((attempt) => [attempt.end('released'), attempt.done]))
    const deadline = systemClock.monotonic() + 3000
    while (this.#unconfirmed.size > 0 && systemClock.monotonic() < deadline) await systemClock.sleep(20)
    this.#finished.resolve()
  }

  /** Attempts that an earlier process of this node left: their commands go on under their shims. */
  async #adopt(): Promise<void> {
    for (const attemptId of await readdir(join(this.#options.folder, 'attempts')).catch(() => [])) {
      const lease = await readLease(attemptPaths(this.#options.folder, attemptId))
      if (lease === undefined)
        await rm(join(this.#options.folder, 'attempts', attemptId), { recursive: true, force: true })
      else this.#hold(new Attempt(this.#host, lease, true))
    }
  }

  #hold(attempt: Attempt): void {
    this.#attempts.set(attempt.lease.attemptId, attempt)
    this.#unconfirmed.set(attempt.lease.attemptId, attempt.lease.fence)
    void attempt.done.then(() => this.#release(attempt))
  }

  #release(attempt: Attempt): void {
    const { attemptId } = attempt.lease
    this.#attempts.delete(attemptId)
    this.#ended.add(attemptId)
    if (this.#ended.size === 1) systemClock.after(sweepAfterMs, () => void this.#sweep())
    this.#poll()
  }

  /** Ends what the commands that are over left running, and removes their folders once the server has their ends. */
  async #sweep(): Promise<void> {
    const ended = new Set([...this.#ended].filter((id) => !this.#unconfirmed.has(id)))
    for (const pid of ended.size === 0 ? [] : findProcessesByEnvironment('MODELYARD_ATTEMPT_ID', ended))
      signalProcess(pid, 'SIGKILL')
    for (const id of ended) {
      this.#ended.delete(id)
      await rm(attemptPaths(this.#options.folder, id).folder, { recursive: true, force: true }).catch(() => undefined)
    }
    if (this.#ended.size > 0) systemClock.after(sweepAfterMs, () => void this.#sweep())
  }

  #take(report: AttemptReport): void {
    this.#reports.push(report)
    if (report.state === 'running' || report.state === 'preparing') this.#poll()
  }

  async #announce(): Promise<void> {
    const answer = await this.#persist(() =>
      this.#connection.post<{ fenced: string[] }>('/announce', {
        pid: process.pid,
        hostname: hostname(),
        cpus: availableParallelism(),
        totalMemoryBytes: totalmem(),
        // As it is at this try, not at the first one.
        attempts: [...this.#unconfirmed].map(([attemptId, fence]) => ({ attemptId, fence })),
      }),
    )
    if (answer !== undefined) this.#fence(answer.fenced)
  }

  /** Repeats what the network refused, not what the server refused: that is final, the node leaves. */
  async #persist<Answer>(work: () => Promise<Answer>): Promise<Answer | undefined> {
    for (let pauseMs = 50; ; pauseMs = Math.min(1000, pauseMs * 2)) {
      try {
        const answer = await work()
        this.#awaySinceMs = undefined
        return answer
      } catch (error) {
        if (isFinal(error)) {
          await this.#leave()
          return undefined
        }
        this.#awaySinceMs ??= systemClock.monotonic()
        if (this.#attempts.size === 0 && systemClock.monotonic() - this.#awaySinceMs > giveUpAfterMs) {
          this.#finished.resolve()
          return undefined
        }
        if (this.#stopping) return undefined
        await systemClock.sleep(pauseMs)
      }
    }
  }

  async #leave(): Promise<void> {
    await Promise.all([...this.#attempts.values()].map((attempt) => attempt.forget()))
    this.#finished.resolve()
  }

  /** Sends what there is to tell and offers the slots that no other request offers. One request always waits with the server. */
  #poll(): void {
    const free =
      this.#draining || this.#stopping ? 0 : Math.max(0, this.#options.slots - this.#attempts.size - this.#promised)
    if (this.#polls > 0 && free === 0 && this.#reports.length === 0) return
    this.#polls++
    this.#promised += free
    void this.#exchange(free)
  }

  async #exchange(freeSlots: number): Promise<void> {
    if (this.#reconnecting !== undefined) await this.#reconnecting
    const reports = this.#reports.splice(0, mostReports)
    const controller = new AbortController()
    const call = this.#send(reports, freeSlots, controller.signal)
    this.#calls.set(call, controller)
    const answer = await call
    this.#calls.delete(call)
    this.#promised -= freeSlots
    this.#polls--
    if (answer !== undefined) this.#follow(answer)
    else await this.#reconnect()
    if (this.#draining && this.#attempts.size === 0 && this.#unconfirmed.size === 0) this.#finished.resolve()
    else this.#poll()
  }

  /** One exchange; undefined when it cannot be known what became of it. What was not taken for sure is told again; the server takes it once. */
  async #send(reports: AttemptReport[], freeSlots: number, signal: AbortSignal): Promise<Exchanged | undefined> {
    try {
      const answer = await this.#connection.post<Exchanged>(
        '/exchange',
        // What reports lead to comes in the answer; it is to come at once, as it is also what says that they were taken.
        { reports, freeSlots, waitMs: this.#stopping || reports.length > 0 ? 0 : waitMs },
        signal,
      )
      for (const report of reports) if (endings.has(report.state)) this.#unconfirmed.delete(report.attemptId)
      return answer
    } catch (error) {
      this.#reports = [...reports, ...this.#reports]
      if (isFinal(error)) await this.#leave()
      return undefined
    }
  }

  /**
   * After a break the server may be another process: tell it what is here before anything else. Nothing else may be under way meanwhile: a lease
   * that comes in beside would be missing in what is told, and be taken for lost.
   */
  #reconnect(): Promise<void> {
    this.#reconnecting ??= this.#startOver().finally(() => (this.#reconnecting = undefined))
    return this.#reconnecting
  }

  async #startOver(): Promise<void> {
    for (const controller of this.#calls.values()) controller.abort()
    await Promise.all(this.#calls.keys())
    await systemClock.sleep(30)
    await this.#announce()
  }

  #follow(answer: Exchanged): void {
    for (const lease of answer.leases) {
      const attempt = new Attempt(this.#host, lease)
      this.#hold(attempt)
      // Offered before the stop, answered after it: it goes back as it came.
      if (this.#stopping) void attempt.end('released', 0)
    }
    for (const cancel of answer.cancels) void this.#attempts.get(cancel.attemptId)?.end('canceled', cancel.graceMs)
    this.#fence(answer.fenced)
    if (answer.drain) this.#draining = true
  }

  #fence(attemptIds: readonly string[]): void {
    for (const id of attemptIds) this.#unconfirmed.delete(id)
    for (const id of attemptIds) void this.#attempts.get(id)?.forget()
  }

  async #sendUsage(): Promise<void> {
    if (this.#attempts.size === 0 || this.#awaySinceMs !== undefined) return
    const usage = measureUsage([...this.#attempts.values()].flatMap((attempt) => attempt.processId ?? []))
    const answer = await this.#connection
      .post<Exchanged>('/exchange', { reports: [], freeSlots: 0, waitMs: 0, usage })
      .catch(() => undefined)
    if (answer !== undefined) this.#follow(answer)
  }
}
