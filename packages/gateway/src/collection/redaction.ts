import { answerRows, parseAnswer, parseLenientJson, requestRows } from '@modelyard/contract/collection'

/** What a column of the answer is called in the files that are kept, before its own name or its place. */
const outputPrefix = 'prediction'

/** A request and its answer without the columns that are never to be kept; undefined when it cannot be told where they are. */
export function redact(
  request: readonly Buffer[],
  answer: Buffer,
  names: ReadonlySet<string>,
  columns: readonly string[] | null,
): { request: Buffer; answer: Buffer } | undefined {
  try {
    const text = Buffer.concat(request).toString('utf8')
    const rows = requestRows(without(parseLenientJson(text), names), columns)
    if (rows?.columns == null) return undefined
    const kept = [...rows.columns.keys()].filter((index) => !names.has(rows.columns?.[index] ?? ''))
    const split = {
      columns: kept.map((index) => rows.columns?.[index]),
      data: rows.rows.map((row) => kept.map((index) => row[index] ?? null)),
    }
    return { request: asBytes({ dataframe_split: split }, text), answer: ofAnswer(answer, names) }
  } catch {
    return undefined
  }
}

/** Most answers name no such column and stay the bytes they are. */
function ofAnswer(answer: Buffer, names: ReadonlySet<string>): Buffer {
  const text = answer.toString('utf8')
  const isOutputNamed = [...names].some((name) => name.startsWith(outputPrefix))
  // A name may be written with escapes, so only a text without any can be judged unread.
  const named = isOutputNamed || text.includes('\\') || [...names].some((name) => text.includes(name))
  if (!named) return answer
  // What nobody can read has no rows; nothing of it is kept.
  const document = without(parseAnswer(text) ?? null, names)
  return asBytes(isOutputNamed ? withoutOutputs(document, names) : document, text)
}

/** An answer with nothing in the outputs that the files would name so, as `prediction_score` or `prediction_1`. */
function withoutOutputs(document: unknown, names: ReadonlySet<string>): unknown {
  const { columns, rows } = answerRows(document) ?? {}
  if (columns == null || rows === undefined || !columns.some((column) => names.has(column))) return document
  const cells = rows.map((row) => columns.map((column, place) => (names.has(column) ? null : row[place])))
  if (columns.length === 1) return cells
  const outputs = columns.map((column) => column.slice(outputPrefix.length + 1))
  return cells.map((row) => Object.fromEntries(row.map((cell, place) => [outputs[place], cell])))
}

/** A document without the keys, and without the tensors, of these names, however deep. */
function without(value: unknown, names: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.filter((item) => !isNamed(item, names)).map((item) => without(item, names))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !names.has(key))
      .map(([key, item]) => [key, without(item, names)]),
  )
}

function isNamed(item: unknown, names: ReadonlySet<string>): boolean {
  if (typeof item !== 'object' || item === null || !('name' in item && 'shape' in item && 'data' in item)) return false
  return typeof item.name === 'string' && names.has(item.name)
}

/** As it was read: what was infinite in the text is written as a number that is read as infinite, where JSON would have null. */
function asBytes(document: unknown, text: string): Buffer {
  if (!text.includes('Infinity')) return Buffer.from(JSON.stringify(document))
  const marked = JSON.stringify(document, (_key, value: unknown) =>
    value === Infinity ? '\u0000+' : value === -Infinity ? '\u0000-' : value,
  )
  return Buffer.from(marked.replaceAll('"\\u0000+"', '1e999').replaceAll('"\\u0000-"', '-1e999'))
}
