import type { AttemptReport, Lease } from '@modelyard/contract'
import { installationFolder, systemClock, type ContentStore, type Timer } from '@modelyard/platform'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { attemptPaths, layOut, PreparationError, pythonFolder, type AttemptPaths } from './attempt-folder.ts'
import { isFinal, type Connection } from './connection.ts'
import { startEnvironmentBuild, type EnvironmentBuilding } from './environment-build.ts'
import { shipLog, type LogShipping } from './log-shipping.ts'
import { OutputError, storeOutputs } from './outputs.ts'
import {
  adoptShim,
  endProcesses,
  hasLeftovers,
  readExitCode,
  findShim,
  rememberShim,
  shimAgeMs,
  startShim,
  type ShimProcess,
} from './shim.ts'

/** A step that is over sooner needs no report that it runs. */
const tellRunningAfterMs = 300
/** Timers reach no further. */
const longestTimerMs = 2 ** 31 - 1
const longestMessage = 4000

export interface AttemptHost {
  readonly nodeId: string
  readonly nodeFolder: string
  readonly content: ContentStore
  /** Where environments lie, shared with other nodes. */
  readonly environments: string
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
  #endingWork: Promise<void> | undefined
  #forgotten = false
  #adopted = false
  #timer: Timer | undefined
  #shipping: LogShipping | undefined
  #building: EnvironmentBuilding | undefined

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
    this.#building?.end()
    if (this.#shim !== undefined) this.#endingWork = endProcesses(this.lease.attemptId, this.#shim, graceMs)
    await this.#endingWork
  }

  /** The attempt is another's now: end it and say nothing. */
  async forget(): Promise<void> {
    this.#forgotten = true
    await this.end('canceled', 0)
  }

  async #run(): Promise<void> {
    const mounted = await layOut(this.#paths, this.lease, this.#host.content)
    const base = await pythonFolder(this.lease.python, this.#host.nodeFolder)
    const python = await this.#environmentFolder(base)
    if (this.#ending !== undefined) return this.#tell({ state: this.#ending })
    const threads = String(Math.max(1, Math.floor(availableParallelism() / this.#host.slots)))
    this.#shim = startShim(this.#paths, this.lease.command, {
      PATH: `${python}:${this.#host.path}`,
      HOME: this.#host.home,
      LANG: 'C.UTF-8',
      OMP_NUM_THREADS: threads,
      PYTHONUNBUFFERED: '1',
      ...this.lease.env,
      PYTHONPATH: pythonPath(this.lease.env['PYTHONPATH']),
      ...mounted,
      MODELYARD_ATTEMPT_ID: this.lease.attemptId,
      MODELYARD_NODE_ID: this.#host.nodeId,
    })
    rememberShim(this.#paths, this.#shim)
    await this.#watch(this.lease.timeoutMs)
  }

  /** Where `python` is: the lease's environment, built first when it is not there yet, over the interpreter below it. */
  async #environmentFolder(base: string): Promise<string> {
    const { environment } = this.lease
    // A lease that an earlier version wrote down has no such field.
    if (environment === null || environment === undefined || this.#ending !== undefined) return base
    const building = startEnvironmentBuild(this.#paths, this.lease.python, this.#host.environments, environment)
    if (building.started) {
      this.#building = building
      this.#report({ state: 'preparing' })
      this.#shipping = shipLog(this.#host.connection, this.lease.attemptId, this.#paths)
      await building.done.catch((error: unknown) => {
        if (this.#ending === undefined) throw error
      })
      this.#building = undefined
    }
    return `${dirname(building.python)}:${base}`
  }

  async #adopt(): Promise<void> {
    this.#adopted = true
    const known = await findShim(this.#paths, this.lease.attemptId)
    // It died before its command began, or the command is over already.
    if (known === undefined && (await readExitCode(this.#paths)) === undefined)
      return this.#tell({ state: 'released', message: 'the node died before the command began' })
    if (known === undefined) return this.#finish()
    this.#shim = adoptShim(known.pid, known.startTime)
    await this.#watch(this.lease.timeoutMs)
  }

  async #watch(timeoutMs: number | null): Promise<void> {
    const shim = this.#shim
    if (shim === undefined) return
    this.#shipping ??= shipLog(this.#host.connection, this.lease.attemptId, this.#paths)
    if (timeoutMs !== null) this.#limit(timeoutMs - shimAgeMs(shim))
    const running = systemClock.after(tellRunningAfterMs, () => this.#report({ state: 'running' }))
    await shim.gone
    running.cancel()
    this.#timer?.cancel()
    await this.#finish()
  }

  #limit(leftMs: number): void {
    this.#timer = systemClock.after(Math.min(Math.max(0, leftMs), longestTimerMs), () => {
      if (leftMs > longestTimerMs) this.#limit(leftMs - longestTimerMs)
      else void this.end('timedOut')
    })
  }

  async #finish(): Promise<void> {
    const exitCode = await readExitCode(this.#paths)
    const shim = this.#shim
    // The shell may go before what it began, which has its grace; only when nothing is left is the end told.
    await this.#endingWork
    // What a command left in its group would go on writing.
    if (shim !== undefined && hasLeftovers(shim)) await endProcesses(this.lease.attemptId, shim, 0)
    if (this.#ending !== undefined) {
      return this.#tell({
        state: this.#ending,
        exitCode: exitCode ?? null,
        message: this.#ending === 'timedOut' ? `It ran longer than ${(this.lease.timeoutMs ?? 0) / 1000} s.` : '',
      })
    }
    // Nobody saw how it ended: a machine that stopped takes commands with it that did nothing wrong.
    if (exitCode === undefined && this.#adopted)
      return this.#tell({ state: 'released', message: 'the command ended with the node, without an exit code' })
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
    this.#report({ ...report, logTail: await this.#finishLog() })
  }

  /** The rest of the log; nothing where the server does not want it. */
  async #finishLog(): Promise<{ offset: number; text: string } | null> {
    for (let pauseMs = 100; ; pauseMs = Math.min(2000, pauseMs * 2)) {
      try {
        return (await this.#shipping?.finish()) ?? null
      } catch (error) {
        if (this.#forgotten || isFinal(error)) return null
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
      errorCode: null,
      outputs: [],
      logTail: null,
      ...report,
      message: (report.message ?? '').slice(0, longestMessage),
    })
  }
}

/** Our SDK, and with it the names of Azure ML's, are there in every environment; what the step names itself goes first. */
function pythonPath(own: string | undefined): string {
  const sources = join(installationFolder(), 'python', 'src')
  const startup = join(sources, 'modelyard', 'azureml', 'startup')
  return [own, startup, sources].filter((part) => part !== undefined && part !== '').join(':')
}
