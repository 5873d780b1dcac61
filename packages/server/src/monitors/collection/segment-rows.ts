import { readFile } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { decodeSegment, parseAnswer, parseLenientJson, SegmentKind } from '@modelyard/contract/collection'
import { collectorFolder, hourOf, storableTime } from './places.ts'
import { RowGatherer } from './row-gatherer.ts'

/** The rows of a segment by collection, and what of it has none. */
export interface SegmentRows {
  readonly collections: ReadonlyMap<string, RowGatherer>
  /** Hours in which inputs and predictions are not row for row the same requests. */
  readonly unpairedHours: ReadonlySet<number>
  readonly unreadable: { readonly requests: number; readonly answers: number; readonly rows: number }
}

/** Reads a closed segment as far as it is whole. */
export async function readSegment(path: string, names: readonly string[] | null): Promise<SegmentRows> {
  const collections = new Map<string, RowGatherer>()
  const unpairedHours = new Set<number>()
  const unreadable = { requests: 0, answers: 0, rows: 0 }
  const of = (collection: string): RowGatherer => {
    let gatherer = collections.get(collection)
    if (gatherer === undefined) collections.set(collection, (gatherer = new RowGatherer()))
    return gatherer
  }
  const inputs = of('inputs')
  const predictions = of('predictions')
  for (const record of decodeSegment(await readFile(path), crc32)) {
    const eventTimeMs = storableTime(record.eventTimeMs)
    const key = { requestId: record.requestId, eventTimeMs, modelVersion: record.label }
    if (record.kind === SegmentKind.rows) {
      const folder = collectorFolder(record.label)
      if (folder === undefined || !tryRows(() => of(folder).addRequest(key, textOf(record.request), null)))
        unreadable.rows++
      continue
    }
    const inputsBefore = inputs.rows
    const predictionsBefore = predictions.rows
    if (!tryRows(() => inputs.addRequest(key, textOf(record.request), names))) unreadable.requests++
    if (!tryRows(() => predictions.addAnswer(key, parseAnswer(record.answer.toString())))) unreadable.answers++
    if (inputs.rows - inputsBefore !== predictions.rows - predictionsBefore) unpairedHours.add(hourOf(eventTimeMs))
  }
  return { collections, unpairedHours, unreadable }
}

/** A body that no rule foresaw costs its own rows and no others. */
function tryRows(add: () => boolean): boolean {
  try {
    return add()
  } catch {
    return false
  }
}

function textOf(body: Buffer): unknown {
  return parseLenientJson(body.toString())
}
