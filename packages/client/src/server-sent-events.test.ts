import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseServerSentEvents, type ServerSentMessage } from './server-sent-events.ts'

async function parse(text: string, cuts: readonly number[] = []): Promise<ServerSentMessage[]> {
  const bytes = new TextEncoder().encode(text)
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 1; at < places.length; at++) controller.enqueue(bytes.slice(places[at - 1], places[at]))
      controller.close()
    },
  })
  const messages: ServerSentMessage[] = []
  for await (const message of parseServerSentEvents(stream)) messages.push(message)
  return messages
}

describe('reading an event stream', () => {
  it('reads id, event and data, passes over comments and drops half a message at the end', async () => {
    const text = ': hello\n\nid: 7\nevent: job.changed\ndata: {"a":1}\n\ndata: one\ndata: two\n\nid: 8\ndata: half'
    expect(await parse(text)).toEqual([
      { id: '7', event: 'job.changed', data: '{"a":1}' },
      { id: '', event: 'message', data: 'one\ntwo' },
    ])
  })

  it('gives the same messages wherever the bytes are cut, also inside a letter or a line end', async () => {
    const text = 'id: 1\r\ndata: Grüße 🚉\r\n\r\nid: 2\rdata: x\r\rid: 3\ndata: y\n\n'
    const whole = await parse(text)
    expect(whole.map((message) => message.id)).toEqual(['1', '2', '3'])
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 200 }), { maxLength: 8 }), async (cuts) => {
        expect(await parse(text, cuts)).toEqual(whole)
      }),
    )
  })
})
