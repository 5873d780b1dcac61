import { crc32 } from 'node:zlib'
import { decodeSegment, segmentMagic } from '@modelyard/contract/collection'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecordBuffer, type CapturedPrediction } from './record-buffer.ts'
import { fractionOf } from './request-sample.ts'

const prediction: fc.Arbitrary<CapturedPrediction> = fc
  .record({
    requestId: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 100 }),
    eventTimeMs: fc.double({ noNaN: true }),
    modelVersion: fc.string(),
    request: fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }),
    answer: fc.uint8Array({ maxLength: 300 }),
    large: fc.boolean(),
  })
  .map(({ request, answer, large, ...rest }) => {
    const parts = request.map((part) => Buffer.from(part))
    if (large) parts.push(Buffer.alloc(70_000, 7))
    return {
      ...rest,
      request: parts,
      requestBytes: parts.reduce((sum, part) => sum + part.length, 0),
      answer: Buffer.from(answer),
    }
  })

test('what goes into the buffer, small or large and over any cuts, comes out of a segment as it was', () => {
  fc.assert(
    fc.property(fc.array(prediction, { maxLength: 40 }), fc.nat(10), (predictions, every) => {
      const buffer = new RecordBuffer()
      const written: Buffer[] = [segmentMagic]
      let bytes = 0
      const take = (): void => {
        const batch = buffer.take()
        // As the disk has it: copied before the slab goes on.
        written.push(...batch.parts.map((part) => Buffer.from(part)))
        bytes += batch.bytes
      }
      for (const [index, one] of predictions.entries()) {
        buffer.append(one)
        if (index % (every + 1) === 0) take()
      }
      take()
      const file = Buffer.concat(written)
      expect(file.length).toBe(segmentMagic.length + bytes)
      const found = [...decodeSegment(file, (data) => crc32(data))].map((record) => ({ ...record, kind: undefined }))
      expect(found).toEqual(
        predictions.map(({ requestId, eventTimeMs, modelVersion, request, answer }) => ({
          requestId,
          eventTimeMs,
          label: Buffer.from(modelVersion).toString(),
          request: Buffer.concat(request),
          answer,
          kind: undefined,
        })),
      )
    }),
    { numRuns: 50 },
  )
})

test('ids fall where the collector of scoring scripts sees them fall', () => {
  expect([fractionOf(''), fractionOf('a'), fractionOf('req_01abc')].map((value) => value.toFixed(9))).toEqual([
    '0.668922188',
    '0.103526217',
    '0.824439920',
  ])
})

test('ids are spread evenly', () => {
  const below = Array.from({ length: 20_000 }, (_, index) => fractionOf(`r${index}`)).filter((value) => value < 0.3)
  expect(below.length / 20_000).toBeCloseTo(0.3, 1)
})
