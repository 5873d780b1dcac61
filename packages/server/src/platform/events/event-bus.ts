import type { Logger } from '@modelyard/platform'
import type { Store } from '../database/database.ts'
import { findLastEventSeq, listEventsAfter, type NewEvent, type StoredEvent } from './event-store.ts'

export type LiveEvent = NewEvent & { readonly seq?: number }
export type EventListener = (event: LiveEvent) => void

/** Hands committed events to whoever listens, in order; and live-only ones, which are not kept, at once. */
export interface EventBus {
  /** Calls `listener` for every event from now on, until the returned function is called. */
  listen(listener: EventListener): () => void
  /** For what is too frequent to keep: log lines, metric points. It has no `seq`, so a stream that reconnects reads the state again instead. */
  publishTransient(event: NewEvent): void
  /** Resolves when every event committed before this call was handed out. */
  settle(): Promise<void>
}

const batchSize = 500

export async function startEventBus(store: Store, logger: Logger): Promise<EventBus> {
  const listeners = new Set<EventListener>()
  let lastSeq = await findLastEventSeq(store.read)
  let pumping: Promise<void> | undefined
  let again = false

  function dispatch(event: LiveEvent): void {
    for (const listener of listeners) {
      try {
        listener(event)
      } catch (error) {
        logger.error({ err: error, event: event.name }, 'an event listener failed')
      }
    }
  }

  async function pump(): Promise<void> {
    do {
      again = false
      let batch: StoredEvent[]
      do {
        batch = await listEventsAfter(store.read, lastSeq, batchSize)
        for (const event of batch) {
          lastSeq = event.seq
          dispatch(event)
        }
      } while (batch.length === batchSize)
    } while (again)
    pumping = undefined
  }

  function wake(): Promise<void> {
    if (pumping !== undefined) again = true
    else {
      pumping = pump().catch((error: unknown) => {
        pumping = undefined
        logger.error({ err: error }, 'events could not be read')
      })
    }
    return pumping ?? Promise.resolve()
  }

  store.onCommit(() => void wake())
  return {
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    publishTransient: dispatch,
    settle: wake,
  }
}
