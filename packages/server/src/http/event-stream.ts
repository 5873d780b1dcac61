import { type StreamedEvent } from '@modelyard/contract'
import { toTimestamp } from '@modelyard/platform'
import { listEventsAfter, type LiveEvent, type Platform } from '../platform/index.ts'
import type { Handlers } from './handlers.ts'

const heartbeatMs = 15_000
/** A client that reads slower than this many bytes behind is sent away; it comes back with the last id it saw. */
const largestBuffer = 1_048_576
const replayBatch = 500

/** Live events of a workspace as server-sent events: first what came after `Last-Event-ID`, then what happens, without a gap between. */
export function eventStreamHandlers(platform: Platform): Handlers<'streamEvents'> {
  return {
    async streamEvents({ params, query, request, reply, signal }) {
      reply.hijack()
      const { raw } = reply
      raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        'x-request-id': request.id,
      })
      const waiting: LiveEvent[] = []
      let live = false
      let lastSeq = 0
      const send = (event: LiveEvent): void => {
        if (event.workspace !== null && event.workspace !== params.ws) return
        if (event.seq !== undefined && event.seq <= lastSeq) return
        if (event.seq !== undefined) lastSeq = event.seq
        raw.write(frame(event))
        if (raw.writableLength > largestBuffer) raw.destroy()
      }
      const stop = platform.events.listen((event) => (live ? send(event) : waiting.push(event)))
      const heartbeat = platform.clock.every(heartbeatMs, () => raw.write(': still here\n\n'))
      signal.addEventListener('abort', () => (stop(), heartbeat.cancel()), { once: true })
      const from = Number(request.headers['last-event-id'] ?? query.after ?? Number.NaN)
      raw.write('retry: 1000\n\n')
      if (Number.isFinite(from)) await replay(from)
      live = true
      for (const event of waiting) send(event)

      async function replay(after: number): Promise<void> {
        lastSeq = after
        for (;;) {
          const events = await listEventsAfter(platform.store.read, lastSeq, replayBatch, params.ws)
          for (const event of events) send(event)
          if (events.length < replayBatch) return
        }
      }
      return undefined
    },
  }
}

function frame(event: LiveEvent): string {
  const data: StreamedEvent = {
    seq: event.seq ?? 0,
    name: event.name,
    subject: event.subject,
    workspace: event.workspace,
    at: toTimestamp(event.at),
    actor: event.actor,
    data: event.data ?? {},
  }
  return `${event.seq === undefined ? '' : `id: ${event.seq}\n`}event: ${event.name}\ndata: ${JSON.stringify(data)}\n\n`
}
