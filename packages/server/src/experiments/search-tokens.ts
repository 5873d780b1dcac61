import { ModelyardError } from '@modelyard/contract'

/** A piece of a filter or order expression; `at` counts characters from 1. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'comparator' | 'punctuation' | 'end'
  readonly text: string
  readonly at: number
  /** For `string`: whether it stood in double quotes, which may also hold a name. */
  readonly double?: boolean
}

const comparators = ['>=', '<=', '!=', '=', '>', '<'] as const
const numberPattern = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])/y
const wordPattern = /[\p{L}_][\p{L}\p{N}_.\-/]*/uy
const spacePattern = /\s+/y

/** A refusal that names the character. `path` is the request's field. */
export function refuse(path: string, at: number, message: string): ModelyardError {
  return new ModelyardError('filter_invalid', `Invalid ${path} at character ${at}: ${message}`, {
    places: [{ path, line: 1, column: at, message }],
  })
}

/** Cuts an expression into tokens; the last one is `end`. */
export function tokenize(path: string, text: string): Token[] {
  const tokens: Token[] = []
  let index = 0
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = index
    return pattern.exec(text)?.[0]
  }
  while (index < text.length) {
    const space = take(spacePattern)
    if (space !== undefined) {
      index += space.length
      continue
    }
    const token = nextToken(path, text, index, take)
    tokens.push(token.token)
    index = token.next
  }
  tokens.push({ kind: 'end', text: '', at: text.length + 1 })
  return tokens
}

function nextToken(
  path: string,
  text: string,
  index: number,
  take: (pattern: RegExp) => string | undefined,
): { token: Token; next: number } {
  const at = index + 1
  const first = text.charAt(index)
  if (first === '`' || first === '"' || first === "'") return quoted(path, text, index)
  if (first === '(' || first === ')' || first === ',' || first === '.')
    return { token: { kind: 'punctuation', text: first, at }, next: index + 1 }
  const comparator = comparators.find((each) => text.startsWith(each, index))
  if (comparator !== undefined)
    return { token: { kind: 'comparator', text: comparator, at }, next: index + comparator.length }
  const number = take(numberPattern)
  if (number !== undefined) return { token: { kind: 'number', text: number, at }, next: index + number.length }
  const word = take(wordPattern)
  if (word !== undefined) return { token: { kind: 'word', text: word, at }, next: index + word.length }
  throw refuse(path, at, `'${String.fromCodePoint(text.codePointAt(index) ?? 0)}' does not belong here`)
}

/** A quote inside a quoted text is written twice. */
function quoted(path: string, text: string, index: number): { token: Token; next: number } {
  const quote = text.charAt(index)
  let value = ''
  for (let next = index + 1; next < text.length; next++) {
    const character = text.charAt(next)
    if (character !== quote) value += character
    else if (text.charAt(next + 1) === quote) {
      value += quote
      next++
    } else {
      const kind = quote === '`' ? 'quoted' : 'string'
      return { token: { kind, text: value, at: index + 1, double: quote === '"' }, next: next + 1 }
    }
  }
  throw refuse(path, index + 1, `the quote ${quote} is never closed`)
}
