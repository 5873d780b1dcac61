import type { ServerFile } from '@modelyard/client/node'
import { isProcessAlive } from '@modelyard/platform'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Whether the server of a home runs: its lock names it by pid and start time, so a number used again is not taken for it. */
export function isServerRunning(home: string, server: Pick<ServerFile, 'pid'>): boolean {
  return isProcessAlive(server.pid, startTimeOf(home, server.pid))
}

function startTimeOf(home: string, pid: number): string | undefined {
  try {
    const lock = JSON.parse(readFileSync(join(home, 'server.lock'), 'utf8')) as { pid?: unknown; startTime?: unknown }
    return lock.pid === pid && typeof lock.startTime === 'string' ? lock.startTime : undefined
  } catch {
    return undefined
  }
}
