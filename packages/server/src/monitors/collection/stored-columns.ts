import { CellKind, type ColumnBuilder } from './column-builder.ts'
import { joinNames, storedName, type CollectionSchema, type ColumnType } from './column-types.ts'
import { isWorthDictionary, type StoredColumn } from './parquet-encoding.ts'
import { asWords } from './parquet-file.ts'
import type { RowGatherer } from './row-gatherer.ts'

/** Which gathered rows a file gets, in its order; null: all of them. */
export type RowChoice = Int32Array | null

/** The columns of some gathered rows as a file of this schema has them. */
export function storedColumns(
  gatherer: RowGatherer,
  schema: CollectionSchema,
  choice: RowChoice,
  hasVersion: boolean,
): StoredColumn[] {
  const rows = choice?.length ?? gatherer.rows
  const builders = new Map(gatherer.builders.map((builder) => [builder.name, builder]))
  const errors = new Map<number, string[]>()
  const features = schema.columns.map(({ name, type }): StoredColumn => {
    const builder = builders.get(name)
    const stored = { name: storedName(name), type }
    if (builder === undefined) return { ...stored, ...nothing(rows, type) }
    if (misfits(builder, type) > 0) noteErrors(builder, type, { rows, choice }, errors)
    return { ...stored, ...cellsOf(builder, type, rows, choice) }
  })
  const columns: StoredColumn[] = [
    { name: 'request_id', type: 'text', values: pick(gatherer.requestIds, choice), present: null, required: true },
    {
      name: 'row_index',
      type: 'int32',
      values: pickNumbers(gatherer.rowIndexes, rows, choice),
      present: null,
      required: true,
    },
    {
      name: 'event_time',
      type: 'timestamp',
      values: wholeNumbers(pickNumbers(gatherer.eventTimesMs, rows, choice)),
      present: null,
      required: true,
    },
    ...features,
  ]
  if (hasVersion) columns.push(textColumn('model_version', pick(gatherer.modelVersions, choice)))
  columns.push(
    errors.size === 0
      ? { name: 'type_errors', type: 'text', ...nothing(rows, 'text') }
      : textColumn(
          'type_errors',
          Array.from({ length: rows }, (_unused, row) => joinNames(errors.get(row) ?? [])),
        ),
  )
  return columns
}

/** A column of texts in which an empty one stands for a missing one. */
function textColumn(name: string, texts: readonly string[]): StoredColumn {
  const present = Uint8Array.from(texts, (text) => (text === '' ? 0 : 1))
  return asWords({ name, type: 'text', values: texts, present }, texts)
}

function pick(values: readonly string[], choice: RowChoice): readonly string[] {
  return choice === null ? values : Array.from(choice, (row) => values[row] ?? '')
}

function pickNumbers<Numbers extends Int32Array | Float64Array>(
  values: Numbers,
  rows: number,
  choice: RowChoice,
): Numbers {
  if (choice === null) return values.subarray(0, rows) as Numbers
  const picked = values.slice(0, rows) as Numbers
  for (let index = 0; index < rows; index++) picked[index] = values[choice[index] ?? 0] ?? 0
  return picked
}

function nothing(rows: number, type: ColumnType): Pick<StoredColumn, 'values' | 'present' | 'words'> {
  const present = new Uint8Array(rows)
  if (type === 'text') return { values: new Int32Array(rows), words: [''], present }
  if (type === 'boolean') return { values: present, present }
  return { values: type === 'int64' ? new BigInt64Array(rows) : new Float64Array(rows), present }
}

/** How many of all gathered values the type cannot hold. */
function misfits(builder: ColumnBuilder, type: ColumnType): number {
  const all = builder.numbers + builder.texts + builder.booleans
  if (type === 'text') return all - builder.texts
  if (type === 'boolean') return all - builder.booleans
  return type === 'unknown' ? all : all - builder.numbers
}

function kindOf(type: ColumnType): number {
  if (type === 'text') return CellKind.text
  return type === 'boolean' ? CellKind.boolean : CellKind.number
}

function noteErrors(
  builder: ColumnBuilder,
  type: ColumnType,
  { rows, choice }: { rows: number; choice: RowChoice },
  errors: Map<number, string[]>,
): void {
  const wanted = kindOf(type)
  for (let place = 0; place < rows; place++) {
    const kind = builder.kinds[choice === null ? place : (choice[place] ?? 0)]
    if (kind === CellKind.missing || kind === wanted) continue
    const names = errors.get(place)
    if (names === undefined) errors.set(place, [builder.name])
    else names.push(builder.name)
  }
}

function cellsOf(
  builder: ColumnBuilder,
  type: ColumnType,
  rows: number,
  choice: RowChoice,
): Pick<StoredColumn, 'values' | 'present' | 'words'> {
  const { cells, kinds, words } = builder
  const wanted = kindOf(type)
  const numbers = new Float64Array(rows)
  let present: Uint8Array | null = null
  for (let place = 0; place < rows; place++) {
    const row = choice === null ? place : (choice[place] ?? 0)
    if (kinds[row] === wanted) numbers[place] = cells[row] ?? 0
    else {
      present ??= new Uint8Array(rows).fill(1)
      present[place] = 0
    }
  }
  if (type === 'int64') return { values: wholeNumbers(numbers), present }
  if (type === 'boolean') return { values: Uint8Array.from(numbers), present }
  if (type !== 'text') return { values: numbers, present }
  return isWorthDictionary(words.length, rows)
    ? { values: Int32Array.from(numbers), words, present }
    : { values: Array.from(numbers, (place) => words[place] ?? ''), present }
}

const wordSize = 2 ** 32

/** Safe integers as 64-bit ones, without a big integer for each. */
export function wholeNumbers(numbers: Float64Array): BigInt64Array {
  const whole = new BigInt64Array(numbers.length)
  const halves = new Int32Array(whole.buffer)
  for (let index = 0; index < numbers.length; index++) {
    const value = numbers[index] ?? 0
    const high = Math.floor(value / wordSize)
    halves[index * 2] = (value - high * wordSize) | 0
    halves[index * 2 + 1] = high
  }
  return whole
}
