/**
 * Two-sample Kolmogorov–Smirnov distance: the largest difference of the two empirical distribution functions.
 *
 * @param reference sorted upwards, without NaN; ±∞ are values like others.
 * @param current as `reference`.
 * @returns 0 … 1, and NaN when a side is empty. `steps` is the same distance as the whole number |n·i − m·j|, exact for the p-value.
 */
export function kolmogorovSmirnov(
  reference: Float64Array,
  current: Float64Array,
): { readonly distance: number; readonly steps: number } {
  const [n, m] = [reference.length, current.length]
  if (n === 0 || m === 0) return { distance: Number.NaN, steps: 0 }
  let [i, j, steps] = [0, 0, 0]
  while (i < n && j < m) {
    const value = Math.min(reference[i] ?? 0, current[j] ?? 0)
    while (i < n && reference[i] === value) i++
    while (j < m && current[j] === value) j++
    steps = Math.max(steps, Math.abs(i * m - j * n))
  }
  return { distance: steps / (n * m), steps }
}

/**
 * The exact probability of a distance at least that large when both samples come from one continuous distribution: the share of lattice paths
 * from (0, 0) to (n, m) that touch |i·m − j·n| ≥ steps (J. Hodges, 1958), computed as the probability that a random path has done so by (i, j),
 * which is a mean of its two predecessors and loses no digits. Only the cells within the distance are visited: O(n · m · distance).
 */
export function exactPValue(n: number, m: number, steps: number): number {
  if (steps <= 0) return 1
  // The longer side outside: the row that is kept is the shorter one.
  if (n < m) return exactPValue(m, n, steps)
  // row[j] = P(a path to (i, j) has touched), 1 outside of the band.
  const row = new Float64Array(m + 1).fill(1)
  for (let i = 0; i <= n; i++) {
    const low = Math.max(0, Math.floor((i * m - steps) / n) + 1)
    const high = Math.min(m, Math.ceil((i * m + steps) / n) - 1)
    let left = 1
    for (let j = low; j <= high; j++) {
      const above = row[j] ?? 1
      left = i + j === 0 ? 0 : (i * above + j * left) / (i + j)
      row[j] = left
    }
  }
  return row[m] ?? 1
}

/** P(K ≥ x) of Kolmogorov's limiting distribution (A. Kolmogorov, 1933), by whichever of its two series converges fast. */
export function kolmogorovTail(x: number): number {
  if (x <= 0) return 1
  if (x < 1.18) {
    const y = Math.exp((-Math.PI * Math.PI) / (8 * x * x))
    return 1 - (Math.sqrt(2 * Math.PI) / x) * (y + y ** 9 + y ** 25 + y ** 49)
  }
  const y = Math.exp(-2 * x * x)
  return 2 * (y - y ** 4 + y ** 9 - y ** 16)
}

/** The x with P(K ≥ x) = `probability`, to 1e-12. */
export function kolmogorovQuantile(probability: number): number {
  let [low, high] = [0.1, 40]
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2
    if (kolmogorovTail(middle) > probability) low = middle
    else high = middle
  }
  return (low + high) / 2
}
