/**
 * Distances between two discrete distributions given as counts over the same bins. Masses are never clamped and not renormalised here (a clamp
 * makes Σ√pq exceed 1); only the population stability index needs one, and says which in its name.
 */
export type Counts = ArrayLike<number>

function sum(counts: Counts): number {
  let total = 0
  for (let index = 0; index < counts.length; index++) total += counts[index] ?? 0
  return total
}

/** Σ over the bins of `of(p, q)`, p and q being the shares of the two sides. */
function total(reference: Counts, current: Counts, of: (p: number, q: number) => number): number {
  const [first, second] = [sum(reference), sum(current)]
  if (first === 0 || second === 0) return Number.NaN
  let result = 0
  for (let index = 0; index < reference.length; index++)
    result += of((reference[index] ?? 0) / first, (current[index] ?? 0) / second)
  return result
}

/**
 * Population stability index Σ (p−q)·ln(p/q) in the dialect `laplace1`: one is added to each bin's count (and so the number of bins to each total),
 * as Azure ML's monitor does. Not bounded; 0 for equal shares of equal totals.
 */
export function psiLaplace(reference: Counts, current: Counts): number {
  const bins = reference.length
  const [first, second] = [sum(reference), sum(current)]
  if (first === 0 || second === 0) return Number.NaN
  let result = 0
  for (let index = 0; index < bins; index++) {
    const p = ((reference[index] ?? 0) + 1) / (first + bins)
    const q = ((current[index] ?? 0) + 1) / (second + bins)
    result += (p - q) * Math.log(p / q)
  }
  return result
}

/**
 * Population stability index in the dialect `eps1e-4`: empty bins count as a share of 0.0001, or as a millionth of the smallest share that is not
 * empty when that is not above 0.0001; the rest is not renormalised, as in Evidently.
 */
export function psiEpsilon(reference: Counts, current: Counts): number {
  const [p, q] = [withoutZeros(reference), withoutZeros(current)]
  if (p === undefined || q === undefined) return Number.NaN
  let result = 0
  for (let index = 0; index < p.length; index++) {
    const [a, b] = [p[index] ?? 0, q[index] ?? 0]
    result += (a - b) * Math.log(a / b)
  }
  return result
}

function withoutZeros(counts: Counts): Float64Array | undefined {
  const all = sum(counts)
  if (all === 0) return undefined
  const shares = Float64Array.from(counts, (count) => count / all)
  const smallest = shares.reduce((least, share) => (share > 0 && share < least ? share : least), 1)
  const filling = smallest <= 0.0001 ? smallest / 1_000_000 : 0.0001
  return shares.map((share) => (share === 0 ? filling : share))
}

/** Jensen–Shannon divergence with natural logarithms, 0 … ln 2. */
export function jensenShannonDivergence(reference: Counts, current: Counts): number {
  const side = (share: number, mean: number): number => (share === 0 ? 0 : share * Math.log(share / mean))
  const value = total(reference, current, (p, q) => side(p, (p + q) / 2) + side(q, (p + q) / 2)) / 2
  return Number.isNaN(value) ? value : Math.max(0, value)
}

/** Jensen–Shannon distance: the root of the divergence, by the logarithm's base (2: at most 1; e: at most 0.8326). */
export function jensenShannonDistance(reference: Counts, current: Counts, base: 2 | 'e' = 2): number {
  return Math.sqrt(jensenShannonDivergence(reference, current) / (base === 2 ? Math.LN2 : 1))
}

/** Hellinger distance √(1 − Σ√pq), 0 … 1. */
export function hellinger(reference: Counts, current: Counts): number {
  // Written as a sum of squares: the difference from 1 would lose half of the digits when the distributions are alike.
  return Math.sqrt(total(reference, current, (p, q) => (Math.sqrt(p) - Math.sqrt(q)) ** 2) / 2)
}

/** Total variation distance ½ Σ|p − q|, 0 … 1. */
export function totalVariation(reference: Counts, current: Counts): number {
  return total(reference, current, (p, q) => Math.abs(p - q)) / 2
}

/** Largest difference of a share max |p − q|, 0 … 1 (Chebyshev). */
export function largestDifference(reference: Counts, current: Counts): number {
  let largest = 0
  const checked = total(reference, current, (p, q) => {
    largest = Math.max(largest, Math.abs(p - q))
    return 0
  })
  return Number.isNaN(checked) ? checked : largest
}
