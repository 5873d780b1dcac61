import { countCategories, featureKind, numbersOf, rowsOf, type Column } from '../drift/columns.ts'
import { EdgeGrid, edgeSample, quantileEdges } from '../drift/histograms.ts'
import type { Table } from '../tables/table.ts'
import { rowColumns } from '../tables/table.ts'
import { ExactSum } from './exact-sum.ts'
import type { CategoricalProfile, ColumnProfile, NumericProfile, Profile } from './profile.ts'

/** A multiple of ten, so that deciles are among the edges. */
const bins = 250
const mostCategories = 1000

/**
 * Counts a table column by column. Columns that name or time a row are left out.
 *
 * @param like the profile whose edges and categories are counted on (the reference's), so that the two can be compared and merged; columns that it does
 *   not have are left out.
 * @throws TableError when a column cannot be read.
 */
export async function profileTable(table: Table, like?: Profile): Promise<Profile> {
  const columns: Record<string, ColumnProfile> = Object.create(null) as Record<string, ColumnProfile>
  for (const name of table.names) {
    const pattern = like?.columns[name]
    if (rowColumns.has(name) || (like !== undefined && pattern === undefined)) continue
    columns[name] = profileColumn(await table.read(name), pattern)
  }
  return { version: 1, rows: table.rows, columns }
}

/** Counts one column, on the edges or categories of a pattern where there is one. */
export function profileColumn(column: Column, like?: ColumnProfile): ColumnProfile {
  const kind = like?.kind ?? featureKind(column)
  return kind === 'numeric'
    ? numericProfile(column, like as NumericProfile | undefined)
    : categoricalProfile(column, like as CategoricalProfile | undefined)
}

function numericProfile(column: Column, like: NumericProfile | undefined): NumericProfile {
  const { values, nulls, typeErrors } = numbersOf(column)
  const { edges, deciles } = like ?? edgesOf(values)
  const counts = Array.from(new EdgeGrid(Float64Array.from(edges)).count(values))
  const [sum, squares] = [new ExactSum(), new ExactSum()]
  let [min, max, negative, positive] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0]
  for (const value of values) {
    if (value === Number.POSITIVE_INFINITY) positive++
    else if (value === Number.NEGATIVE_INFINITY) negative++
    else {
      if (value < min) min = value
      if (value > max) max = value
      sum.add(value)
      addSquare(squares, value)
    }
  }
  const finite = values.length - positive - negative
  const sums = { values: sum.canonical(), squares: squares.canonical() }
  return {
    kind: 'numeric',
    n: rowsOf(column),
    nulls,
    typeErrors,
    infinities: { negative, positive },
    min: finite === 0 ? null : min,
    max: finite === 0 ? null : max,
    ...momentsOf(finite, sums),
    edges,
    deciles,
    counts,
    sums,
  }
}

/** Mean and deviations out of exact sums. */
export function momentsOf(finite: number, sums: NumericProfile['sums']): Pick<NumericProfile, 'mean' | 'std'> {
  if (finite === 0) return { mean: null, std: { population: null, sample: null } }
  const total = new ExactSum(sums.values.toReversed())
  const mean = total.value() / finite
  // Σ(x − mean)² = Σx² − 2·mean·Σx + n·mean², each term exactly: far from zero they cancel.
  const around = new ExactSum(sums.squares.toReversed())
  for (const part of sums.values) for (const half of product(-2 * mean, part)) around.add(half)
  for (const half of product(mean, mean)) for (const part of product(finite, half)) around.add(part)
  const spread = Math.max(0, around.value())
  const known = Number.isFinite(spread) && Number.isFinite(mean)
  return {
    mean: Number.isFinite(mean) ? mean : null,
    std: {
      population: known ? Math.sqrt(spread / finite) : null,
      sample: known && finite > 1 ? Math.sqrt(spread / (finite - 1)) : null,
    },
  }
}

const largestSquare = 1e150

/** Beyond 1e150 a square may be no number; it then counts as the largest one that is. */
function addSquare(squares: ExactSum, value: number): void {
  if (Math.abs(value) > largestSquare) {
    squares.add(largestSquare ** 2)
    return
  }
  const [rounded, rest] = product(value, value)
  squares.add(rounded)
  if (rest !== 0) squares.add(rest)
}

/** a · b as a sum of two numbers (T. Dekker, 1971). */
function product(a: number, b: number): [number, number] {
  const split = (value: number): [number, number] => {
    const scaled = 134_217_729 * value
    const high = scaled - (scaled - value)
    return [high, value - high]
  }
  const rounded = a * b
  const [[a1, a2], [b1, b2]] = [split(a), split(b)]
  const rest = a2 * b2 - (rounded - a1 * b1 - a2 * b1 - a1 * b2)
  return Number.isFinite(rest) ? [rounded, rest] : [rounded, 0]
}

function edgesOf(values: Float64Array): { edges: number[]; deciles: number[] } {
  const sample = edgeSample(values)
  const edges = Array.from(quantileEdges(sample, bins))
  const deciles = Array.from(quantileEdges(sample, 10), (decile) => edges.indexOf(decile)).filter((place) => place >= 0)
  return { edges, deciles }
}

function categoricalProfile(column: Column, like: CategoricalProfile | undefined): CategoricalProfile {
  const { counts, nulls } = countCategories(column)
  const categories =
    like?.categories ??
    [...counts.keys()]
      .toSorted((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || (a < b ? -1 : 1))
      .slice(0, mostCategories)
  const own = categories.map((category) => counts.get(category) ?? 0)
  const n = rowsOf(column)
  return {
    kind: 'categorical',
    n,
    nulls,
    categories,
    counts: own,
    other: n - nulls - own.reduce((sum, count) => sum + count, 0),
  }
}
