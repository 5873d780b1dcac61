import { crc32 } from 'node:zlib'
import { encodeSegmentRecord, SegmentKind } from '@modelyard/contract/collection'

const slabBytes = 256 * 1024
/** Up to this size copying a record is cheaper than handling its pieces. */
const copiedBytes = 64 * 1024
/** Length, check sum, event time, kind, and the lengths of four parts. */
const overheadBytes = 8 + 8 + 1 + 4 * 4

/** A prediction as it is kept. `requestId` is printable ASCII. */
export interface CapturedPrediction {
  readonly requestId: string
  readonly eventTimeMs: number
  readonly modelVersion: string
  readonly request: readonly Buffer[]
  readonly requestBytes: number
  readonly answer: Buffer
}

/** Encoded records that wait for the disk. */
export interface RecordBatch {
  readonly parts: readonly Buffer[]
  readonly bytes: number
  readonly records: number
}

/** How many bytes a prediction takes in a segment, near enough for a bound. */
export function recordBytes(prediction: CapturedPrediction): number {
  return (
    overheadBytes +
    prediction.requestId.length +
    prediction.modelVersion.length +
    prediction.requestBytes +
    prediction.answer.length
  )
}

/**
 * Records in the form of a segment. Small ones are written into slabs at once: nothing of a request stays alive for them, and the disk gets few large
 * pieces. What was taken is written while the rest of its slab fills on.
 */
export class RecordBuffer {
  #slab: Buffer | undefined
  #start = 0
  #end = 0
  #parts: Buffer[] = []
  #bytes = 0
  #records = 0
  #version = ''
  #versionBytes = Buffer.alloc(0)

  get bytes(): number {
    return this.#bytes
  }

  append(prediction: CapturedPrediction): void {
    if (prediction.modelVersion !== this.#version) {
      this.#version = prediction.modelVersion
      this.#versionBytes = Buffer.from(prediction.modelVersion)
    }
    const size =
      overheadBytes +
      prediction.requestId.length +
      this.#versionBytes.length +
      prediction.requestBytes +
      prediction.answer.length
    if (size <= copiedBytes) this.#copy(prediction, size)
    else this.#refer(prediction)
    this.#bytes += size
    this.#records++
  }

  #copy(prediction: CapturedPrediction, size: number): void {
    let slab = this.#slab
    if (slab === undefined || this.#end + size > slab.length) {
      this.#cut()
      slab = this.#slab = Buffer.allocUnsafeSlow(slabBytes)
      this.#start = this.#end = 0
    }
    const { requestId, request, answer } = prediction
    const begin = this.#end
    slab.writeUInt32LE(size - 8, begin)
    let at = slab.writeDoubleLE(prediction.eventTimeMs, begin + 8)
    at = slab.writeUInt8(SegmentKind.prediction, at)
    at = slab.writeUInt32LE(requestId.length, at)
    at += slab.write(requestId, at, 'latin1')
    at = slab.writeUInt32LE(this.#versionBytes.length, at)
    if (this.#versionBytes.length > 0) slab.set(this.#versionBytes, at)
    at = slab.writeUInt32LE(prediction.requestBytes, at + this.#versionBytes.length)
    for (const part of request) {
      slab.set(part, at)
      at += part.length
    }
    at = slab.writeUInt32LE(answer.length, at)
    slab.set(answer, at)
    this.#end = begin + size
    slab.writeUInt32LE(crc32(slab.subarray(begin + 8, this.#end)), begin + 4)
  }

  #refer(prediction: CapturedPrediction): void {
    this.#cut()
    this.#parts.push(
      ...encodeSegmentRecord(
        {
          eventTimeMs: prediction.eventTimeMs,
          kind: SegmentKind.prediction,
          requestId: prediction.requestId,
          label: prediction.modelVersion,
          request: prediction.request,
          answer: [prediction.answer],
        },
        (data, value) => crc32(data, value),
      ),
    )
  }

  #cut(): void {
    if (this.#slab !== undefined && this.#end > this.#start)
      this.#parts.push(this.#slab.subarray(this.#start, this.#end))
    this.#start = this.#end
  }

  /** Everything that waits; the buffer is empty after it. */
  take(): RecordBatch {
    this.#cut()
    const batch = { parts: this.#parts, bytes: this.#bytes, records: this.#records }
    this.#parts = []
    this.#bytes = 0
    this.#records = 0
    return batch
  }

  /** Gives the memory back that an idle deployment does not need. */
  shrink(): void {
    if (this.#records === 0) this.#slab = undefined
  }
}
