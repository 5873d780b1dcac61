/**
 * First Wasserstein distance (earth mover's) between two samples: ∫ |F − G|, in the units of the values, as `scipy.stats.wasserstein_distance`.
 *
 * @param reference sorted upwards, finite.
 * @param current as `reference`.
 * @returns NaN when a side is empty.
 */
export function wasserstein(reference: Float64Array, current: Float64Array): number {
  const [n, m] = [reference.length, current.length]
  if (n === 0 || m === 0) return Number.NaN
  let [i, j, distance] = [0, 0, 0]
  let last = Math.min(reference[0] ?? 0, current[0] ?? 0)
  while (i < n || j < m) {
    const a = i < n ? (reference[i] ?? 0) : Number.POSITIVE_INFINITY
    const b = j < m ? (current[j] ?? 0) : Number.POSITIVE_INFINITY
    const value = Math.min(a, b)
    distance += Math.abs(i / n - j / m) * (value - last)
    last = value
    while (i < n && reference[i] === value) i++
    while (j < m && current[j] === value) j++
  }
  return distance
}
