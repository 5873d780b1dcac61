import { classificationMetrics, type ClassificationRows } from './classification.ts'
import { regressionMetrics, type RegressionRows } from './regression.ts'

export const regressionMetricNames = ['mae', 'mse', 'rmse', 'mape', 'median_ae', 'r2', 'bias'] as const
export const classificationMetricNames = [
  'accuracy',
  'precision',
  'recall',
  'f1',
  'precision_macro',
  'recall_macro',
  'f1_macro',
  'balanced_accuracy',
  'log_loss',
  'auc',
  'brier',
] as const
export type MetricName = (typeof regressionMetricNames)[number] | (typeof classificationMetricNames)[number]

/** Rows with labels: of a regression or of a classifier. */
export type LabelledRows =
  | ({ readonly task: 'regression' } & RegressionRows)
  | ({ readonly task: 'classification' } & ClassificationRows)

/** Which way a metric gets worse. `both`: away from 0. */
export function worseWhen(metric: MetricName): 'higher' | 'lower' | 'both' {
  if (metric === 'bias') return 'both'
  const errors: readonly MetricName[] = ['mae', 'mse', 'rmse', 'mape', 'median_ae', 'log_loss', 'brier']
  return errors.includes(metric) ? 'higher' : 'lower'
}

/**
 * Every metric of the task by the definitions of scikit-learn; null where it has no value on these rows.
 *
 * @throws RangeError when labels and predictions have different lengths.
 */
export function performanceMetrics(rows: LabelledRows): Readonly<Partial<Record<MetricName, number | null>>> {
  return rows.task === 'regression' ? { ...regressionMetrics(rows) } : { ...classificationMetrics(rows) }
}
