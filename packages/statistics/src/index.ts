export { pairedComparison, type PairedResult } from './paired.ts'
export { incompleteBeta, logGamma, studentQuantile, studentTwoSided } from './student-t.ts'
