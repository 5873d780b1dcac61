const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const truth = /^(true|false)$/i
const missing: ReadonlySet<string> = new Set(['', 'na', 'n/a', 'nan', 'null', 'none'])

/** A cell of a file of labels as one text: numbers in their shortest form, truth values in small letters; undefined where it is missing. */
export function wordOf(cell: unknown): string | undefined {
  if (cell === null || cell === undefined) return undefined
  if (typeof cell === 'number') return Number.isNaN(cell) ? undefined : String(cell)
  if (typeof cell === 'boolean' || typeof cell === 'bigint') return String(cell)
  if (cell instanceof Date) return cell.toISOString()
  const text = (typeof cell === 'string' ? cell : JSON.stringify(cell)).trim()
  if (missing.has(text.toLowerCase())) return undefined
  return truth.test(text) ? text.toLowerCase() : text
}

/** The number that a word is; undefined when it is none. */
export function numberOf(word: string): number | undefined {
  return number.test(word) && Number.isFinite(Number(word)) ? Number(word) : undefined
}

/** A part of a key, such that `5`, `5.0` and the number 5 are the same. Longer numbers than a double holds stay as they are written. */
export function keyPart(word: string): string {
  const value = numberOf(word)
  return value === undefined || Math.abs(value) > Number.MAX_SAFE_INTEGER ? word : String(value)
}

/** One text of the parts of a key; different parts make different texts. */
export function joinKey(parts: readonly string[]): string {
  return parts.length === 1 ? (parts[0] ?? '') : parts.map((part) => `${part.length}:${part}`).join('')
}
