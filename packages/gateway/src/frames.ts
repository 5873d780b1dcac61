/**
 * The bytes between gateway and worker, little-endian. A frame is `u32` length and payload. A request frame holds items of `u32` id, `u8` kind,
 * `f64` event time (ms since the epoch), `u16` length and text of the request id, `u32` length and JSON of the request's head (none unless the script
 * asks for it), `u32` length and body; a result frame items of `u32` id, `u16` status, `u16` length and text of the content type (further headers
 * behind it, a line each), `u32` run time in microseconds, `u32` length and body, `u32` length and JSON of the exception that the script ended with
 * (mostly none).
 */
export const RequestKind = { score: 0, invocations: 1, predict: 2, infer: 3 } as const
export type RequestKind = (typeof RequestKind)[keyof typeof RequestKind]

export interface RequestItem {
  readonly id: number
  readonly kind: RequestKind
  readonly requestId: string
  readonly eventTimeMs: number
  /** `{method, url, headers}` as JSON, for scripts that read them. */
  readonly head?: Buffer | undefined
  readonly body: readonly Buffer[]
  readonly bodyBytes: number
}

export interface ResultItem {
  readonly id: number
  readonly status: number
  readonly contentType: string
  readonly runMicroseconds: number
  readonly body: Buffer
  /** `{type, message, traceback}` as JSON; undefined when the script did not raise. */
  readonly exception: Buffer | undefined
}

/** Buffers to write for a request frame; bodies go as they came in, uncopied. */
export function encodeRequests(items: readonly RequestItem[]): Buffer[] {
  const parts: Buffer[] = []
  let size = 0
  const length = Buffer.allocUnsafe(4)
  parts.push(length)
  for (const item of items) {
    const idBytes = Buffer.byteLength(item.requestId)
    const head = item.head ?? noHead
    const bodyAt = 19 + idBytes + head.length
    const header = Buffer.allocUnsafe(bodyAt + 4)
    header.writeUInt32LE(item.id, 0)
    header.writeUInt8(item.kind, 4)
    header.writeDoubleLE(item.eventTimeMs, 5)
    header.writeUInt16LE(idBytes, 13)
    header.write(item.requestId, 15)
    header.writeUInt32LE(head.length, 15 + idBytes)
    head.copy(header, 19 + idBytes)
    header.writeUInt32LE(item.bodyBytes, bodyAt)
    parts.push(header, ...item.body)
    size += header.length + item.bodyBytes
  }
  length.writeUInt32LE(size, 0)
  return parts
}

const noHead = Buffer.alloc(0)
const contentTypes = new Map<string, string>()

/** The items of a result frame's payload; bodies are views of it. */
export function decodeResults(frame: Buffer): ResultItem[] {
  const items: ResultItem[] = []
  let offset = 0
  while (offset < frame.length) {
    const id = frame.readUInt32LE(offset)
    const status = frame.readUInt16LE(offset + 4)
    const typeBytes = frame.readUInt16LE(offset + 6)
    const typeEnd = offset + 8 + typeBytes
    const contentType = known(frame.toString('latin1', offset + 8, typeEnd))
    const runMicroseconds = frame.readUInt32LE(typeEnd)
    const bodyBytes = frame.readUInt32LE(typeEnd + 4)
    const bodyStart = typeEnd + 8
    const bodyEnd = bodyStart + bodyBytes
    const exceptionBytes = frame.readUInt32LE(bodyEnd)
    offset = bodyEnd + 4 + exceptionBytes
    if (offset > frame.length) throw new RangeError('a result frame is cut off')
    items.push({
      id,
      status,
      contentType,
      runMicroseconds,
      body: frame.subarray(bodyStart, bodyEnd),
      exception: exceptionBytes === 0 ? undefined : frame.subarray(bodyEnd + 4, offset),
    })
  }
  return items
}

/** One string object per content type. */
function known(text: string): string {
  const found = contentTypes.get(text)
  if (found !== undefined) return found
  if (contentTypes.size < 100) contentTypes.set(text, text)
  return text
}

/** Cuts a stream of bytes into frames. A frame longer than `limit` is an error: the other side is not what it should be. */
export class FrameSplitter {
  readonly #limit: number
  #pieces: Buffer[] = []
  #size = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  *push(piece: Buffer): Generator<Buffer> {
    this.#pieces.push(piece)
    this.#size += piece.length
    while (this.#size >= 4) {
      const head = this.#joined(4)
      const length = head.readUInt32LE(0)
      if (length > this.#limit) throw new RangeError(`a frame of ${length} bytes is longer than ${this.#limit}`)
      if (this.#size < 4 + length) return
      const all = this.#joined(4 + length)
      yield all.subarray(4, 4 + length)
      const rest = all.subarray(4 + length)
      this.#pieces = rest.length > 0 ? [rest, ...this.#pieces.slice(1)] : this.#pieces.slice(1)
      this.#size -= 4 + length
    }
  }

  /** Makes the first piece at least `count` bytes long and returns it. */
  #joined(count: number): Buffer {
    const [first] = this.#pieces
    if (first !== undefined && first.length >= count) return first
    const joined = Buffer.concat(this.#pieces)
    this.#pieces = [joined]
    return joined
  }
}
