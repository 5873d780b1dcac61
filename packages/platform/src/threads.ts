import { readlinkSync } from 'node:fs'
import { setPriority } from 'node:os'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import type { Clock, Timer } from './clock.ts'

/** What a thread can do, by name. Inputs and outputs are copied between threads, so they hold data only. */
export type ThreadTasks = Readonly<Record<string, (input: never) => Promise<unknown>>>

/** The side that asks. */
export interface Thread<Tasks extends ThreadTasks> {
  /**
   * Runs a task in the thread, which is started when it is not there.
   *
   * @throws ThreadTaskError with what the task threw; ThreadGone when the thread ended before it answered.
   */
  run<Name extends keyof Tasks & string>(
    name: Name,
    input: Parameters<Tasks[Name]>[0],
  ): Promise<Awaited<ReturnType<Tasks[Name]>>>
  /** Whether the thread is there; it ends by itself when nothing is asked of it for a while. */
  readonly running: boolean
  /** Ends it; what is under way is rejected. Later tasks are refused. */
  stop(): Promise<void>
}

/** What a task threw, as far as it could be copied: `properties` are the error's own fields. */
export class ThreadTaskError extends Error {
  override readonly name = 'ThreadTaskError'
  readonly kind: string
  readonly properties: Readonly<Record<string, unknown>>

  constructor(kind: string, message: string, properties: Readonly<Record<string, unknown>>, stack: string) {
    super(message)
    this.kind = kind
    this.properties = properties
    this.stack = stack
  }
}

/** The thread ended while the task was under way. */
export class ThreadGone extends Error {
  override readonly name = 'ThreadGone'
}

interface Request {
  readonly id: number
  readonly task: string
  readonly input: unknown
}

type Response =
  | { readonly id: number; readonly output: unknown }
  | { readonly id: number; readonly failure: { kind: string; message: string; stack: string; properties: string } }

export interface ThreadOptions {
  /** The file whose {@link serveThread} answers. */
  readonly program: string
  readonly name: string
  readonly clock: Clock
  readonly idleMs?: number
  /** Told when the thread ended by itself. */
  onCrash?(error: Error): void
}

/** One thread for what takes long, started when there is work and ended when there has been none for a while. */
export function startThread<Tasks extends ThreadTasks>(options: ThreadOptions): Thread<Tasks> {
  const idleMs = options.idleMs ?? 30_000
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let worker: Worker | undefined
  let idle: Timer | undefined
  let nextId = 1
  let stopped = false

  function start(): Worker {
    const started = new Worker(options.program, { name: options.name })
    started.unref()
    started.on('message', (response: Response) => settle(response))
    started.on('error', (error: unknown) => {
      if (worker === started) options.onCrash?.(error instanceof Error ? error : new Error(String(error)))
      gone(started, error)
    })
    started.on('exit', () => gone(started, undefined))
    return started
  }

  function settle(response: Response): void {
    const promise = waiting.get(response.id)
    waiting.delete(response.id)
    if (waiting.size === 0) rest()
    if ('output' in response) promise?.resolve(response.output)
    else {
      const { kind, message, stack, properties } = response.failure
      promise?.reject(new ThreadTaskError(kind, message, JSON.parse(properties) as Record<string, unknown>, stack))
    }
  }

  /** The next task starts a new one; what this one was doing is lost. */
  function gone(ended: Worker, cause: unknown): void {
    if (worker !== ended) return
    worker = undefined
    idle?.cancel()
    const lost = [...waiting.values()]
    waiting.clear()
    for (const promise of lost) promise.reject(new ThreadGone(`The thread '${options.name}' ended.`, { cause }))
  }

  function rest(): void {
    worker?.unref()
    idle?.cancel()
    idle = options.clock.after(idleMs, () => {
      const ended = worker
      if (ended === undefined || waiting.size > 0) return
      worker = undefined
      void ended.terminate()
    })
  }

  return {
    get running() {
      return worker !== undefined
    },
    run(name, input) {
      if (stopped) return Promise.reject(new ThreadGone(`The thread '${options.name}' was stopped.`))
      idle?.cancel()
      worker ??= start()
      // While a task is under way, the process waits for it.
      worker.ref()
      const promise = Promise.withResolvers<unknown>()
      const request: Request = { id: nextId++, task: name, input }
      waiting.set(request.id, promise)
      try {
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
        worker.postMessage(request)
      } catch (error) {
        waiting.delete(request.id)
        if (waiting.size === 0) rest()
        promise.reject(error)
      }
      return promise.promise as never
    },
    async stop() {
      stopped = true
      idle?.cancel()
      const ended = worker
      if (ended === undefined) return
      await ended.terminate()
      gone(ended, undefined)
    },
  }
}

/** The side that answers: a thread's program ends with this call. */
export function serveThread(tasks: ThreadTasks): void {
  const port = parentPort
  if (isMainThread || port === null) throw new Error('This program runs as a thread only.')
  lowerPriority()
  port.on('message', (request: Request) => {
    void answer(tasks, request).then((response) => port.postMessage(response))
  })
}

async function answer(tasks: ThreadTasks, request: Request): Promise<Response> {
  try {
    const task = tasks[request.task]
    if (task === undefined) throw new RangeError(`no task '${request.task}'`)
    return { id: request.id, output: await task(request.input as never) }
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error))
    return {
      id: request.id,
      failure: {
        kind: failure.name,
        message: failure.message,
        stack: failure.stack ?? '',
        properties: JSON.stringify(Object.fromEntries(Object.entries(failure))),
      },
    }
  }
}

const lowPriority = 10

/** On Linux each thread has a priority of its own, set by its thread id; elsewhere this has no effect. */
function lowerPriority(): void {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1))
    if (Number.isInteger(thread) && thread > 0) setPriority(thread, lowPriority)
  } catch {
    // It works at the usual priority, then.
  }
}
