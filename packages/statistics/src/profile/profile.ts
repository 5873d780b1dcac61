import type { FeatureKind } from '../drift/columns.ts'

/** What a table is like, without its rows. Plain JSON. Profiles that count on the same edges and categories can be merged in any order. */
export interface Profile {
  readonly version: 1
  readonly rows: number
  readonly columns: Readonly<Record<string, ColumnProfile>>
}

export type ColumnProfile = NumericProfile | CategoricalProfile

interface CommonProfile {
  readonly kind: FeatureKind
  /** Rows, missing values included. */
  readonly n: number
  readonly nulls: number
}

/** Numbers. What lies below the first or above the last edge is in the bins at the ends. */
export interface NumericProfile extends CommonProfile {
  readonly kind: 'numeric'
  /** Words among numbers; they are no values. */
  readonly typeErrors: number
  readonly infinities: { readonly negative: number; readonly positive: number }
  /** Of finite values; null when there are none. */
  readonly min: number | null
  readonly max: number | null
  readonly mean: number | null
  /** With n and with n − 1. */
  readonly std: { readonly population: number | null; readonly sample: number | null }
  /** At most 249 inner edges: quantiles of the rows that the edges were made from, each once. */
  readonly edges: readonly number[]
  /** Places of the edges that are deciles: divergences are computed between these. */
  readonly deciles: readonly number[]
  /** One more than edges; infinities are at the ends. */
  readonly counts: readonly number[]
  /** Exact sums of the finite values and of their squares, as parts. */
  readonly sums: { readonly values: readonly number[]; readonly squares: readonly number[] }
}

/** Words, or integers of few different values. */
export interface CategoricalProfile extends CommonProfile {
  readonly kind: 'categorical'
  /** At most 1,000, the most frequent first. */
  readonly categories: readonly string[]
  readonly counts: readonly number[]
  /** Rows of all other categories. */
  readonly other: number
}
