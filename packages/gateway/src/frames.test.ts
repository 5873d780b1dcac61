import { describe, expect, it } from 'vitest'
import { decodeResults, encodeRequests, RequestKind } from './frames.ts'

/** A result as a worker writes it, by the documented layout and not by the code under test. */
function result(id: number, contentType: string, body: string, exception = ''): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt32LE(id, 0)
  head.writeUInt16LE(200, 4)
  head.writeUInt16LE(contentType.length, 6)
  const run = Buffer.alloc(8)
  run.writeUInt32LE(1500, 0)
  run.writeUInt32LE(body.length, 4)
  const end = Buffer.alloc(4)
  end.writeUInt32LE(exception.length, 0)
  return Buffer.concat([head, Buffer.from(contentType), run, Buffer.from(body), end, Buffer.from(exception)])
}

describe('frames between gateway and worker', () => {
  it('a result keeps its own content type, whatever stands behind it', () => {
    const frame = Buffer.concat([result(1, 'image/png\nX-Own: 1', 'ab', '{}'), result(2, 'application/json', '[1]')])
    expect(decodeResults(frame).map(({ id, contentType, body }) => [id, contentType, body.toString()])).toEqual([
      [1, 'image/png\nX-Own: 1', 'ab'],
      [2, 'application/json', '[1]'],
    ])
  })

  it('a request carries its head between its id and its body, or none', () => {
    const item = {
      id: 7,
      kind: RequestKind.score,
      requestId: 'req',
      eventTimeMs: 1,
      body: [Buffer.from('bo'), Buffer.from('dy')],
      bodyBytes: 4,
    }
    const bytes = Buffer.concat(encodeRequests([{ ...item, head: Buffer.from('{}') }, item]))
    expect(bytes.readUInt32LE(0)).toBe(bytes.length - 4)
    const first = bytes.subarray(4)
    expect([first.readUInt32LE(18), first.toString('utf8', 22, 24), first.readUInt32LE(24)]).toEqual([2, '{}', 4])
    const second = first.subarray(32)
    expect([second.readUInt32LE(18), second.readUInt32LE(22), second.toString('utf8', 26)]).toEqual([0, 4, 'body'])
  })
})
