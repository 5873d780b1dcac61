import type { StreamedEvent } from '@modelyard/contract'
import { ApiError } from './errors.ts'
import { parseServerSentEvents } from './server-sent-events.ts'

export type ServerEvent = StreamedEvent

type OpenStream = (after: number | undefined, signal: AbortSignal | undefined) => Promise<Response>

const firstPauseMs = 250
const longestPauseMs = 5_000

/** Reads an event stream for as long as the caller wants; when it breaks, goes on after the last event that came. */
export async function* followEvents(
  open: OpenStream,
  options: { after?: number; signal?: AbortSignal },
): AsyncGenerator<ServerEvent, void, undefined> {
  let after = options.after
  let pauseMs = firstPauseMs
  if (isAborted(options.signal)) return
  for (;;) {
    try {
      const response = await open(after, options.signal)
      for await (const event of readEvents(response)) {
        after = event.seq
        pauseMs = firstPauseMs
        yield event
      }
    } catch (error) {
      if (isAborted(options.signal)) return
      if (!isPassing(error)) throw error
    }
    await pause(pauseMs, options.signal)
    if (isAborted(options.signal)) return
    pauseMs = Math.min(pauseMs * 2, longestPauseMs)
  }
}

async function* readEvents(response: Response): AsyncGenerator<ServerEvent, void, undefined> {
  if (response.body === null) return
  for await (const message of parseServerSentEvents(response.body)) {
    if (message.data !== '') yield JSON.parse(message.data) as ServerEvent
  }
}

/** A refusal stays one; a broken connection or a stopping server may be over in a moment. */
function isPassing(error: unknown): boolean {
  if (error instanceof ApiError) return error.problem.retryable
  return !(error instanceof SyntaxError)
}

const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true

function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  // The client runs in pages, too, where there is no clock of the platform to ask.
  // oxlint-disable-next-line no-restricted-globals
  const timer = setTimeout(resolve, delayMs)
  signal?.addEventListener(
    'abort',
    () => {
      clearTimeout(timer)
      resolve()
    },
    { once: true },
  )
  return promise
}
