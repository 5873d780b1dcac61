import { readdirSync, readFileSync } from 'node:fs'
import { systemClock } from '@modelyard/platform'

/** Clock ticks per second of `/proc`; 100 on every Linux that Node runs on. */
const ticksPerSecond = 100
const pageBytes = 4096

let last: { atMs: number; ticks: number } | undefined

/** CPU (in percent of one core, since the last call) and resident memory of the sessions that the given processes lead; nulls off Linux. */
export function measureUsage(sessionLeaders: readonly number[]): {
  cpuPercent: number | null
  memoryBytes: number | null
} {
  if (process.platform !== 'linux') return { cpuPercent: null, memoryBytes: null }
  const sessions = new Set(sessionLeaders)
  let ticks = 0
  let pages = 0
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const fields = readStat(entry)
    if (fields === undefined || !sessions.has(Number(fields[3]))) continue
    ticks += Number(fields[11]) + Number(fields[12])
    pages += Number(fields[21])
  }
  const atMs = systemClock.monotonic()
  const before = last
  last = { atMs, ticks }
  const elapsedMs = before === undefined ? 0 : atMs - before.atMs
  const used = before === undefined ? 0 : Math.max(0, ticks - before.ticks)
  return {
    cpuPercent: elapsedMs > 0 ? Math.round((used / ticksPerSecond / (elapsedMs / 1000)) * 1000) / 10 : null,
    memoryBytes: pages * pageBytes,
  }
}

/** The fields of `/proc/PID/stat` after the name, which may hold spaces. */
function readStat(pid: string): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
