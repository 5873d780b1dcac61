import type { Comparator, Condition, FieldName, OrderKey } from './search-grammar.ts'
import { refuse } from './search-tokens.ts'

type FieldKind = 'metric' | 'parameter' | 'tag' | 'dataset' | 'attribute'

/** What a search may name. `column` of an attribute is what the store knows it by. */
export interface SearchFields {
  readonly kinds: readonly FieldKind[]
  readonly attributes: Readonly<Record<string, { readonly column: string; readonly type: 'text' | 'number' }>>
}

/** A condition with its meaning checked. */
export interface BoundCondition {
  readonly kind: FieldKind
  /** The metric's, parameter's or tag's name, or the column. */
  readonly name: string
  readonly comparator: Comparator
  readonly value: string | number | readonly string[] | null
}

export interface BoundOrder {
  readonly kind: FieldKind
  readonly name: string
  readonly type: 'text' | 'number'
  readonly descending: boolean
}

const entities = new Map<string, FieldKind>([
  ...pairs('metric', ['metric', 'metrics']),
  ...pairs('parameter', ['param', 'params', 'parameter', 'parameters']),
  ...pairs('tag', ['tag', 'tags']),
  ...pairs('dataset', ['dataset', 'datasets']),
  ...pairs('attribute', ['attribute', 'attributes', 'attr', 'run']),
])
const numeric: readonly Comparator[] = ['=', '!=', '>', '>=', '<', '<=']
const textual: readonly Comparator[] = ['=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN']
const nullable: readonly Comparator[] = [...textual, 'IS NULL', 'IS NOT NULL']
const datasetKeys = ['name', 'digest', 'context']

function pairs(kind: FieldKind, names: readonly string[]): [string, FieldKind][] {
  return names.map((name) => [name, kind])
}

export function bindFilter(conditions: readonly Condition[], fields: SearchFields, path = 'filter'): BoundCondition[] {
  return conditions.map((condition) => {
    const { kind, name, type } = bindField(condition.field, fields, path)
    const allowed = type === 'number' ? numeric : kind === 'tag' || kind === 'parameter' ? nullable : textual
    if (!allowed.includes(condition.comparator))
      throw refuse(
        path,
        condition.field.at,
        `'${condition.comparator}' does not compare ${kind} '${condition.field.key}'; use one of ${allowed.join(' ')}`,
      )
    if (type === 'number' && typeof condition.value !== 'number')
      throw refuse(path, condition.at, `'${condition.field.key}' is compared with a number, without quotes`)
    if (type === 'text' && typeof condition.value === 'number')
      throw refuse(path, condition.at, `'${condition.field.key}' is compared with a string in quotes`)
    return { kind, name, comparator: condition.comparator, value: condition.value }
  })
}

export function bindOrder(keys: readonly OrderKey[], fields: SearchFields, path = 'orderBy'): BoundOrder[] {
  const bound = keys.map((key) => {
    const { kind, name, type } = bindField(key.field, fields, path)
    if (kind === 'dataset') throw refuse(path, key.field.at, 'data sets cannot be ordered by')
    return { kind, name, type, descending: key.descending, at: key.field.at }
  })
  for (const [index, key] of bound.entries())
    if (bound.findIndex((other) => other.kind === key.kind && other.name === key.name) !== index)
      throw refuse(path, key.at, `'${key.name}' is ordered by twice`)
  return bound.map(({ kind, name, type, descending }) => ({ kind, name, type, descending }))
}

function bindField(
  field: FieldName,
  fields: SearchFields,
  path: string,
): { kind: FieldKind; name: string; type: 'text' | 'number' } {
  const kind = field.entity === undefined ? 'attribute' : entities.get(field.entity.toLowerCase())
  if (kind === undefined || !fields.kinds.includes(kind))
    throw refuse(path, field.at, `'${(field.entity ?? field.key).slice(0, 50)}' is not something to search by here`)
  if (kind === 'metric') return { kind, name: field.key, type: 'number' }
  if (kind === 'dataset' && !datasetKeys.includes(field.key))
    throw refuse(path, field.at, `a data set has ${datasetKeys.join(', ')}, not '${field.key.slice(0, 50)}'`)
  if (kind !== 'attribute') return { kind, name: field.key, type: 'text' }
  const attribute = Object.hasOwn(fields.attributes, field.key) ? fields.attributes[field.key] : undefined
  if (attribute === undefined)
    throw refuse(
      path,
      field.at,
      `there is no attribute '${field.key.slice(0, 50)}'; there are ${Object.keys(fields.attributes).join(', ')}`,
    )
  return { kind, name: attribute.column, type: attribute.type }
}
