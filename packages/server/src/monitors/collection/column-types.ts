import type { SignatureColumn } from './doors.ts'

/** What a stored column holds; `unknown` until its first value comes (stored as an empty double). */
export type ColumnType = 'int64' | 'double' | 'text' | 'boolean' | 'unknown'

/**
 * Columns that every row has, and the names that partitions take: a feature of that name is stored under another, in whatever case, since to DuckDB
 * `Hour` is the partition `hour`. A column without a name gets one from some readers.
 */
const takenNames: ReadonlySet<string> = new Set([
  '',
  'request_id',
  'row_index',
  'event_time',
  'type_errors',
  'model_version',
  'year',
  'month',
  'day',
  'hour',
])

const prefix = 'feature_'

/** The name in the file of a feature. Its own, unless readers would take it for something else; no two features share one. */
export function storedName(feature: string): string {
  let bare = feature
  while (bare.startsWith(prefix)) bare = bare.slice(prefix.length)
  return takenNames.has(bare.toLowerCase()) ? `${prefix}${feature}` : feature
}

/** The type that a model's signature gives a column; undefined for types that it leaves open. */
export function typeOfSignature(type: string): ColumnType | undefined {
  switch (type.toLowerCase()) {
    case 'long':
    case 'integer':
    case 'int':
    case 'int32':
    case 'int64':
      return 'int64'
    case 'double':
    case 'float':
    case 'float32':
    case 'float64':
      return 'double'
    case 'string':
    case 'datetime':
      return 'text'
    case 'boolean':
    case 'bool':
      return 'boolean'
    default:
      return undefined
  }
}

/** One collection's columns, in the order in which they came. `version` grows with every change. */
export interface CollectionSchema {
  readonly version: number
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[]
}

export const emptySchema: CollectionSchema = { version: 0, columns: [] }
/** More columns than that are not kept: each new one is added to every older file. */
export const mostColumns = 2000

/** How many values of each kind a column got. */
export interface SeenValues {
  readonly name: string
  readonly numbers: number
  readonly texts: number
  readonly booleans: number
  /** Whether one of the numbers is no whole one that 64 bits hold exactly. */
  readonly fractions: boolean
}

/**
 * The schema after these values: new columns are added, a column without a type gets that of most values, and whole numbers become doubles when a
 * fraction comes. Nothing else changes a type: what does not fit is an error of its row.
 */
export function evolvedSchema(
  schema: CollectionSchema,
  signature: readonly SignatureColumn[] | null,
  seen: readonly SeenValues[],
): CollectionSchema {
  const types = new Map(schema.columns.map((column) => [column.name, column.type]))
  let changed = false
  const set = (name: string, type: ColumnType): void => {
    if (types.get(name) === type || (!types.has(name) && types.size >= mostColumns)) return
    types.set(name, type)
    changed = true
  }
  if (schema.version === 0) for (const { name, type } of signature ?? []) set(name, typeOfSignature(type) ?? 'unknown')
  for (const values of seen) {
    const type = types.get(values.name)
    if (type === undefined || type === 'unknown') set(values.name, typeOfValues(values))
    else if (type === 'int64' && values.fractions) set(values.name, 'double')
  }
  return changed
    ? { version: schema.version + 1, columns: Array.from(types, ([name, type]) => ({ name, type })) }
    : schema
}

function typeOfValues({ numbers, texts, booleans, fractions }: SeenValues): ColumnType {
  if (numbers === 0 && texts === 0 && booleans === 0) return 'unknown'
  if (texts > numbers && texts >= booleans) return 'text'
  if (booleans > numbers) return 'boolean'
  return fractions ? 'double' : 'int64'
}

/** Names in the column `type_errors`: between commas, those that hold a comma or a quote as JSON. */
export function joinNames(names: readonly string[]): string {
  return names.map((name) => (/[",]/.test(name) ? JSON.stringify(name) : name)).join(',')
}

/** The names that {@link joinNames} wrote. */
export function splitNames(text: string): string[] {
  if (!text.includes('"')) return text.split(',')
  const parts = text.match(/"(?:[^"\\]|\\.)*"|[^,"]+/g) ?? []
  return parts.map((part) => (part.startsWith('"') ? (JSON.parse(part) as string) : part))
}
