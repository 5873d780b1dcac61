/** Numbers of a feature in row order; NaN stands for a missing value. `whole`: they were written as integers. */
export interface NumberColumn {
  readonly kind: 'number'
  readonly values: Float64Array
  readonly whole: boolean
}

/** Words of a feature in row order, as places in a dictionary; −1 stands for a missing value. */
export interface TextColumn {
  readonly kind: 'text'
  readonly codes: Int32Array
  readonly dictionary: readonly string[]
}

export type Column = NumberColumn | TextColumn

/** Integers with at most that many different values are categories, as in Evidently's type inference. */
const mostWholeCategories = 10

/** What a feature is treated as. */
export type FeatureKind = 'numeric' | 'categorical'

/** Decided by the reference alone: words are categories, and so are integers of few different values. */
export function featureKind(column: Column): FeatureKind {
  if (column.kind === 'text') return 'categorical'
  if (!column.whole) return 'numeric'
  const seen = new Set<number>()
  for (const value of column.values) {
    if (Number.isNaN(value)) continue
    seen.add(value)
    if (seen.size > mostWholeCategories) return 'numeric'
  }
  return seen.size === 0 ? 'numeric' : 'categorical'
}

/** How often each category occurs; a number's category is its decimal text. */
export interface CategoryCounts {
  readonly counts: ReadonlyMap<string, number>
  readonly nulls: number
}

const counted = new WeakMap<Column, CategoryCounts>()

/** Counts the categories of a column; of the same column once. */
export function countCategories(column: Column): CategoryCounts {
  const known = counted.get(column)
  if (known !== undefined) return known
  const counts = count(column)
  counted.set(column, counts)
  return counts
}

function count(column: Column): CategoryCounts {
  if (column.kind === 'number') return countNumbers(column.values)
  const byCode = new Float64Array(column.dictionary.length)
  let nulls = 0
  for (const code of column.codes) {
    if (code < 0) nulls++
    else byCode[code] = (byCode[code] ?? 0) + 1
  }
  const counts = new Map<string, number>()
  column.dictionary.forEach((word, code) => {
    const count = byCode[code] ?? 0
    if (count > 0) counts.set(word, (counts.get(word) ?? 0) + count)
  })
  return { counts, nulls }
}

function countNumbers(values: Float64Array): CategoryCounts {
  const numbers = new Map<number, number>()
  let nulls = 0
  for (const value of values) {
    if (Number.isNaN(value)) nulls++
    else numbers.set(value, (numbers.get(value) ?? 0) + 1)
  }
  return { counts: new Map([...numbers].map(([value, count]) => [String(value), count])), nulls }
}

/** The numbers of a column: words that are no numbers are missing values and counted as errors of type. */
export interface Numbers {
  /** Without missing values, in row order. */
  readonly values: Float64Array
  readonly nulls: number
  readonly typeErrors: number
}

const numbers = new WeakMap<Column, Numbers>()

/** Reads a column as numbers; the same column once. Where nothing is missing `values` are those of the column. */
export function numbersOf(column: Column): Numbers {
  const known = numbers.get(column)
  if (known !== undefined) return known
  const read = column.kind === 'number' ? present(column.values) : numbersOfWords(column)
  numbers.set(column, read)
  return read
}

function present(values: Float64Array): Numbers {
  let nulls = 0
  for (let row = 0; row < values.length; row++) if (Number.isNaN(values[row])) nulls++
  if (nulls === 0) return { values, nulls, typeErrors: 0 }
  const kept = new Float64Array(values.length - nulls)
  let place = 0
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? Number.NaN
    if (!Number.isNaN(value)) kept[place++] = value
  }
  return { values: kept, nulls, typeErrors: 0 }
}

function numbersOfWords(column: TextColumn): Numbers {
  const words = column.dictionary.map(numberOf)
  const values = new Float64Array(column.codes.length)
  let [kept, nulls, typeErrors] = [0, 0, 0]
  for (const code of column.codes) {
    const value = words[code] ?? Number.NaN
    if (code < 0) nulls++
    else if (Number.isNaN(value)) typeErrors++
    else values[kept++] = value
  }
  return { values: values.subarray(0, kept), nulls, typeErrors }
}

function numberOf(word: string): number {
  return word.trim() === '' ? Number.NaN : Number(word)
}

/** How many rows a column has. */
export function rowsOf(column: Column): number {
  return column.kind === 'number' ? column.values.length : column.codes.length
}
