import type { AttemptReport, Lease } from '@modelyard/contract'
import { systemClock, type ContentStore, type Timer } from '@modelyard/platform'
import { availableParallelism } from 'node:os'
import { attemptPaths, layOut, PreparationError, pythonFolder, type AttemptPaths } from './attempt-folder.ts'
import type { Connection } from './connection.ts'
import { shipLog, type LogShipping } from './log-shipping.ts'
import { OutputError, storeOutputs } from './outputs.ts'
import { adoptShim, endProcesses, readExitCode, readShim, rememberShim, startShim, type ShimProcess } from './shim.ts'

/** A step that is over sooner needs no report that it runs. */
const tellRunningAfterMs = 300

export interface AttemptHost {
  readonly nodeId: string
  readonly nodeFolder: string
  readonly content: ContentStore
  readonly connection: Connection
  readonly path: string
  readonly home: string
  readonly slots: number
  report(report: AttemptReport): void
}

type Ending = 'canceled' | 'timedOut' | 'released'

/** One attempt from its lease to its end. */
export class Attempt {
  readonly lease: Lease
  readonly done: Promise<void>
  readonly #host: AttemptHost
  readonly #paths: AttemptPaths
  #shim: ShimProcess | undefined
  #ending: Ending | undefined
  #forgotten = false
  #timer: Timer | undefined
  #shipping: LogShipping | undefined

  constructor(host: AttemptHost, lease: Lease, adopt = false) {
    this.#host = host
    this.lease = lease
    this.#paths = attemptPaths(host.nodeFolder, lease.attemptId)
    this.done = (adopt ? this.#adopt() : this.#run()).catch((error: unknown) => this.#fail(error))
  }

  get processId(): number | undefined {
    return this.#shim?.pid
  }

  get folder(): string {
    return this.#paths.folder
  }

  /** Ends the command with everything it started; the report says why. */
  async end(ending: Ending, graceMs = this.lease.graceMs): Promise<void> {
    if (this.#ending !== undefined) return
    this.#ending = ending
    if (this.#shim !== undefined) await endProcesses(this.lease.attemptId, this.#shim.pid, graceMs)
  }

  /** The attempt is another's now: end it and say nothing. */
  async forget(): Promise<void> {
    this.#forgotten = true
    await this.end('canceled', 0)
  }

  async #run(): Promise<void> {
    const mounted = await layOut(this.#paths, this.lease, this.#host.content)
    const python = await pythonFolder(this.lease.python, this.#host.nodeFolder)
    if (this.#ending !== undefined) return this.#tell({ state: this.#ending })
    const threads = String(Math.max(1, Math.floor(availableParallelism() / this.#host.slots)))
    this.#shim = startShim(this.#paths, this.lease.command, {
      PATH: `${python}:${this.#host.path}`,
      HOME: this.#host.home,
      LANG: 'C.UTF-8',
      OMP_NUM_THREADS: threads,
      PYTHONUNBUFFERED: '1',
      ...this.lease.env,
      ...mounted,
      MODELYARD_ATTEMPT_ID: this.lease.attemptId,
      MODELYARD_NODE_ID: this.#host.nodeId,
    })
    rememberShim(this.#paths, this.#shim)
    await this.#watch(this.lease.timeoutMs)
  }

  async #adopt(): Promise<void> {
    const known = await readShim(this.#paths)
    // It died before its command began: another node begins it anew.
    if (known === undefined) return this.#tell({ state: 'released', message: 'the node died before the command began' })
    this.#shim = adoptShim(known.pid, known.startTime)
    await this.#watch(this.lease.timeoutMs)
  }

  async #watch(timeoutMs: number | null): Promise<void> {
    const shim = this.#shim
    if (shim === undefined) return
    this.#shipping = shipLog(this.#host.connection, this.lease.attemptId, this.#paths)
    if (timeoutMs !== null) this.#timer = systemClock.after(timeoutMs, () => void this.end('timedOut'))
    const running = systemClock.after(tellRunningAfterMs, () => this.#report({ state: 'running' }))
    await shim.gone
    running.cancel()
    this.#timer?.cancel()
    await this.#finish()
  }

  async #finish(): Promise<void> {
    const exitCode = await readExitCode(this.#paths)
    if (this.#ending !== undefined) {
      // Ending looks until nothing is left; only then is it told.
      await endProcesses(this.lease.attemptId, this.#shim?.pid ?? -1, 0)
      return this.#tell({
        state: this.#ending,
        exitCode: exitCode ?? null,
        message: this.#ending === 'timedOut' ? `It ran longer than ${(this.lease.timeoutMs ?? 0) / 1000} s.` : '',
      })
    }
    if (exitCode === undefined)
      return this.#tell({
        state: 'failed',
        errorCode: 'step_failed',
        message: 'Its process was killed from outside (out of memory, or by somebody) and left no exit code.',
      })
    if (exitCode !== 0)
      return this.#tell({
        state: 'failed',
        exitCode,
        errorCode: 'step_failed',
        message: `The command ended with exit code ${exitCode}.`,
      })
    const outputs = await storeOutputs(this.#paths, this.lease, this.#host.content)
    return this.#tell({ state: 'succeeded', exitCode, outputs })
  }

  #fail(error: unknown): Promise<void> {
    if (error instanceof OutputError)
      return this.#tell({ state: 'failed', errorCode: error.code, message: error.message })
    const code =
      error instanceof PreparationError
        ? 'step_preparation_failed'
        : (error as NodeJS.ErrnoException).code === 'ENOSPC'
          ? 'storage_full'
          : 'step_preparation_failed'
    return this.#tell({
      state: 'failed',
      errorCode: code,
      message: error instanceof Error ? error.message : String(error),
    })
  }

  async #tell(report: Partial<AttemptReport> & Pick<AttemptReport, 'state'>): Promise<void> {
    // The log is with the server before the end is, also when the server has been away.
    const logTail = (await this.#retry(async () => this.#shipping?.finish())) ?? null
    this.#report({ ...report, logTail })
  }

  async #retry<Result>(work: () => Promise<Result>): Promise<Result> {
    for (let pauseMs = 100; ; pauseMs = Math.min(2000, pauseMs * 2)) {
      try {
        return await work()
      } catch (error) {
        if (this.#forgotten || (error as { status?: number }).status !== undefined) throw error
        await systemClock.sleep(pauseMs)
      }
    }
  }

  #report(report: Partial<AttemptReport> & Pick<AttemptReport, 'state'>): void {
    if (this.#forgotten) return
    this.#host.report({
      attemptId: this.lease.attemptId,
      fence: this.lease.fence,
      exitCode: null,
      message: '',
      errorCode: null,
      outputs: [],
      logTail: null,
      ...report,
    })
  }
}
