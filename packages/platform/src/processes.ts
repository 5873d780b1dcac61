import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

export type { ChildProcess } from 'node:child_process'

/** Starts a process from an argument vector; never through a shell. */
export function startProcess(file: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  return spawn(file, [...args], { ...options, shell: false })
}

/** When a process began, in clock ticks since boot: with the pid it names one process for good. Undefined when it is gone (or off Linux). */
export function processStartTime(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

/** Whether the process lives; with `startTime`, whether it is still the same one. */
export function isProcessAlive(pid: number, startTime?: string | null): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  if (process.platform !== 'linux') return true
  const found = processStartTime(pid)
  return found !== undefined && (startTime === undefined || startTime === null || found === startTime)
}

/** Sends a signal to a process (or, negative, to a group; 0 only looks); false when it is gone already. */
export function signalProcess(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal)
    return true
  } catch {
    return false
  }
}

/**
 * Every process whose environment holds `NAME=value`: finds what a script left behind, also when it made a session of its own.
 * Linux only; elsewhere the process group has to do.
 */
export function findProcessesByEnvironment(name: string, value: string | ReadonlySet<string>): number[] {
  if (process.platform !== 'linux') return []
  const prefix = `${name}=`
  const matches = (entry: string): boolean => {
    if (!entry.startsWith(prefix)) return false
    const found = entry.slice(prefix.length)
    return typeof value === 'string' ? found === value : value.has(found)
  }
  const found: number[] = []
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry)
    if (!Number.isInteger(pid) || pid === process.pid) continue
    try {
      if (
        readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').some(matches) &&
        processStartTime(pid) !== undefined
      )
        found.push(pid)
    } catch {
      // gone, or another user's
    }
  }
  return found
}

/** CPU time that a process has used, in user and kernel mode; undefined when it is gone (or off Linux). */
export function processCpuSeconds(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    // Linux counts in hundredths of a second here, whatever its own tick is.
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return undefined
  }
}

/** Proportional set size of a process in bytes, else its resident size; undefined when it is gone. */
export function processMemoryBytes(pid: number): number | undefined {
  for (const [file, field] of [
    ['smaps_rollup', 'Pss:'],
    ['status', 'VmRSS:'],
  ] as const) {
    try {
      const line = readFileSync(`/proc/${pid}/${file}`, 'utf8')
        .split('\n')
        .find((text) => text.startsWith(field))
      const kibibytes = Number(line?.replaceAll(/[^0-9]/g, ''))
      if (kibibytes > 0) return kibibytes * 1024
    } catch {
      // try the next, weaker source
    }
  }
  return undefined
}
