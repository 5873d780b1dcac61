import { ModelyardError } from '@modelyard/contract'
import type { Platform } from '../platform/index.ts'
import type { MonitorRuns, StoredPlan } from './monitor-run.ts'
import { listAllMonitors } from './monitor-store.ts'
import type { MonitorTable } from './monitor-tables.ts'

const lookEveryMs = 5000
const serviceEveryMs = 10_000

/** Runs monitors by their schedule, and looks at the rules of service signals. */
export function createMonitorLoop(
  platform: Platform,
  deps: { runs: MonitorRuns; lookAtService(row: MonitorTable): Promise<void> },
) {
  const { clock, logger } = platform
  let looking: Promise<void> | undefined
  let stopping = false
  let serviceLookedAt = Number.NEGATIVE_INFINITY
  const running = new Set<string>()

  async function look(): Promise<void> {
    const rows = await listAllMonitors(platform.store.read)
    const now = clock.now()
    for (const row of rows) if (isDue(row, now)) start(row)
    if (clock.monotonic() - serviceLookedAt < serviceEveryMs) return
    serviceLookedAt = clock.monotonic()
    for (const row of rows) {
      if (stopping) return
      await deps.lookAtService(row).catch((error: unknown) => note(row, error))
    }
  }

  function start(row: MonitorTable): void {
    const key = `${row.workspace}/${row.name}`
    if (stopping || running.has(key)) return
    running.add(key)
    void deps.runs
      .run(row.workspace, row.name)
      .catch((error: unknown) => note(row, error))
      .finally(() => running.delete(key))
  }

  function note(row: MonitorTable, error: unknown): void {
    // What the monitor itself shows needs no line in the log.
    if (stopping || ModelyardError.is(error)) return
    logger.error({ err: error, workspace: row.workspace, monitor: row.name }, 'a monitor could not be computed')
  }

  const timer = clock.every(lookEveryMs, () => {
    if (stopping || looking !== undefined) return
    looking = look()
      .catch((error: unknown) => {
        if (!stopping) logger.error({ err: error }, 'the monitors could not be looked at')
      })
      .finally(() => {
        looking = undefined
      })
  })

  return {
    async stop() {
      stopping = true
      timer.cancel()
      await looking
    },
  }
}

/** A monitor that never ran waits its first interval, too: nothing is there yet. */
function isDue(row: MonitorTable, now: number): boolean {
  const { everyMs } = JSON.parse(row.plan) as StoredPlan
  if (everyMs === null) return false
  const last = row.last_run_at ?? row.updated_at
  // A clock that was set back must not stop a schedule for good.
  return now - last >= everyMs || last > now + everyMs
}
