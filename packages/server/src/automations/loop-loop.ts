import type { Timer } from '@modelyard/platform'
import type { LiveEvent, Platform } from '../platform/index.ts'
import { findNextLook, forgetResolved } from './alert-store.ts'
import { listOpenLoops, listUntidy } from './loop-store.ts'
import type { LoopTable } from './automation-tables.ts'
import type { TriggerService } from './trigger-service.ts'

const lookEveryMs = 1000
const knownForMs = 30 * 86_400_000
const longestWaitMs = 60_000

/** Events after which a loop may go on. */
const interesting = new Set([
  'job.ended',
  'deployment.changed',
  'deployment.deleted',
  'rollout.started',
  'rollout.step_started',
  'rollout.paused',
  'rollout.resumed',
  'rollout.promoted',
  'rollout.rolled_back',
  'model_alias.moved',
  'endpoint.deleted',
])

/** Starts what alerts ask for, and takes every open loop as far as it goes. */
export function createLoopLoop(
  platform: Platform,
  deps: {
    triggers: TriggerService
    step(row: LoopTable): Promise<LoopTable | undefined>
    tidy(): Promise<void>
  },
) {
  const { store, clock, logger } = platform
  let running: Promise<void> | undefined
  let again = false
  const stop = new AbortController()
  let hasWork = true
  let waiting: Timer | undefined
  let stopListening: (() => void) | undefined

  async function pass(): Promise<void> {
    do {
      again = false
      while (!stop.signal.aborted && (await deps.triggers.considerAlerts()));
      const open = await listOpenLoops(store.read)
      for (const row of open) if (!stop.signal.aborted) await takeOn(row)
      if (!stop.signal.aborted) await deps.tidy()
      const left = await listOpenLoops(store.read)
      hasWork = left.length > 0 || (await listUntidy(store.read, Number.MAX_SAFE_INTEGER)).length > 0
    } while (again && !stop.signal.aborted)
    await plan()
  }

  async function takeOn(row: LoopTable): Promise<void> {
    try {
      let current: LoopTable | undefined = row
      while (current !== undefined && !stop.signal.aborted) current = await deps.step(current)
    } catch (error) {
      logger.warn({ err: error, loop: row.id }, 'a loop could not be taken on; it is tried again')
    }
  }

  /** A trigger that rests is looked at when its rest is over. */
  async function plan(): Promise<void> {
    const next = await findNextLook(store.read)
    waiting?.cancel()
    waiting = undefined
    if (next !== undefined && !stop.signal.aborted)
      waiting = clock.after(Math.min(longestWaitMs, Math.max(10, next - clock.now())), wake)
  }

  function wake(): void {
    if (stop.signal.aborted) return
    if (running !== undefined) {
      again = true
      return
    }
    running = pass()
      .catch((error: unknown) => {
        hasWork = true
        logger.error({ err: error }, 'the loops could not be looked at; they are looked at again')
      })
      .finally(() => {
        running = undefined
        if (again) wake()
      })
  }

  const timer = clock.every(lookEveryMs, () => {
    if (hasWork) wake()
  })
  const sweep = clock.every(3_600_000, () => {
    void store
      .write((tx) => forgetResolved(tx, clock.now() - knownForMs))
      .catch((error: unknown) => logger.warn({ err: error }, 'old alerts could not be forgotten'))
  })

  return {
    wake,
    start() {
      stopListening = platform.events.listen((event: LiveEvent) => {
        if (hasWork && interesting.has(event.name)) wake()
      })
      wake()
    },
    async stop() {
      stop.abort()
      stopListening?.()
      timer.cancel()
      sweep.cancel()
      waiting?.cancel()
      await running
    },
  }
}
