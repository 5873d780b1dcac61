import { logGamma } from './student-t.ts'

/**
 * Probability that a chi-squared variable with `degrees` of freedom is at least `value`: the regularised upper incomplete gamma function
 * Q(k/2, x/2) (DLMF 8.2.4), by its series (8.11.4) for small x and by Lentz's evaluation of its continued fraction (8.9.2) for large x.
 */
export function chiSquaredTail(value: number, degrees: number): number {
  return upperGamma(degrees / 2, value / 2)
}

/** Regularised upper incomplete gamma function Q(a, x) for a > 0; absolute error below 1e-13. */
export function upperGamma(a: number, x: number): number {
  if (Number.isNaN(a) || Number.isNaN(x)) return Number.NaN
  if (x <= 0) return 1
  if (x === Number.POSITIVE_INFINITY) return 0
  const front = Math.exp(a * Math.log(x) - x - logGamma(a))
  return x < a + 1 ? 1 - front * lowerSeries(a, x) : front * upperFraction(a, x)
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let n = 1; n < 10_000; n++) {
    term *= x / (a + n)
    sum += term
    if (term < sum * 1e-17) break
  }
  return sum
}

function upperFraction(a: number, x: number): number {
  let b = x + 1 - a
  let c = 1e300
  let d = 1 / b
  let fraction = d
  for (let n = 1; n < 10_000; n++) {
    const numerator = -n * (n - a)
    b += 2
    d = 1 / nonZero(numerator * d + b)
    c = nonZero(b + numerator / c)
    fraction *= d * c
    if (Math.abs(d * c - 1) < 1e-16) break
  }
  return fraction
}

function nonZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value
}

/** A chi-squared test of two rows of counts, or of counts beside what was expected. */
export interface ChiSquaredResult {
  readonly statistic: number
  readonly degrees: number
  readonly pValue: number
}

/**
 * Pearson's chi-squared test of homogeneity of a 2 × K table without Yates' correction for K > 2, as `scipy.stats.chi2_contingency` has it
 * (for K = 2 it corrects by 0.5, bounded by the difference itself). Categories that neither side has are left out.
 *
 * @returns statistic NaN and pValue 1 when fewer than two categories or one side is empty: there is nothing to compare.
 */
export function chiSquaredContingency(reference: ArrayLike<number>, current: ArrayLike<number>): ChiSquaredResult {
  const [first, second, kept] = totals(reference, current)
  const degrees = kept - 1
  if (degrees < 1 || first === 0 || second === 0) return { statistic: Number.NaN, degrees, pValue: 1 }
  let statistic = 0
  for (let index = 0; index < reference.length; index++) {
    const [a, b] = [reference[index] ?? 0, current[index] ?? 0]
    if (a + b === 0) continue
    for (const [observed, total] of [
      [a, first],
      [b, second],
    ] as const) {
      const expected = ((a + b) * total) / (first + second)
      const difference = Math.abs(observed - expected)
      statistic += (difference - (degrees === 1 ? Math.min(0.5, difference) : 0)) ** 2 / expected
    }
  }
  return { statistic, degrees, pValue: chiSquaredTail(statistic, degrees) }
}

/**
 * Pearson's goodness of fit: what was counted beside the reference's shares (`scipy.stats.chisquare`). A category that the reference does not have
 * makes the statistic infinite and the p-value 0, as it does in Azure ML's monitor and in Evidently.
 */
export function chiSquaredGoodnessOfFit(reference: ArrayLike<number>, current: ArrayLike<number>): ChiSquaredResult {
  const [first, second, kept] = totals(reference, current)
  const degrees = kept - 1
  if (degrees < 1 || first === 0 || second === 0) return { statistic: Number.NaN, degrees, pValue: 1 }
  let statistic = 0
  for (let index = 0; index < reference.length; index++) {
    const expected = ((reference[index] ?? 0) * second) / first
    const observed = current[index] ?? 0
    if (expected > 0) statistic += (observed - expected) ** 2 / expected
    else if (observed > 0) statistic = Number.POSITIVE_INFINITY
  }
  return { statistic, degrees, pValue: chiSquaredTail(statistic, degrees) }
}

function totals(reference: ArrayLike<number>, current: ArrayLike<number>): [number, number, number] {
  let [first, second, kept] = [0, 0, 0]
  for (let index = 0; index < reference.length; index++) {
    first += reference[index] ?? 0
    second += current[index] ?? 0
    if ((reference[index] ?? 0) + (current[index] ?? 0) > 0) kept++
  }
  return [first, second, kept]
}
