/** A rising step function from scores to probabilities, straight between its points. */
export interface Isotonic {
  readonly scores: readonly number[]
  readonly values: readonly number[]
}

/**
 * The rising function that fits labels best in squares, by pooling neighbours that fall (M. Ayer et al., 1955). Scores of the same value are one
 * point, as in scikit-learn.
 */
export function fitIsotonic(scores: ArrayLike<number>, labels: ArrayLike<number>): Isotonic {
  const order = Array.from({ length: scores.length }, (_, row) => row).toSorted(
    (a, b) => (scores[a] ?? 0) - (scores[b] ?? 0),
  )
  const pools: { from: number; to: number; sum: number; count: number }[] = []
  for (const row of order) {
    const [score, label] = [scores[row] ?? 0, labels[row] ?? 0]
    const last = pools.at(-1)
    if (last?.to === score && last.from === score) {
      last.sum += label
      last.count++
    } else pools.push({ from: score, to: score, sum: label, count: 1 })
  }
  const merged: typeof pools = []
  for (const pool of pools) {
    let current = { ...pool }
    for (
      let below = merged.at(-1);
      below !== undefined && below.sum / below.count >= current.sum / current.count;
      below = merged.at(-1)
    ) {
      merged.pop()
      current = { from: below.from, to: current.to, sum: below.sum + current.sum, count: below.count + current.count }
    }
    merged.push(current)
  }
  const points = merged.flatMap(({ from, to, sum, count }) =>
    from === to ? [[from, sum / count] as const] : [[from, sum / count] as const, [to, sum / count] as const],
  )
  return { scores: points.map(([score]) => score), values: points.map(([, value]) => value) }
}

/** The function's value; beyond its ends the nearest one. */
export function applyIsotonic({ scores, values }: Isotonic, score: number): number {
  let [low, high] = [0, scores.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((scores[middle] ?? 0) < score) low = middle + 1
    else high = middle
  }
  if (low === 0) return values[0] ?? score
  if (low === scores.length) return values.at(-1) ?? score
  const [a, b] = [scores[low - 1] ?? 0, scores[low] ?? 0]
  const part = (score - a) / (b - a)
  return (values[low - 1] ?? 0) * (1 - part) + (values[low] ?? 0) * part
}
