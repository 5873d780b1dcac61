import type { FeatureKind } from '../drift/columns.ts'

/**
 * What the reference says about how much windows differ without any change: counts of each feature by stretches of time. Plain JSON; keep it as long
 * as the reference stays the same. Size: `cells × (bins + 1)` numbers a feature, at most about 41,000.
 */
export interface Calibration {
  readonly version: 1
  /** Rows of the reference. */
  readonly rows: number
  /** Stretches of equal length, the first beginning at `startMs` (Unix ms); null: the reference has no event times, rows count as independent. */
  readonly cells: { readonly startMs: number; readonly cellMs: number; readonly rows: readonly number[] } | null
  readonly features: Readonly<Record<string, FeatureCalibration>>
}

/** One feature's counts by cell. Bins: between the inner `edges`, or one per category and one for all others; the last is for missing values. */
export interface FeatureCalibration {
  readonly kind: FeatureKind
  /** Inner edges, ascending; of a numeric feature. */
  readonly edges: readonly number[]
  /** The most frequent categories; of a categorical feature. */
  readonly categories: readonly string[]
  readonly bins: number
  /** Of cell c and bin b at place `c · bins + b`; empty without event times. */
  readonly counts: readonly number[]
}

/** The window that is compared, half-open, Unix ms. */
export interface WindowTimes {
  readonly startMs: number
  readonly endMs: number
}
