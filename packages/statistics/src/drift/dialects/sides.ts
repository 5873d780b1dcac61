import { countCategories, numbersOf, type Column } from '../columns.ts'

/** Both sides of a numeric feature as the peers see them: missing values and words dropped, sorted upwards. */
export interface NumberSides {
  readonly reference: Float64Array
  readonly current: Float64Array
  readonly whole: boolean
}

/** Drops what is no finite or infinite number and sorts. */
export function numberSides(reference: Column, current: Column): NumberSides {
  return {
    reference: numbersOf(reference).values.toSorted(),
    current: numbersOf(current).values.toSorted(),
    whole: reference.kind === 'number' && reference.whole && current.kind === 'number' && current.whole,
  }
}

/** Both sides of a feature as counts over the categories of either; missing values are dropped. */
export interface CategorySides {
  readonly reference: number[]
  readonly current: number[]
}

/** Counts categories, those of the reference first. */
export function categorySides(reference: Column, current: Column): CategorySides {
  const [first, second] = [countCategories(reference).counts, countCategories(current).counts]
  const categories = [...new Set([...first.keys(), ...second.keys()])]
  return {
    reference: categories.map((category) => first.get(category) ?? 0),
    current: categories.map((category) => second.get(category) ?? 0),
  }
}

/** Standard deviation of a sample; `freedom` 0 divides by n, 1 by n − 1. */
export function deviation(values: Float64Array, freedom: 0 | 1): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(squares / (values.length - freedom))
}

/** How many different values there are. */
export function distinct(...sides: readonly Float64Array[]): number {
  const seen = new Set<number>()
  for (const side of sides) for (const value of side) seen.add(value)
  return seen.size
}
