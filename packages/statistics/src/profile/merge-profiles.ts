import { ExactSum } from './exact-sum.ts'
import type { CategoricalProfile, ColumnProfile, NumericProfile, Profile } from './profile.ts'
import { momentsOf } from './profile-table.ts'

/**
 * One profile of the rows of both. The order does not matter, to the last bit.
 *
 * @throws RangeError when they were counted on different edges or categories, or have different columns.
 */
export function mergeProfiles(first: Profile, second: Profile): Profile {
  const names = Object.keys(first.columns)
  if (names.length !== Object.keys(second.columns).length) throw new RangeError('the profiles have different columns')
  const columns: Record<string, ColumnProfile> = Object.create(null) as Record<string, ColumnProfile>
  for (const name of names) {
    const [a, b] = [first.columns[name], second.columns[name]]
    if (a === undefined || b === undefined) throw new RangeError(`only one of the profiles has a column '${name}'`)
    columns[name] = mergeColumn(name, a, b)
  }
  return { version: 1, rows: first.rows + second.rows, columns }
}

function mergeColumn(name: string, a: ColumnProfile, b: ColumnProfile): ColumnProfile {
  if (a.kind === 'numeric' && b.kind === 'numeric' && same(a.edges, b.edges)) return mergeNumeric(a, b)
  if (a.kind === 'categorical' && b.kind === 'categorical' && same(a.categories, b.categories))
    return mergeCategorical(a, b)
  throw new RangeError(`column '${name}' was counted on different edges or categories`)
}

function same<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((value, place) => value === b[place])
}

function added(a: readonly number[], b: readonly number[]): number[] {
  return a.map((count, place) => count + (b[place] ?? 0))
}

function exactly(a: readonly number[], b: readonly number[]): number[] {
  const sum = new ExactSum()
  for (const part of [...a, ...b]) sum.add(part)
  return sum.canonical()
}

function mergeNumeric(a: NumericProfile, b: NumericProfile): NumericProfile {
  const sums = { values: exactly(a.sums.values, b.sums.values), squares: exactly(a.sums.squares, b.sums.squares) }
  const counts = added(a.counts, b.counts)
  const infinities = {
    negative: a.infinities.negative + b.infinities.negative,
    positive: a.infinities.positive + b.infinities.positive,
  }
  const finite = counts.reduce((sum, count) => sum + count, 0) - infinities.negative - infinities.positive
  const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null)
  const [lows, highs] = [known([a.min, b.min]), known([a.max, b.max])]
  return {
    kind: 'numeric',
    n: a.n + b.n,
    nulls: a.nulls + b.nulls,
    typeErrors: a.typeErrors + b.typeErrors,
    infinities,
    min: lows.length === 0 ? null : Math.min(...lows),
    max: highs.length === 0 ? null : Math.max(...highs),
    ...momentsOf(finite, sums),
    edges: a.edges,
    deciles: a.deciles,
    counts,
    sums,
  }
}

function mergeCategorical(a: CategoricalProfile, b: CategoricalProfile): CategoricalProfile {
  return {
    kind: 'categorical',
    n: a.n + b.n,
    nulls: a.nulls + b.nulls,
    categories: a.categories,
    counts: added(a.counts, b.counts),
    other: a.other + b.other,
  }
}
