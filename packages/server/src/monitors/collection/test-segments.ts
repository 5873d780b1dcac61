import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { encodeSegmentRecord, segmentMagic, SegmentKind } from '@modelyard/contract/collection'
import type { EndpointPlace } from './doors.ts'

/** One record of a segment, for tests: bodies as documents, or as the text that is sent. */
export interface TestRecord {
  readonly at: number
  readonly id: string
  readonly request: unknown
  readonly answer?: unknown
  readonly version?: string
  /** Rows that a scoring script collects under this name, instead of a request and its answer. */
  readonly collector?: string
}

/** A closed segment as the gateway writes it. */
export async function writeSegment(
  place: EndpointPlace,
  deployment: string,
  name: string,
  records: Iterable<TestRecord>,
): Promise<string> {
  const folder = join(place.stateFolder, deployment, 'segments')
  await mkdir(folder, { recursive: true })
  const path = join(folder, `${name}.seg`)
  await writeFile(path, Buffer.concat([segmentMagic, ...encodeRecords(records)]))
  return path
}

function* encodeRecords(records: Iterable<TestRecord>): Generator<Buffer> {
  for (const { at, id, request, answer, version = '', collector } of records) {
    yield* encodeSegmentRecord(
      {
        eventTimeMs: at,
        kind: collector === undefined ? SegmentKind.prediction : SegmentKind.rows,
        requestId: id,
        label: collector ?? version,
        request: [bodyOf(request)],
        answer: [bodyOf(answer)],
      },
      crc32,
    )
  }
}

function bodyOf(document: unknown): Buffer {
  if (document === undefined) return Buffer.alloc(0)
  return Buffer.from(typeof document === 'string' ? document : JSON.stringify(document))
}
