import { logGamma } from '../student-t.ts'

/** The smallest k in 0 … m + 1 for which a condition holds that stays true once it is. */
export function smallestCount(m: number, holds: (k: number) => boolean): number {
  let [low, high] = [0, m + 1]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** Fisher's one-sided probability of at least `now` of `m`, given `before` of `n` and both together. */
export function hypergeometricTail(before: number, n: number, now: number, m: number): number {
  const marked = before + now
  if (now <= Math.max(0, marked - n)) return 1
  if (now > m) return 0
  // The side of the mode is summed whose terms fall: the other one's first terms may be too small for a number.
  const upward = now > (marked * m) / (n + m)
  const choose = (of: number, k: number): number => logGamma(of + 1) - logGamma(k + 1) - logGamma(of - k + 1)
  let k = upward ? now : now - 1
  let term = Math.exp(choose(m, k) + choose(n, marked - k) - choose(n + m, marked))
  let sum = 0
  while (term > sum * 1e-16) {
    sum += term
    const ratio = upward
      ? ((m - k) * (marked - k)) / ((k + 1) * (n - marked + k + 1))
      : (k * (n - marked + k)) / ((m - k + 1) * (marked - k + 1))
    term *= ratio
    k += upward ? 1 : -1
  }
  return Math.min(1, upward ? sum : 1 - sum)
}
