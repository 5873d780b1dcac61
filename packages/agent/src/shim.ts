import { readFileSync, writeFileSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import {
  findProcessesByEnvironment,
  processStartTime,
  signalProcess,
  startProcess,
  systemClock,
  isProcessAlive,
  type ChildProcess,
} from '@modelyard/platform'
import { PreparationError, type AttemptPaths } from './attempt-folder.ts'

/**
 * What stays with the user's command when server and agent die: it leads a session of its own, keeps the output in the log and writes how the
 * command ended, also when the whole group is asked to end. A shell, because it costs two milliseconds and is on every machine. `$1` is the
 * attempt's folder, `$2` the command.
 */
const shim = `trap : TERM
cd "$1/work" || exit 126
(eval "$2") >>"$1/log" 2>&1 </dev/null
printf '{"exitCode":%s}\\n' "$?" >"$1/exit.json"`

/** Clock ticks per second of `/proc`; 100 on every Linux that Node runs on. */
const ticksPerSecond = 100

export interface ShimProcess {
  readonly pid: number
  readonly startTime: string | null
  /** Resolves when the shim is gone. */
  readonly gone: Promise<void>
}

export function startShim(paths: AttemptPaths, command: string, environment: Record<string, string>): ShimProcess {
  const child: ChildProcess = startProcess('/bin/sh', ['-c', shim, 'modelyard-shim', paths.folder, command], {
    detached: true,
    stdio: 'ignore',
    env: environment,
    cwd: paths.work,
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  child.once('exit', () => resolve())
  child.once('error', () => resolve())
  child.unref()
  const { pid } = child
  if (pid === undefined)
    throw new PreparationError('No process could be started for it: the machine has no room for another.')
  return { pid, startTime: processStartTime(pid) ?? null, gone: promise }
}

/** A shim that an earlier agent started; it is no child of ours, so its end shows by looking. */
export function adoptShim(pid: number, startTime: string | null): ShimProcess {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = systemClock.every(50, () => {
    if (isProcessAlive(pid, startTime)) return
    timer.cancel()
    resolve()
  })
  return { pid, startTime, gone: promise }
}

/** At once and without a sync: it has to outlive this process, not the machine, and a machine that stopped has no shim to find. */
export function rememberShim(paths: AttemptPaths, process: ShimProcess): void {
  writeFileSync(paths.process, JSON.stringify({ pid: process.pid, startTime: process.startTime }), { mode: 0o600 })
}

/** The shim of an attempt: as it was noted, else, when its node died before it could note it, the first process that carries the attempt's id. */
export async function findShim(
  paths: AttemptPaths,
  attemptId: string,
): Promise<{ pid: number; startTime: string | null } | undefined> {
  try {
    return JSON.parse(await readFile(paths.process, 'utf8')) as { pid: number; startTime: string | null }
  } catch {
    return findProcessesByEnvironment('MODELYARD_ATTEMPT_ID', attemptId)
      .flatMap((pid) => {
        const startTime = processStartTime(pid)
        return startTime === undefined ? [] : [{ pid, startTime }]
      })
      .toSorted((a, b) => Number(a.startTime) - Number(b.startTime) || a.pid - b.pid)[0]
  }
}

/** How the command ended, once the shim wrote it. */
export async function readExitCode(paths: AttemptPaths): Promise<number | undefined> {
  try {
    const text = await readFile(paths.exit, 'utf8')
    return text.endsWith('\n') ? (JSON.parse(text) as { exitCode: number }).exitCode : undefined
  } catch {
    return undefined
  }
}

export async function logSize(paths: AttemptPaths): Promise<number> {
  return stat(paths.log).then(
    (found) => found.size,
    () => 0,
  )
}

/** For how long a shim has been running; 0 where that cannot be seen. */
export function shimAgeMs(shim: Pick<ShimProcess, 'startTime'>): number {
  try {
    const uptimeSeconds = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0])
    return shim.startTime === null ? 0 : Math.max(0, (uptimeSeconds - Number(shim.startTime) / ticksPerSecond) * 1000)
  } catch {
    return 0
  }
}

/** Whether something of the command's own group is left. A look that costs one call; what left the group is found by its environment. */
export function hasLeftovers(shim: ShimProcess): boolean {
  return signalGroup(shim, 0)
}

/**
 * Ends a command and everything it started: TERM to the session's group and to every process that carries the attempt's id in its environment
 * (a daemon has left the group, not the environment), then, after the grace, KILL until nothing is left.
 */
export async function endProcesses(attemptId: string, shim: ShimProcess | undefined, graceMs: number): Promise<void> {
  const carriers = (): number[] => findProcessesByEnvironment('MODELYARD_ATTEMPT_ID', attemptId)
  const groupLives = (): boolean => shim !== undefined && isProcessAlive(shim.pid, shim.startTime)
  if (shim !== undefined) signalGroup(shim, 'SIGTERM')
  for (const pid of carriers()) signalProcess(pid, 'SIGTERM')
  const deadline = systemClock.monotonic() + graceMs
  while (systemClock.monotonic() < deadline && (groupLives() || carriers().length > 0)) await systemClock.sleep(25)
  for (let round = 0; round < 200; round++) {
    if (shim !== undefined) signalGroup(shim, 'SIGKILL')
    const left = carriers()
    if (left.length === 0 && !groupLives()) return
    for (const pid of left) signalProcess(pid, 'SIGKILL')
    await systemClock.sleep(10)
  }
}

/** Signals the group that a shim leads or led, never one that another process leads by the same number now. */
function signalGroup({ pid, startTime }: ShimProcess, signal: NodeJS.Signals | 0): boolean {
  const now = processStartTime(pid)
  return (now === undefined || startTime === null || now === startTime) && signalProcess(-pid, signal)
}
