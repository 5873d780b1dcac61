import { requestRows } from '@modelyard/contract/collection'

/** A request and its answer without the columns that are never to be kept; undefined when it cannot be told where they are. */
export function redact(
  request: readonly Buffer[],
  answer: Buffer,
  names: ReadonlySet<string>,
  columns: readonly string[] | null,
): { request: Buffer; answer: Buffer } | undefined {
  try {
    const rows = requestRows(without(JSON.parse(Buffer.concat(request).toString('utf8')), names), columns)
    if (rows?.columns == null) return undefined
    const kept = [...rows.columns.keys()].filter((index) => !names.has(rows.columns?.[index] ?? ''))
    const split = {
      columns: kept.map((index) => rows.columns?.[index]),
      data: rows.rows.map((row) => kept.map((index) => row[index] ?? null)),
    }
    return { request: Buffer.from(JSON.stringify({ dataframe_split: split })), answer: ofAnswer(answer, names) }
  } catch {
    return undefined
  }
}

/** Most answers name no such column and stay the bytes they are. */
function ofAnswer(answer: Buffer, names: ReadonlySet<string>): Buffer {
  const text = answer.toString('utf8')
  // A name may be written with escapes, so only a text without any can be judged unread.
  const named = text.includes('\\') || [...names].some((name) => text.includes(name))
  return named ? Buffer.from(JSON.stringify(without(JSON.parse(text), names))) : answer
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
