export { pairedComparison, type PairedResult } from './paired.ts'
export { incompleteBeta, logGamma, studentQuantile, studentTwoSided } from './student-t.ts'
export { alphaOfWindow, divideAlpha, largestAlpha, type FalseAlarms } from './calibration/alpha.ts'
export { calibrateReference, type CalibrateOptions } from './calibration/calibrate.ts'
export type { Calibration, FeatureCalibration, WindowTimes } from './calibration/calibration.ts'
export { compareTables, type CompareOptions, type Comparison, type Dialect } from './drift/compare.ts'
export { leastSteadyFeature } from './drift/decide.ts'
export type { Distribution } from './drift/feature-drift.ts'
export type { DriftResult, Statistic } from './drift/result.ts'
export type { Column, FeatureKind, NumberColumn, TextColumn } from './drift/columns.ts'
export { fewestLabels, performanceLimit, type LimitInput, type PerformanceLimit } from './performance/limit.ts'
export {
  classificationMetricNames,
  performanceMetrics,
  regressionMetricNames,
  worseWhen,
  type LabelledRows,
  type MetricName,
} from './performance/metrics.ts'
export {
  classificationMetrics,
  type ClassificationMetrics,
  type ClassificationRows,
  type ClassName,
} from './performance/classification.ts'
export { regressionMetrics, type RegressionMetrics, type RegressionRows } from './performance/regression.ts'
export {
  estimateAccuracy,
  estimateClassification,
  type Estimate,
  type EstimatedClassMetric,
  type EstimatedErrorMetric,
  type ScoredLabels,
} from './performance/estimate.ts'
export { estimateErrors } from './performance/estimate-errors.ts'
export type { CategoricalProfile, ColumnProfile, NumericProfile, Profile } from './profile/profile.ts'
export { profileColumn, profileTable } from './profile/profile-table.ts'
export { mergeProfiles } from './profile/merge-profiles.ts'
export { compareProfiles } from './profile/compare-profiles.ts'
export { featureImportance } from './importance.ts'
