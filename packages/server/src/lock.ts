import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isProcessAlive, processStartTime } from '@modelyard/platform'
import { StartError } from './configuration.ts'

/** Keeps a second server off a home. The lock names a process by pid and start time, so one left by a killed server counts for nothing. */
export function lockHome(home: string): () => void {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const file = join(home, 'server.lock')
  for (;;) {
    try {
      writeFileSync(file, JSON.stringify({ pid: process.pid, startTime: processStartTime(process.pid) ?? null }), {
        flag: 'wx',
        mode: 0o600,
      })
      return () => rmSync(file, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = readHolder(file)
    if (holder !== undefined && isProcessAlive(holder.pid, holder.startTime)) {
      throw new StartError(
        `A server already runs on ${home} (process ${holder.pid}${addressOf(home)}). Use that one, stop it with \`modelyard down --home '${home}'\`, or name another --home.`,
      )
    }
    rmSync(file, { force: true })
  }
}

function readHolder(file: string): { pid: number; startTime: string | null } | undefined {
  try {
    const holder = JSON.parse(readFileSync(file, 'utf8')) as { pid?: unknown; startTime?: unknown }
    return typeof holder.pid === 'number'
      ? { pid: holder.pid, startTime: typeof holder.startTime === 'string' ? holder.startTime : null }
      : undefined
  } catch {
    return undefined
  }
}

function addressOf(home: string): string {
  try {
    return `, ${String((JSON.parse(readFileSync(join(home, 'server.json'), 'utf8')) as { url?: unknown }).url)}`
  } catch {
    return ''
  }
}
