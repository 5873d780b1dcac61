import { answerRows, requestRows, type BodyRows } from '@modelyard/contract/collection'
import { ColumnBuilder } from './column-builder.ts'

/** What all rows of one record have. */
export interface RecordKey {
  readonly requestId: string
  readonly eventTimeMs: number
  readonly modelVersion: string
}

const firstCapacity = 1024
type Row = Readonly<Record<string, unknown>>

/** Gathers the rows of one collection as columns. Rows with the same keys in the same order find their columns without looking names up. */
export class RowGatherer {
  rows = 0
  readonly requestIds: string[] = []
  readonly modelVersions: string[] = []
  rowIndexes = new Int32Array(firstCapacity)
  eventTimesMs = new Float64Array(firstCapacity)
  readonly builders: ColumnBuilder[] = []
  readonly #byName = new Map<string, ColumnBuilder>()
  #shape: readonly string[] = []
  #shapeBuilders: readonly ColumnBuilder[] = []
  #unnamed: readonly ColumnBuilder[] = []

  /** The rows of a request's body; false when it has none that can be told apart. */
  addRequest(key: RecordKey, document: unknown, names: readonly string[] | null): boolean {
    const list = plainList(document)
    if (list !== undefined) {
      if (isRow(list[0])) {
        for (let index = 0; index < list.length; index++) this.#addObject(this.#open(key, index), list[index])
        return true
      }
      if (Array.isArray(list[0])) {
        const builders = this.#columnsOf(names)
        for (let index = 0; index < list.length; index++) {
          const row: unknown = list[index]
          this.#addList(this.#open(key, index), Array.isArray(row) ? row : [row], builders)
        }
        return true
      }
    }
    const rows = requestRows(document, names)
    if (rows !== undefined) this.#addRows(key, rows, names)
    return rows !== undefined
  }

  /** The rows of an answer; false when it is no list. */
  addAnswer(key: RecordKey, document: unknown): boolean {
    if (Array.isArray(document) && isScalar(document[0])) {
      if (document.every((value) => value === null || isScalar(value))) {
        const builder = this.#builder('prediction')
        for (let index = 0; index < document.length; index++) builder.set(this.#open(key, index), document[index])
        return true
      }
    }
    const rows = answerRows(document)
    if (rows !== undefined) this.#addRows(key, rows, null)
    return rows !== undefined
  }

  #addRows(key: RecordKey, { columns, rows }: BodyRows, names: readonly string[] | null): void {
    const builders = columns === null ? this.#columnsOf(names) : columns.map((name) => this.#builder(name))
    rows.forEach((row, index) => this.#addList(this.#open(key, index), row, builders))
  }

  /** Makes room for a row and answers its place. */
  #open(key: RecordKey, rowIndex: number): number {
    const row = this.rows++
    if (row === this.rowIndexes.length) this.#grow(row * 2)
    this.requestIds.push(key.requestId)
    this.modelVersions.push(key.modelVersion)
    this.rowIndexes[row] = rowIndex
    this.eventTimesMs[row] = key.eventTimeMs
    return row
  }

  #grow(capacity: number): void {
    const rowIndexes = new Int32Array(capacity)
    rowIndexes.set(this.rowIndexes)
    this.rowIndexes = rowIndexes
    const eventTimesMs = new Float64Array(capacity)
    eventTimesMs.set(this.eventTimesMs)
    this.eventTimesMs = eventTimesMs
    for (const builder of this.builders) builder.grow(capacity)
  }

  #addObject(row: number, value: unknown): void {
    if (!isRow(value)) return
    const shape = this.#shape
    const builders = this.#shapeBuilders
    let place = 0
    for (const name in value) {
      if (shape[place] !== name) return this.#addShape(row, value)
      builders[place]?.set(row, value[name])
      place++
    }
  }

  /** A row of another shape than the last one: its keys are looked up, and kept for the next row. */
  #addShape(row: number, value: Row): void {
    const names = Object.keys(value)
    const builders = names.map((name) => this.#builder(name))
    this.#shape = names
    this.#shapeBuilders = builders
    names.forEach((name, place) => {
      // What the last shape had in common was set already.
      if (builders[place]?.kinds[row] === 0) builders[place].set(row, value[name])
    })
  }

  #addList(row: number, values: readonly unknown[], builders: readonly ColumnBuilder[]): void {
    for (let place = 0; place < values.length; place++) {
      const builder = builders[place] ?? this.#builder(`feature_${place}`)
      builder.set(row, values[place])
    }
  }

  /** Columns of rows that name none; kept, since all records of a deployment are given the same names. */
  #columnsOf(names: readonly string[] | null): readonly ColumnBuilder[] {
    if (names === null) return []
    if (this.#unnamed.length !== names.length) this.#unnamed = names.map((name) => this.#builder(name))
    return this.#unnamed
  }

  #builder(name: string): ColumnBuilder {
    let builder = this.#byName.get(name)
    if (builder === undefined) {
      builder = new ColumnBuilder(name, this.rowIndexes.length)
      this.#byName.set(name, builder)
      this.builders.push(builder)
    }
    return builder
  }
}

/** The list of a body in one of the usual forms whose rows stand side by side; undefined where it takes a closer look. */
function plainList(document: unknown): readonly unknown[] | undefined {
  if (Array.isArray(document)) return document
  if (!isRow(document)) return undefined
  for (const key of ['data', 'inputs', 'instances', 'dataframe_records']) {
    const value = document[key]
    if (value === undefined) continue
    const [first] = Array.isArray(value) ? (value as readonly unknown[]) : []
    if (Array.isArray(document['columns']) || (isRow(first) && Array.isArray(first['shape']))) return undefined
    return Array.isArray(value) ? value : undefined
  }
  return undefined
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isScalar(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean'
}
