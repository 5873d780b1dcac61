import type { ServerEvent } from '@modelyard/client'
import { useEffect, useSyncExternalStore } from 'react'
import { queryClient } from './client.ts'
import { staleKeys } from './stale.ts'
import { streamedEvents } from './streamed-events.ts'

type Listener = (event: ServerEvent) => void
type Message =
  | { readonly kind: 'event'; readonly event: ServerEvent }
  | { readonly kind: 'state'; readonly live: boolean }

const gatherMs = 200
const reopenMs = 2000
const listeners = new Set<Listener>()
const watchers = new Set<() => void>()
let connected = true

function setConnected(next: boolean): void {
  if (next === connected) return
  connected = next
  for (const watch of watchers) watch()
}

/** Whether events arrive at present. */
export function useConnected(): boolean {
  return useSyncExternalStore(
    (watch) => (watchers.add(watch), () => void watchers.delete(watch)),
    () => connected,
  )
}

/** Calls `listener` for each event of the workspace that is shown. */
export function useEvents(listener: Listener): void {
  useEffect(() => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }, [listener])
}

/**
 * Follows a workspace's events. One tab of the browser holds the stream (whoever holds the lock) and passes the events on to
 * the others; when it closes, the next one goes on after the last event that it saw.
 */
export function followWorkspace(ws: string): () => void {
  const stop = new AbortController()
  const channel = new BroadcastChannel(`modelyard-events-${ws}`)
  const stale = gatherStale(ws)
  let after: number | undefined
  const take = (event: ServerEvent): void => {
    if (event.seq > 0) after = Math.max(after ?? 0, event.seq)
    stale.add(event)
    for (const listener of listeners) listener(event)
  }
  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if (data.kind === 'event') take(data.event)
    else setConnected(data.live)
  })
  const lead = (): Promise<void> =>
    holdStream({
      ws,
      after: () => after,
      signal: stop.signal,
      take: (event) => {
        take(event)
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no other origin
        channel.postMessage({ kind: 'event', event } satisfies Message)
      },
      state: (live) => {
        setConnected(live)
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no other origin
        channel.postMessage({ kind: 'state', live } satisfies Message)
      },
    })
  // Outside a secure context (plain http on another host) there are no locks; then each tab has its own stream.
  if ('locks' in navigator)
    navigator.locks.request(`modelyard-stream-${ws}`, { signal: stop.signal }, lead).catch(() => undefined)
  else void lead()
  return () => {
    stop.abort()
    channel.close()
    stale.stop()
  }
}

interface Stream {
  readonly ws: string
  readonly after: () => number | undefined
  readonly signal: AbortSignal
  readonly take: Listener
  readonly state: (live: boolean) => void
}

function holdStream({ ws, after, signal, take, state }: Stream): Promise<void> {
  // The lock may come to somebody who has left already.
  if (signal.aborted) return Promise.resolve()
  const { promise, resolve } = Promise.withResolvers<void>()
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const open = (): void => {
    const from = after()
    const opened = new EventSource(
      `/api/v1/workspaces/${encodeURIComponent(ws)}/events${from === undefined ? '' : `?after=${from}`}`,
    )
    source = opened
    opened.addEventListener('open', () => {
      state(true)
      // What happened before the first event or while away is not known, so what is shown is asked for once.
      if (from === undefined) return
      void queryClient.invalidateQueries({ queryKey: [ws] })
    })
    opened.addEventListener('error', () => {
      state(false)
      if (opened.readyState === EventSource.CLOSED) timer = setTimeout(open, reopenMs)
    })
    for (const name of streamedEvents)
      opened.addEventListener(name, ({ data }: MessageEvent<string>) => take(JSON.parse(data) as ServerEvent))
  }
  signal.addEventListener('abort', () => {
    source?.close()
    clearTimeout(timer)
    resolve()
  })
  open()
  return promise
}

/** Gathers for a moment, so that a burst of events asks once. */
function gatherStale(ws: string) {
  const keys = new Map<string, readonly string[]>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = (): void => {
    timer = undefined
    for (const queryKey of keys.values()) void queryClient.invalidateQueries({ queryKey })
    keys.clear()
  }
  return {
    add(event: ServerEvent): void {
      for (const key of staleKeys(ws, event)) keys.set(key.join('\n'), key)
      timer ??= setTimeout(flush, gatherMs)
    },
    stop: () => clearTimeout(timer),
  }
}
