/**
 * The file in which the gateway keeps predictions until they become Parquet. It begins with {@link segmentMagic}; then records, one a prediction,
 * little-endian: `u32` length of the rest, `u32` CRC-32 of the rest, and the rest: `f64` event time (ms since the epoch), `u8` kind (0 a request and
 * its answer, 1 rows of a collector in a scoring script), and four texts or bodies, each behind its `u32` length: request id, name of the collection
 * (kind 1) or model version (kind 0), the request's body (kind 1: rows as JSON), the answer's body (kind 1: empty). A file may end in the middle of a
 * record: what is whole before it is valid.
 */
export const segmentMagic = Buffer.from('MYSEG001', 'latin1')

export const SegmentKind = { prediction: 0, rows: 1 } as const
export type SegmentKind = (typeof SegmentKind)[keyof typeof SegmentKind]

export interface SegmentRecord {
  readonly eventTimeMs: number
  readonly kind: SegmentKind
  readonly requestId: string
  /** Model version of a prediction; name of the collection of rows. */
  readonly label: string
  readonly request: Buffer
  readonly answer: Buffer
}

const fixedBytes = 8 + 1 + 4 * 4
/** A record longer than this is no record. */
export const largestRecordBytes = 64 * 2 ** 20

/** Buffers to write for a record; the bodies go as they are, uncopied. `crc` continues a CRC-32 (as `zlib.crc32` does). */
export function encodeSegmentRecord(
  record: Omit<SegmentRecord, 'request' | 'answer'> & {
    readonly request: readonly Buffer[]
    readonly answer: readonly Buffer[]
  },
  crc: (data: Buffer, value?: number) => number,
): Buffer[] {
  const requestId = Buffer.from(record.requestId)
  const label = Buffer.from(record.label)
  const requestBytes = record.request.reduce((sum, part) => sum + part.length, 0)
  const answerBytes = record.answer.reduce((sum, part) => sum + part.length, 0)
  const length = fixedBytes + requestId.length + label.length + requestBytes + answerBytes
  const head = Buffer.allocUnsafe(8 + 9 + 4 + requestId.length + 4 + label.length + 4)
  let offset = head.writeUInt32LE(length, 0) + 4
  offset = head.writeDoubleLE(record.eventTimeMs, offset)
  offset = head.writeUInt8(record.kind, offset)
  for (const part of [requestId, label]) {
    offset = head.writeUInt32LE(part.length, offset)
    offset += part.copy(head, offset)
  }
  head.writeUInt32LE(requestBytes, offset)
  const middle = Buffer.allocUnsafe(4)
  middle.writeUInt32LE(answerBytes, 0)
  const parts = [head, ...record.request, middle, ...record.answer]
  let sum = crc(head.subarray(8))
  for (const part of parts.slice(1)) sum = crc(part, sum)
  head.writeUInt32LE(sum >>> 0, 4)
  return parts
}

/** Where a record stands that `decodeSegment` could not read, or where the file is cut. */
export interface SegmentEnd {
  /** Bytes up to here are whole records. */
  readonly validBytes: number
  readonly torn: boolean
}

/** Whole records of a segment in order; `end` is told where they stop. Bodies are views of `file`. */
export function* decodeSegment(
  file: Buffer,
  crc: (data: Buffer) => number,
  end: (end: SegmentEnd) => void = () => undefined,
): Generator<SegmentRecord> {
  let offset = segmentMagic.length
  if (file.length < offset || !file.subarray(0, offset).equals(segmentMagic)) {
    end({ validBytes: 0, torn: file.length > 0 })
    return
  }
  while (offset + 8 <= file.length) {
    const length = file.readUInt32LE(offset)
    const start = offset + 8
    if (length < fixedBytes || length > largestRecordBytes || start + length > file.length) break
    const rest = file.subarray(start, start + length)
    if (crc(rest) >>> 0 !== file.readUInt32LE(offset + 4)) break
    const record = decodeRecord(rest)
    if (record === undefined) break
    offset = start + length
    yield record
  }
  end({ validBytes: offset, torn: offset < file.length })
}

function decodeRecord(rest: Buffer): SegmentRecord | undefined {
  const eventTimeMs = rest.readDoubleLE(0)
  const kind = rest.readUInt8(8)
  const parts: Buffer[] = []
  let offset = 9
  for (let index = 0; index < 4; index++) {
    if (offset + 4 > rest.length) return undefined
    const length = rest.readUInt32LE(offset)
    offset += 4
    if (offset + length > rest.length) return undefined
    parts.push(rest.subarray(offset, offset + length))
    offset += length
  }
  const [requestId, label, request, answer] = parts
  if (requestId === undefined || label === undefined || request === undefined || answer === undefined) return undefined
  if (kind !== SegmentKind.prediction && kind !== SegmentKind.rows) return undefined
  return { eventTimeMs, kind, requestId: requestId.toString(), label: label.toString(), request, answer }
}
