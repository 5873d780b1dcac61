import { refuse, tokenize, type Token } from './search-tokens.ts'

export type Comparator =
  | '='
  | '!='
  | '>'
  | '>='
  | '<'
  | '<='
  | 'LIKE'
  | 'ILIKE'
  | 'IN'
  | 'NOT IN'
  | 'IS NULL'
  | 'IS NOT NULL'

/** What is compared: `entity.key`, or a bare key. */
export interface FieldName {
  readonly entity: string | undefined
  readonly key: string
  readonly at: number
}

/** One condition of a filter; all of them must hold. */
export interface Condition {
  readonly field: FieldName
  readonly comparator: Comparator
  readonly value: string | number | readonly string[] | null
  /** Where the value stands. */
  readonly at: number
}

/** One key of an order. */
export interface OrderKey {
  readonly field: FieldName
  readonly descending: boolean
}

const mostConditions = 100

/** MLflow's search grammar: conditions joined by AND; names with special characters in backticks or double quotes. */
export function parseFilter(text: string, path = 'filter'): Condition[] {
  const reader = new Reader(path, text)
  const conditions: Condition[] = []
  if (reader.peek().kind === 'end') return conditions
  for (;;) {
    conditions.push(readCondition(reader))
    if (conditions.length > mostConditions)
      throw refuse(path, reader.peek().at, `more than ${mostConditions} conditions are not taken`)
    const next = reader.next()
    if (next.kind === 'end') return conditions
    if (!isWord(next, 'AND'))
      throw refuse(
        path,
        next.at,
        isWord(next, 'OR')
          ? 'OR is not supported here; conditions are joined by AND'
          : `expected AND or the end, found '${shown(next)}'`,
      )
  }
}

/** Keys of an order: `metrics.rmse DESC, start_time`. */
export function parseOrder(texts: readonly string[], path = 'orderBy'): OrderKey[] {
  const keys: OrderKey[] = []
  for (const text of texts) {
    const reader = new Reader(path, text)
    for (;;) {
      const field = readField(reader)
      let descending = false
      if (isWord(reader.peek(), 'DESC') || isWord(reader.peek(), 'ASC')) descending = isWord(reader.next(), 'DESC')
      const same = keys.find((key) => key.field.entity === field.entity && key.field.key === field.key)
      if (same !== undefined) throw refuse(path, field.at, `'${field.key}' is ordered by twice`)
      keys.push({ field, descending })
      if (keys.length > 20) throw refuse(path, field.at, 'more than 20 keys are not taken')
      const next = reader.next()
      if (next.kind === 'end') break
      if (next.text !== ',' || next.kind !== 'punctuation')
        throw refuse(path, next.at, `expected ASC, DESC or the end, found '${shown(next)}'`)
    }
  }
  return keys
}

class Reader {
  readonly path: string
  readonly #tokens: Token[]
  #index = 0

  constructor(path: string, text: string) {
    this.path = path
    this.#tokens = tokenize(path, text)
  }

  peek(): Token {
    return this.#tokens[this.#index] ?? { kind: 'end', text: '', at: 1 }
  }

  next(): Token {
    const token = this.peek()
    this.#index++
    return token
  }
}

function isWord(token: Token, word: string): boolean {
  return token.kind === 'word' && token.text.toUpperCase() === word
}

function shown(token: Token): string {
  return token.kind === 'end' ? 'the end' : token.text.slice(0, 50)
}

function isName(token: Token): boolean {
  return token.kind === 'quoted' || (token.kind === 'string' && token.double === true)
}

/** `metrics.rmse`, `` metrics.`my key` ``, `metrics."my key"`, `` `rmse` `` or `name`. */
function readField(reader: Reader): FieldName {
  const first = reader.next()
  if (isName(first)) {
    const dot = first.text.indexOf('.')
    if (first.kind === 'quoted' || dot === -1) return { entity: undefined, key: first.text, at: first.at }
    return { entity: first.text.slice(0, dot), key: first.text.slice(dot + 1), at: first.at }
  }
  if (first.kind !== 'word')
    throw refuse(reader.path, first.at, `expected a name such as metrics.rmse, found '${shown(first)}'`)
  const dot = first.text.indexOf('.')
  if (dot === -1) return { entity: undefined, key: first.text, at: first.at }
  const entity = first.text.slice(0, dot)
  const key = first.text.slice(dot + 1)
  if (key !== '') return { entity, key, at: first.at }
  const rest = reader.next()
  if (!isName(rest) || rest.text === '')
    throw refuse(reader.path, rest.at, `expected a name after '${first.text}', found '${shown(rest)}'`)
  return { entity, key: rest.text, at: first.at }
}

function readCondition(reader: Reader): Condition {
  const field = readField(reader)
  const token = reader.next()
  const word = token.kind === 'word' ? token.text.toUpperCase() : ''
  if (token.kind === 'comparator') return withValue(reader, field, token.text as Comparator)
  if (word === 'LIKE' || word === 'ILIKE') return withValue(reader, field, word)
  if (word === 'IN') return withList(reader, field, 'IN')
  if (word === 'NOT' && isWord(reader.peek(), 'IN')) {
    reader.next()
    return withList(reader, field, 'NOT IN')
  }
  if (word === 'IS') {
    const not = isWord(reader.peek(), 'NOT')
    if (not) reader.next()
    const last = reader.next()
    if (!isWord(last, 'NULL')) throw refuse(reader.path, last.at, `expected NULL, found '${shown(last)}'`)
    return { field, comparator: not ? 'IS NOT NULL' : 'IS NULL', value: null, at: token.at }
  }
  throw refuse(reader.path, token.at, `expected a comparison such as = or LIKE, found '${shown(token)}'`)
}

function withValue(reader: Reader, field: FieldName, comparator: Comparator): Condition {
  const token = reader.next()
  if (token.kind === 'string') return { field, comparator, value: token.text, at: token.at }
  if (token.kind === 'number') return { field, comparator, value: Number(token.text), at: token.at }
  throw refuse(reader.path, token.at, `expected a number or a quoted string as the value, found '${shown(token)}'`)
}

function withList(reader: Reader, field: FieldName, comparator: 'IN' | 'NOT IN'): Condition {
  const open = reader.next()
  if (open.text !== '(' || open.kind !== 'punctuation')
    throw refuse(reader.path, open.at, `expected ( after ${comparator}, found '${shown(open)}'`)
  const values: string[] = []
  for (;;) {
    const token = reader.next()
    if (token.kind !== 'string')
      throw refuse(reader.path, token.at, `expected a quoted string in the list, found '${shown(token)}'`)
    values.push(token.text)
    if (values.length > 1000) throw refuse(reader.path, token.at, 'more than 1000 values in a list are not taken')
    const next = reader.next()
    if (next.kind === 'punctuation' && next.text === ')') return { field, comparator, value: values, at: open.at }
    if (next.kind !== 'punctuation' || next.text !== ',')
      throw refuse(reader.path, next.at, `expected , or ) in the list, found '${shown(next)}'`)
  }
}
