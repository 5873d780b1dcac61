import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ModelyardError, type ErrorCode } from '@modelyard/contract'
import {
  installationFolder,
  startThread,
  ThreadTaskError,
  type Clock,
  type Logger,
  type Thread,
} from '@modelyard/platform'
import type { Tasks } from './tasks.ts'

export type MonitorThread = Thread<Tasks>

/** The thread for everything about rows that takes long. Errors of the catalogue come out of it as they went in. */
export function startMonitorThread(clock: Clock, logger: Logger): MonitorThread {
  const thread = startThread<Tasks>({
    program: programFile(),
    name: 'monitors',
    clock,
    onCrash: (error) => logger.error({ error }, 'The thread of the monitors ended; the next task starts it again.'),
  })
  return {
    get running() {
      return thread.running
    },
    stop: () => thread.stop(),
    run: (name, input) =>
      thread.run(name, input).catch((error: unknown) => {
        throw catalogued(error)
      }),
  }
}

function programFile(): string {
  const built = join(installationFolder(), 'dist', 'monitor-thread.js')
  return import.meta.filename.endsWith('.ts') || !existsSync(built) ? join(import.meta.dirname, 'main.ts') : built
}

function catalogued(error: unknown): unknown {
  if (!(error instanceof ThreadTaskError)) return error
  const { code, details } = error.properties as { code?: string; details?: Record<string, unknown> }
  if (code === 'ENOSPC') return new ModelyardError('storage_full', 'The disk is full.', { cause: error })
  if (error.kind !== 'ModelyardError') return error
  return new ModelyardError(code as ErrorCode, error.message, details === undefined ? {} : { details })
}
