import type { Interval } from './deployment-numbers.ts'

const keptPoints = 100_000
const keptExceptions = 1000
/** At most so many of each in one answer; the next one goes on. */
const mostAtOnce = 5000
const longestMessage = 2000
const longestTraceback = 20_000

export interface DeploymentName {
  readonly workspace: string
  readonly endpoint: string
  readonly deployment: string
}

export interface ScriptException {
  readonly at: number
  readonly requestId: string
  readonly type: string
  readonly message: string
  readonly traceback: string
}

/** A ring of entries with running numbers. */
class Ring<Entry> {
  readonly #kept: number
  #entries: Entry[] = []
  #first = 0

  constructor(kept: number) {
    this.#kept = kept
  }

  push(entry: Entry): void {
    this.#entries.push(entry)
    if (this.#entries.length < this.#kept * 1.1) return
    const surplus = this.#entries.length - this.#kept
    this.#entries = this.#entries.slice(surplus)
    this.#first += surplus
  }

  after(position: number): { entries: Entry[]; next: number } {
    const from = Math.max(0, position - this.#first)
    const entries = this.#entries.slice(from, from + mostAtOnce)
    return { entries, next: this.#first + Math.min(this.#entries.length, from + entries.length) }
  }
}

/** What happened at the deployments, until the server has fetched it. */
export class TelemetryLog {
  readonly #run: string
  readonly #points = new Ring<{ name: DeploymentName; interval: Interval }>(keptPoints)
  readonly #exceptions = new Ring<DeploymentName & ScriptException>(keptExceptions)

  /** @param run names this run of the gateway: a position of another one says nothing here */
  constructor(run: string) {
    this.#run = run
  }

  finished(name: DeploymentName, intervals: readonly Interval[]): void {
    for (const interval of intervals) this.#points.push({ name, interval })
  }

  /** An exception as the worker wrote it down. */
  raised(name: DeploymentName, at: number, requestId: string, document: Buffer): void {
    let found: Record<string, unknown> = {}
    try {
      found = JSON.parse(document.toString('utf8')) as Record<string, unknown>
    } catch {
      // Then it is at least known that there was one.
    }
    this.#exceptions.push({
      ...name,
      at,
      requestId,
      type: textOf(found['type'], 'Exception').slice(0, 200),
      message: textOf(found['message'], '').slice(0, longestMessage),
      traceback: textOf(found['traceback'], '').slice(-longestTraceback),
    })
  }

  /** What came after a position that an earlier answer gave; with any other text, all that is held. */
  since(position: string): Record<string, unknown> {
    const match = /^(.+)\.(\d{1,15})\.(\d{1,15})$/.exec(position)
    const known = match?.[1] === this.#run
    const points = this.#points.after(known ? Number(match?.[2]) : 0)
    const exceptions = this.#exceptions.after(known ? Number(match?.[3]) : 0)
    return {
      next: `${this.#run}.${points.next}.${exceptions.next}`,
      points: points.entries.map(({ name, interval }) => ({
        ...name,
        at: interval.start,
        requests: interval.requests,
        errors: interval.errors,
        rejected: interval.rejected,
        latencyCounts: [...interval.latencies.counts],
        latencySumMs: interval.latencySumMs,
        cpuSeconds: interval.cpuSeconds,
        memoryBytes: interval.memoryBytes,
      })),
      exceptions: exceptions.entries,
    }
  }
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise
}
