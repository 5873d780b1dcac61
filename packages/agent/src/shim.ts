import { writeFileSync } from 'node:fs'
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
import type { AttemptPaths } from './attempt-folder.ts'

/**
 * What stays with the user's command when server and agent die: it leads a session of its own, keeps the output in the log and writes how the
 * command ended. A shell, because it costs two milliseconds and is on every machine. `$1` is the attempt's folder, `$2` the command.
 */
const shim = `cd "$1/work" || exit 126
(eval "$2") >>"$1/log" 2>&1 </dev/null
printf '{"exitCode":%s}\\n' "$?" >"$1/exit.json"`

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
  const pid = child.pid ?? -1
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

export async function readShim(paths: AttemptPaths): Promise<{ pid: number; startTime: string | null } | undefined> {
  try {
    return JSON.parse(await readFile(paths.process, 'utf8')) as { pid: number; startTime: string | null }
  } catch {
    return undefined
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

/**
 * Ends a command and everything it started: TERM to the session's group and to every process that carries the attempt's id in its environment
 * (a daemon has left the group, not the environment), then, after the grace, KILL until nothing is left.
 */
export async function endProcesses(attemptId: string, shimPid: number, graceMs: number): Promise<void> {
  const alive = (): number[] => findProcessesByEnvironment('MODELYARD_ATTEMPT_ID', attemptId)
  signalProcess(-shimPid, 'SIGTERM')
  for (const pid of alive()) signalProcess(pid, 'SIGTERM')
  const deadline = systemClock.monotonic() + graceMs
  while (systemClock.monotonic() < deadline && alive().length > 0) await systemClock.sleep(25)
  for (let round = 0; round < 200; round++) {
    signalProcess(-shimPid, 'SIGKILL')
    const left = alive()
    if (left.length === 0) return
    for (const pid of left) signalProcess(pid, 'SIGKILL')
    await systemClock.sleep(10)
  }
}
