import { upperGamma } from '../chi-squared.ts'
import { incompleteBeta, studentQuantile } from '../student-t.ts'

/** The z with P(|Z| ≥ z) = `alpha` for a standard normal Z, to 1e-12. */
export function normalQuantile(alpha: number): number {
  let [low, high] = [0, 40]
  for (let step = 0; step < 80; step++) {
    const middle = (low + high) / 2
    if (upperGamma(0.5, (middle * middle) / 2) > alpha) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/**
 * How much farther a threshold lies because its scale was itself estimated from `freedom` independent windows: the quantile of Student's t over the
 * normal one.
 */
export function tailFactor(alpha: number, freedom: number): number {
  if (!Number.isFinite(freedom) || freedom > 1e6) return 1
  return Math.max(1, studentQuantile(1 - alpha, freedom) / normalQuantile(alpha))
}

/** The x with P(F ≥ x) = `alpha` for Fisher's F with `first` and `second` degrees of freedom, to 1e-10. */
export function fisherQuantile(alpha: number, first: number, second: number): number {
  const tail = (x: number): number => incompleteBeta(second / (second + first * x), second / 2, first / 2)
  let [low, high] = [0, 1]
  while (tail(high) > alpha && high < 1e12) high *= 4
  for (let step = 0; step < 80; step++) {
    const middle = (low + high) / 2
    if (tail(middle) > alpha) low = middle
    else high = middle
  }
  return (low + high) / 2
}
