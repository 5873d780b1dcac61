import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileDurably } from '@modelyard/platform'
import type { EndpointPlace } from '../collection/doors.ts'

/** A file of labels, in the order of their arrival. */
export interface LabelBatch {
  readonly name: string
  readonly rows: number
  /** Columns of the inputs that name a row; null: request id and row index do. */
  readonly keys: readonly string[] | null
}

/** The labels of an endpoint: what this names counts. */
export interface LabelState {
  revision: number
  /** Greater than that of every label before. */
  lastArrivalMs: number
  /** Rows that have a label. */
  labels: number
  /** Decided by the first file. */
  kind: 'number' | 'text' | null
  /** Whether all numbers so far are whole. */
  whole: boolean
  nextBatch: number
  batches: LabelBatch[]
  /** By the start of the hour of the rows: the revision that last brought labels for them. */
  hours: Record<string, number>
}

export function labelsFolder(place: EndpointPlace): string {
  return join(place.stateFolder, 'labels')
}

export function batchPath(place: EndpointPlace, batch: { readonly name: string }): string {
  return join(labelsFolder(place), 'batches', batch.name)
}

export async function loadLabelState(place: EndpointPlace): Promise<LabelState> {
  try {
    return JSON.parse(await readFile(join(labelsFolder(place), 'labels.json'), 'utf8')) as LabelState
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return {
      revision: 0,
      lastArrivalMs: 0,
      labels: 0,
      kind: null,
      whole: true,
      nextBatch: 1,
      batches: [],
      hours: {},
    }
  }
}

/** The moment at which labels count. */
export async function saveLabelState(place: EndpointPlace, state: LabelState): Promise<void> {
  await writeFileDurably(join(labelsFolder(place), 'labels.json'), JSON.stringify(state))
}
