/** One message of a `text/event-stream`. */
export interface ServerSentMessage {
  readonly id: string
  readonly event: string
  readonly data: string
}

/** Splits a stream of bytes into its messages, wherever the chunks break. Comments and half a message at the end are dropped. */
export async function* parseServerSentEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<ServerSentMessage, void, undefined> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let rest = ''
  let lines: string[] = []
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      rest += decoder.decode(value, { stream: true })
      const complete = rest.split(/\r\n|\n|\r(?!$)/)
      rest = complete.pop() ?? ''
      for (const line of complete) {
        if (line !== '') {
          lines.push(line)
          continue
        }
        const message = toMessage(lines)
        lines = []
        if (message !== undefined) yield message
      }
    }
  } finally {
    // Also when the reader of the messages stops early: the connection is not kept.
    await reader.cancel().catch(() => undefined)
  }
}

function toMessage(lines: readonly string[]): ServerSentMessage | undefined {
  let id = ''
  let event = 'message'
  const data: string[] = []
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon === 0) continue
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'id') id = value
    else if (field === 'event') event = value
    else if (field === 'data') data.push(value)
  }
  return id === '' && data.length === 0 ? undefined : { id, event, data: data.join('\n') }
}
