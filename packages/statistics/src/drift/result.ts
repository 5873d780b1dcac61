/** One statistic of one feature, as it is stored and shown. */
export interface DriftResult {
  /** null: of the table as a whole. */
  readonly feature: string | null
  readonly statistic: Statistic
  /** The exact definition; values of different dialects are different numbers. */
  readonly dialect: string
  readonly value: number | null
  readonly pValue: number | null
  /** What `value` must exceed to fire; null where the statistic does not decide or cannot. */
  readonly threshold: number | null
  readonly fired: boolean
  readonly decides: boolean
  /** Why there is no value or no threshold: `code: words`. */
  readonly reason?: string
  /** Computed on bins; `value` is off by at most `bound`. */
  readonly approximate?: true
  readonly bound?: number
  /** Of a rate: what it is in the reference. */
  readonly referenceRate?: number
}

export type Statistic =
  | 'psi'
  | 'js'
  | 'ks'
  | 'wasserstein'
  | 'chi2'
  | 'hellinger'
  | 'linf'
  | 'tvd'
  | 'null_rate'
  | 'new_category_rate'
  | 'type_error_rate'
  | 'out_of_range_rate'
  | 'row_count'

/** A statistic that is shown beside the one that decides. Values that are no finite numbers become null with a reason. */
export function shown(
  feature: string,
  statistic: Statistic,
  dialect: string,
  value: number,
  more: { readonly pValue?: number; readonly bound?: number } = {},
): DriftResult {
  const finite = Number.isFinite(value)
  const reason =
    value === Number.POSITIVE_INFINITY
      ? 'infinite: there are categories that the reference does not have'
      : 'not_defined: one side has no values'
  return {
    feature,
    statistic,
    dialect,
    value: finite ? value : null,
    pValue: more.pValue === undefined || Number.isNaN(more.pValue) ? null : more.pValue,
    threshold: null,
    fired: false,
    decides: false,
    ...(finite ? {} : { reason }),
    ...(more.bound === undefined ? {} : { approximate: true as const, bound: more.bound }),
  }
}

/** Makes a shown statistic the one that decides. A threshold of null says why in `reason`. */
export function deciding(result: DriftResult, threshold: number | null, reason?: string): DriftResult {
  return {
    ...result,
    threshold,
    fired: threshold !== null && result.value !== null && result.value > threshold,
    decides: true,
    ...(reason === undefined ? {} : { reason }),
  }
}

/** The current rows have no such column: nothing about it is known. */
export function withoutColumn(result: DriftResult): DriftResult {
  const reason = 'column_missing: the current rows have no such column'
  return { ...result, value: null, pValue: null, threshold: null, fired: false, reason }
}

/** The statistic that decides cannot promise anything: no value, only the reason. */
export function withoutPromise(result: DriftResult, reason: string): DriftResult {
  return result.decides ? deciding({ ...result, value: null, pValue: null }, null, reason) : result
}

const rates: ReadonlySet<Statistic> = new Set([
  'null_rate',
  'new_category_rate',
  'type_error_rate',
  'out_of_range_rate',
])

/**
 * The user's thresholds instead of ours. The first drift statistic that has one decides; a rate fires when it exceeds the reference's own rate by
 * more than the threshold, as in Azure ML's monitor.
 */
export function withUserThresholds(
  results: readonly DriftResult[],
  thresholds: Readonly<Partial<Record<Statistic, number>>>,
): readonly DriftResult[] {
  const chosen = Object.keys(thresholds).find((name) =>
    results.some((result) => result.statistic === name && !rates.has(result.statistic)),
  )
  let taken = false
  return results.map((result) => {
    const own = thresholds[result.statistic]
    if (rates.has(result.statistic)) {
      if (own === undefined || result.value === null) return result
      return deciding(result, own + (result.referenceRate ?? 0))
    }
    if (chosen === undefined) return result
    if (result.statistic !== chosen || taken) return { ...result, threshold: null, fired: false, decides: false }
    taken = true
    return deciding(result, own ?? null)
  })
}
