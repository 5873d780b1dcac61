import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely'
import type { BoundCondition, BoundOrder } from './search-fields.ts'

/** Where a search finds what its conditions name. Column and table names are ours, never a client's. */
export interface SearchSource {
  /** The column that the side tables refer to, such as `run.id`. */
  readonly id: string
  /** The column of the side tables that refers to it. */
  readonly reference: string
  readonly metricTable?: string
  readonly parameterTable?: string
  readonly tagTable: string
  readonly inputTable?: string
  /** Attributes that are not plain columns. */
  readonly expressions: Readonly<Record<string, RawBuilder<unknown>>>
  /** Attributes whose text is compared without regard to case. */
  readonly caseless?: readonly string[]
}

type Value = BoundCondition['value']

/** One condition as SQL. */
export function conditionSql(condition: BoundCondition, source: SearchSource): Expression<SqlBool> {
  if (condition.kind === 'attribute') return attributeSql(condition, source)
  if (condition.kind === 'metric') return metricSql(condition, source)
  if (condition.kind === 'dataset')
    return exists(
      source,
      source.inputTable,
      compareSql(sql.ref(`side.${condition.name}`), condition.comparator, condition.value),
    )
  const table = condition.kind === 'parameter' ? source.parameterTable : source.tagTable
  const named = sql<SqlBool>`side.name = ${condition.name}`
  if (condition.comparator === 'IS NULL') return sql<SqlBool>`not ${exists(source, table, named)}`
  if (condition.comparator === 'IS NOT NULL') return exists(source, table, named)
  const value = compareSql(sql.ref('side.value'), condition.comparator, condition.value)
  return exists(source, table, sql<SqlBool>`${named} and ${value}`)
}

function attributeSql(condition: BoundCondition, source: SearchSource): Expression<SqlBool> {
  const column = attributeExpression(condition.name, source)
  if (!(source.caseless ?? []).includes(condition.name))
    return compareSql(column, condition.comparator, condition.value)
  const value = condition.value
  const upper: Value =
    typeof value === 'string'
      ? value.toUpperCase()
      : Array.isArray(value)
        ? value.map((each: string) => each.toUpperCase())
        : value
  return compareSql(sql`upper(${column})`, condition.comparator, upper)
}

function attributeExpression(name: string, source: SearchSource): RawBuilder<unknown> {
  return Object.hasOwn(source.expressions, name)
    ? (source.expressions[name] ?? sql.ref(name))
    : sql.ref(`${source.id.split('.')[0] ?? ''}.${name}`)
}

/** NaN differs from every number and is neither greater nor less. */
function metricSql(condition: BoundCondition, source: SearchSource): Expression<SqlBool> {
  const value = compareSql(sql.ref('side.value'), condition.comparator, condition.value)
  const compared =
    condition.comparator === '!='
      ? sql<SqlBool>`(side.is_nan = 1 or ${value})`
      : sql<SqlBool>`(side.is_nan = 0 and ${value})`
  return exists(source, source.metricTable, sql<SqlBool>`side.name = ${condition.name} and ${compared}`)
}

function exists(source: SearchSource, table: string | undefined, condition: Expression<SqlBool>): Expression<SqlBool> {
  if (table === undefined) throw new Error('this search has no such table')
  return sql<SqlBool>`exists (select 1 from ${sql.table(table)} as side where ${sql.ref(`side.${source.reference}`)} = ${sql.ref(source.id)} and ${condition})`
}

function compareSql(
  left: RawBuilder<unknown>,
  comparator: BoundCondition['comparator'],
  value: Value,
): Expression<SqlBool> {
  switch (comparator) {
    case '=':
      return sql`${left} = ${value}`
    case '!=':
      return sql`${left} <> ${value}`
    case '>':
      return sql`${left} > ${value}`
    case '>=':
      return sql`${left} >= ${value}`
    case '<':
      return sql`${left} < ${value}`
    case '<=':
      return sql`${left} <= ${value}`
    case 'LIKE':
      return sql`${left} like ${value}`
    case 'ILIKE':
      return sql`lower(${left}) like ${String(value).toLowerCase()}`
    case 'IN':
      return sql`${left} in (${sql.join(value as readonly string[])})`
    case 'NOT IN':
      return sql`${left} not in (${sql.join(value as readonly string[])})`
    case 'IS NULL':
      return sql`${left} is null`
    case 'IS NOT NULL':
      return sql`${left} is not null`
    default:
      return comparator satisfies never
  }
}

/** One key of an order. `rank` puts what has no value last and NaN before it, whichever way the values go. */
interface SortKey {
  readonly expression: RawBuilder<unknown>
  readonly descending: boolean
}

/** An order's keys, each as rank and value, as expressions over the searched table. */
export function sortKeys(order: readonly BoundOrder[], source: SearchSource): SortKey[] {
  return order.flatMap((key) => {
    const [rank, value] = sortExpressions(key, source)
    return [
      { expression: rank, descending: false },
      { expression: value, descending: key.descending },
    ]
  })
}

function sortExpressions(
  key: BoundOrder,
  source: SearchSource,
): [rank: RawBuilder<unknown>, value: RawBuilder<unknown>] {
  if (key.kind === 'attribute') {
    const column = attributeExpression(key.name, source)
    const none = key.type === 'number' ? sql`0` : sql`''`
    return [sql`case when ${column} is null then 2 else 0 end`, sql`coalesce(${column}, ${none})`]
  }
  const table =
    key.kind === 'metric' ? source.metricTable : key.kind === 'parameter' ? source.parameterTable : source.tagTable
  if (table === undefined) throw new Error('this search has no such table')
  const side = (column: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`(select ${column} from ${sql.table(table)} as side where ${sql.ref(`side.${source.reference}`)} = ${sql.ref(source.id)} and side.name = ${key.name} limit 1)`
  if (key.kind === 'metric')
    return [sql`coalesce(${side(sql`side.is_nan`)}, 2)`, sql`coalesce(${side(sql`side.value`)}, 0)`]
  return [sql`coalesce(${side(sql`0`)}, 2)`, sql`coalesce(${side(sql`side.value`)}, '')`]
}

/** What comes after a row with these key values in an order. */
export function afterSql(
  keys: readonly { column: string; descending: boolean }[],
  values: readonly unknown[],
): Expression<SqlBool> {
  const alternatives = keys.map((key, index) => {
    const same = keys
      .slice(0, index)
      .map((before, position) => sql<SqlBool>`${sql.ref(before.column)} = ${values[position]}`)
    const further = key.descending
      ? sql<SqlBool>`${sql.ref(key.column)} < ${values[index]}`
      : sql<SqlBool>`${sql.ref(key.column)} > ${values[index]}`
    return sql`(${sql.join([...same, further], sql` and `)})`
  })
  return sql<SqlBool>`(${sql.join(alternatives, sql` or `)})`
}

/** A key value as a cursor carries it: JSON has no infinities. */
export function toCursorValue(value: unknown): string | number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : value > 0 ? '\u0000+' : '\u0000-'
  return typeof value === 'string' ? value : null
}

export function fromCursorValue(value: string | number | null): string | number | null {
  if (value === '\u0000+') return Number.POSITIVE_INFINITY
  return value === '\u0000-' ? Number.NEGATIVE_INFINITY : value
}
