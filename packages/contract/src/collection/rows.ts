/** A value of a row as JSON has it; what is no scalar is kept as its JSON text. */
export type Cell = string | number | boolean | null

/** The rows of a body. `columns` is null when neither the body nor the caller names them. */
export interface BodyRows {
  readonly columns: readonly string[] | null
  readonly rows: readonly (readonly unknown[])[]
}

/**
 * The rows of a request's body in any of its forms: `{"data": …}`, `{"inputs": …}`, `{"instances": …}`, `{"dataframe_records": …}`,
 * `{"input_data": {columns, data}}`, `{"dataframe_split": {columns, data}}`, or a list. Rows are lists, which a `columns` beside them names, or objects
 * whose keys name the columns.
 * Undefined when the body is none of them.
 *
 * @param document the parsed body
 * @param names names of the columns of a body that names none, e.g. of the model's signature
 */
export function requestRows(document: unknown, names: readonly string[] | null): BodyRows | undefined {
  if (Array.isArray(document)) return ofList(document, names)
  if (!isObject(document)) return undefined
  for (const key of ['data', 'inputs', 'instances', 'dataframe_records']) {
    const value = document[key]
    if (value === undefined) continue
    const columns = document['columns']
    const named = Array.isArray(columns) ? columns.map(String) : names
    if (Array.isArray(value)) return isTensors(value) ? ofTensors(value, named) : ofList(value, named)
    return isObject(value) ? ofColumns(value) : undefined
  }
  for (const key of ['input_data', 'dataframe_split']) {
    const value = document[key]
    if (Array.isArray(value)) return ofList(value, names)
    if (isObject(value) && Array.isArray(value['data'])) {
      const columns = value['columns']
      return ofList(value['data'], Array.isArray(columns) ? columns.map(String) : names)
    }
  }
  return undefined
}

/**
 * The rows of an answer: the list itself, or the one under `predictions`, `outputs` or `result`. One output is the column `prediction`; several are
 * `prediction_<name>`, or `prediction_<n>` from 0 where the answer does not name them. Undefined when the answer is no list.
 */
export function answerRows(document: unknown): BodyRows | undefined {
  const list = listOf(document)
  if (list === undefined) return undefined
  if (isTensors(list)) {
    const [only, ...others] = list
    const rows = ofTensors(list, null)
    if (rows === undefined) return undefined
    return others.length === 0 && only !== undefined && rows.columns?.length === 1
      ? { columns: ['prediction'], rows: rows.rows }
      : { columns: (rows.columns ?? []).map((name) => `prediction_${name}`), rows: rows.rows }
  }
  const first = list.find((row) => row !== null)
  if (Array.isArray(first)) {
    const width = list.reduce((most: number, row) => Math.max(most, Array.isArray(row) ? row.length : 0), 0)
    const columns =
      width === 1 ? ['prediction'] : Array.from({ length: width }, (_unused, index) => `prediction_${index}`)
    return { columns, rows: list.map((row) => (Array.isArray(row) ? row : [])) }
  }
  if (isObject(first)) {
    const { columns, rows } = ofObjects(list as Readonly<Record<string, unknown>>[])
    return {
      columns: (columns ?? []).map((name) => (columns?.length === 1 ? 'prediction' : `prediction_${name}`)),
      rows,
    }
  }
  return { columns: ['prediction'], rows: list.map((value) => [value]) }
}

function listOf(document: unknown): readonly unknown[] | undefined {
  if (Array.isArray(document)) return document
  if (!isObject(document)) return undefined
  for (const key of ['predictions', 'outputs', 'result']) {
    const value = document[key]
    if (Array.isArray(value)) return value
  }
  return undefined
}

/** What a row keeps of a value: scalars as they are, anything else as JSON text. */
export function toCell(value: unknown): Cell {
  if (value === undefined || value === null) return null
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value
  return JSON.stringify(value)
}

function ofList(list: readonly unknown[], names: readonly string[] | null): BodyRows | undefined {
  const [first] = list
  if (isObject(first)) return ofObjects(list as Readonly<Record<string, unknown>>[])
  if (Array.isArray(first)) return { columns: names, rows: list.map((row) => (Array.isArray(row) ? row : [row])) }
  return { columns: names, rows: list.map((value) => [value]) }
}

/** Columns are those of all rows, in the order in which they come. */
function ofObjects(list: readonly Readonly<Record<string, unknown>>[]): BodyRows {
  const columns = new Set<string>()
  for (const row of list) for (const name in row) columns.add(name)
  const names = [...columns]
  return { columns: names, rows: list.map((row) => names.map((name) => (isObject(row) ? row[name] : undefined))) }
}

function ofColumns(value: Readonly<Record<string, unknown>>): BodyRows {
  const columns = Object.keys(value)
  const lists = columns.map((name) => {
    const cells = value[name]
    return Array.isArray(cells) ? (cells as unknown[]) : [cells]
  })
  const length = lists.reduce((most, cells) => Math.max(most, cells.length), 0)
  return { columns, rows: Array.from({ length }, (_unused, row) => lists.map((cells) => cells[row])) }
}

interface Tensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: readonly unknown[]
}

function isTensors(list: readonly unknown[]): list is readonly Tensor[] {
  const [first] = list
  return isObject(first) && Array.isArray(first['shape']) && Array.isArray(first['data'])
}

function ofTensors(tensors: readonly Tensor[], names: readonly string[] | null): BodyRows | undefined {
  const [first] = tensors
  if (first === undefined) return undefined
  if (tensors.length === 1 && first.shape.length === 2) {
    const [claimed = 0, width = 0] = first.shape
    const flat = first.data.flat(Infinity)
    // What the shape says is bounded by what is there.
    const count = width > 0 ? Math.min(claimed, Math.ceil(flat.length / width)) : 0
    const columns = names ?? (width === 1 ? [first.name] : null)
    return {
      columns,
      rows: Array.from({ length: count }, (_unused, row) => flat.slice(row * width, (row + 1) * width)),
    }
  }
  return ofColumns(Object.fromEntries(tensors.map((tensor) => [tensor.name, tensor.data.flat(Infinity)])))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
