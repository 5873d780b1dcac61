/** What of a signal of Azure's its thresholds are read from. */
export interface AzureThresholds {
  readonly type: string
  readonly metric_thresholds?: Readonly<Record<string, number | Readonly<Record<string, number>>>> | undefined
}

/** Our statistic of each of Azure's thresholds; null: it is a p-value or a normalised distance, whose calibrated threshold is used instead. */
const statistics: Readonly<Record<string, string | null>> = {
  jensen_shannon_distance: 'js',
  population_stability_index: 'psi',
  normalized_wasserstein_distance: null,
  two_sample_kolmogorov_smirnov_test: null,
  chi_squared_test: null,
  pearsons_chi_squared_test: null,
  null_value_rate: 'null_rate',
  data_type_error_rate: 'type_error_rate',
  out_of_bounds_rate: 'out_of_range_rate',
  accuracy: 'accuracy',
  precision: 'precision',
  recall: 'recall',
  f1_score: 'f1',
  mae: 'mae',
  mse: 'mse',
  rmse: 'rmse',
  mean_absolute_error: 'mae',
  mean_squared_error: 'mse',
  root_mean_squared_error: 'rmse',
}
const groups = new Set([
  'numerical',
  'categorical',
  'tabular_classification',
  'tabular_regression',
  'classification',
  'regression',
])

/** Thresholds by our statistics. */
export function thresholdsOf(
  signal: AzureThresholds,
  warn: (key: readonly string[], message: string) => void,
): Record<string, number> {
  const thresholds: Record<string, number> = {}
  for (const { path, name, limit } of listThresholds(signal)) {
    const statistic = statistics[name]
    if (statistic === undefined) continue
    if (statistic === null)
      warn(
        ['metric_thresholds', ...path],
        'is a p-value or a normalised distance; the calibrated threshold decides instead',
      )
    else if (thresholds[statistic] !== undefined && thresholds[statistic] !== limit)
      warn(['metric_thresholds', ...path], `the first threshold of ${statistic} holds for all columns`)
    else thresholds[statistic] = limit
  }
  return thresholds
}

/** Where a threshold stands that nobody knows. */
export function unknownThresholds(signal: AzureThresholds): string[][] {
  if (signal.type === 'feature_attribution_drift' || signal.type === 'custom') return []
  return listThresholds(signal)
    .filter(({ name }) => statistics[name] === undefined)
    .map(({ path }) => path)
}

function listThresholds(signal: AzureThresholds): { path: string[]; name: string; limit: number }[] {
  return Object.entries(signal.metric_thresholds ?? {}).flatMap(([name, limit]) => {
    if (typeof limit === 'number') return [{ path: [name], name, limit }]
    if (!groups.has(name)) return [{ path: [name], name, limit: 0 }]
    return Object.entries(limit).map(([inner, value]) => ({ path: [name, inner], name: inner, limit: value }))
  })
}
