import {
  bindFilter,
  bindOrder,
  parseFilter,
  parseOrder,
  type BoundCondition,
  type BoundOrder,
  type SearchFields,
} from '../experiments/index.ts'
import type { ModelTable, ModelVersionTable } from '../models/index.ts'
import { decodeCursor, encodeCursor } from '../platform/index.ts'
import { readTags } from './registry-entities.ts'

const modelFields: SearchFields = {
  kinds: ['tag', 'attribute'],
  attributes: {
    name: { column: 'name', type: 'text' },
    timestamp: { column: 'updated_at', type: 'number' },
    last_updated_timestamp: { column: 'updated_at', type: 'number' },
    creation_timestamp: { column: 'created_at', type: 'number' },
  },
}
const versionFields: SearchFields = {
  kinds: ['tag', 'attribute'],
  attributes: {
    name: { column: 'model', type: 'text' },
    version_number: { column: 'version', type: 'number' },
    run_id: { column: 'run_id', type: 'text' },
    source_path: { column: 'source', type: 'text' },
    timestamp: { column: 'updated_at', type: 'number' },
    last_updated_timestamp: { column: 'updated_at', type: 'number' },
    creation_timestamp: { column: 'created_at', type: 'number' },
  },
}

/** Prompts are kept as models with this tag, and stay out of searches that do not ask for them. */
const promptTag = 'mlflow.prompt.is_prompt'

interface Query {
  readonly filter: string
  readonly order: readonly string[]
  readonly limit: number
  readonly pageToken: string | undefined
}

interface Page<Row> {
  readonly rows: Row[]
  readonly nextPageToken?: string
}

type Row = ModelTable | ModelVersionTable

export function searchModels(rows: readonly ModelTable[], query: Query): Page<ModelTable> {
  return search(rows, query, modelFields, [{ kind: 'attribute', name: 'name', type: 'text', descending: false }])
}

export function searchVersions(rows: readonly ModelVersionTable[], query: Query): Page<ModelVersionTable> {
  return search(rows, query, versionFields, [
    { kind: 'attribute', name: 'updated_at', type: 'number', descending: true },
    { kind: 'attribute', name: 'model', type: 'text', descending: false },
    { kind: 'attribute', name: 'version', type: 'number', descending: true },
  ])
}

/** A registry is small beside the runs: it is searched in memory. */
function search<Each extends Row>(
  rows: readonly Each[],
  query: Query,
  fields: SearchFields,
  usualOrder: readonly BoundOrder[],
): Page<Each> {
  const conditions = bindFilter(parseFilter(query.filter), fields)
  const order = [...bindOrder(parseOrder(query.order, 'order_by'), fields, 'order_by'), ...usualOrder]
  const prompts = conditions.some((condition) => condition.kind === 'tag' && condition.name === promptTag)
  const found = rows
    .filter((row) => prompts || readTags(row.tags)[promptTag] !== 'true')
    .filter((row) => conditions.every((condition) => holds(condition, valueOf(row, condition))))
    .sort((a, b) => compareBy(order, a, b))
  const start = Number(decodeCursor(query.pageToken, 1)?.[0] ?? 0)
  const end = start + query.limit
  return {
    rows: found.slice(start, end),
    ...(end < found.length ? { nextPageToken: encodeCursor([end]) } : {}),
  }
}

function valueOf(row: Row, field: { kind: BoundCondition['kind']; name: string }): string | number | undefined {
  if (field.kind === 'tag') {
    const tags = readTags(row.tags)
    if (Object.hasOwn(tags, field.name)) return tags[field.name]
    // Clients leave prompts out by `!= 'true'`, which must hold where nothing is said.
    return field.name === promptTag ? 'false' : undefined
  }
  const value = (row as unknown as Record<string, unknown>)[field.name]
  return typeof value === 'string' || typeof value === 'number' ? value : undefined
}

/** What has no value holds no condition but `IS NULL`. */
function holds({ comparator, value }: BoundCondition, actual: string | number | undefined): boolean {
  if (comparator === 'IS NULL') return actual === undefined
  if (actual === undefined) return false
  const wanted = value as string | number
  switch (comparator) {
    case 'IS NOT NULL':
      return true
    case '=':
      return actual === wanted
    case '!=':
      return actual !== wanted
    case '>':
      return actual > wanted
    case '>=':
      return actual >= wanted
    case '<':
      return actual < wanted
    case '<=':
      return actual <= wanted
    case 'LIKE':
      return isLike(String(actual), String(wanted))
    case 'ILIKE':
      return isLike(String(actual).toLowerCase(), String(wanted).toLowerCase())
    case 'IN':
      return (value as readonly string[]).includes(String(actual))
    case 'NOT IN':
      return !(value as readonly string[]).includes(String(actual))
    default:
      return comparator satisfies never
  }
}

/** SQL's LIKE, in steps that no pattern can make long: `%` is tried from its last place on only. */
function isLike(text: string, pattern: string): boolean {
  let at = 0
  let inPattern = 0
  let percent = -1
  let resume = 0
  while (at < text.length) {
    const wanted = pattern.charAt(inPattern)
    if (wanted === '%') {
      percent = inPattern++
      resume = at
    } else if (inPattern < pattern.length && (wanted === '_' || wanted === text.charAt(at))) {
      inPattern++
      at++
    } else if (percent === -1) return false
    else {
      inPattern = percent + 1
      at = ++resume
    }
  }
  while (pattern.charAt(inPattern) === '%') inPattern++
  return inPattern === pattern.length
}

function compareBy(order: readonly BoundOrder[], a: Row, b: Row): number {
  for (const key of order) {
    const left = valueOf(a, key)
    const right = valueOf(b, key)
    if (left === right) continue
    if (left === undefined) return 1
    if (right === undefined) return -1
    return (left < right ? -1 : 1) * (key.descending ? -1 : 1)
  }
  return 0
}
