import { logGamma } from '@modelyard/statistics'

/**
 * Bounds for the probability of an event seen `hits` times in `total`, which hold at every look at once with probability 1 − `alpha`: a rollout
 * looks every moment, and a bound made for one look would cry wolf sooner or later. From the mixture of the binomial likelihood over a uniform prior
 * (Robbins 1970): the values whose likelihood is not less than `alpha` times the mixture's.
 */
export function lowerBound(hits: number, total: number, alpha: number): number {
  if (hits <= 0 || total <= 0) return 0
  const limit = Math.log(1 / alpha)
  const mixture = logGamma(hits + 1) + logGamma(total - hits + 1) - logGamma(total + 2)
  const excludes = (share: number): boolean =>
    mixture - hits * Math.log(share) - (total - hits) * Math.log1p(-share) > limit
  let low = 0
  let high = hits / total
  // At the observed share itself nothing is excluded: the bound lies between.
  for (let turn = 0; turn < 60; turn++) {
    const middle = (low + high) / 2
    if (excludes(middle)) low = middle
    else high = middle
  }
  return low
}

export function upperBound(hits: number, total: number, alpha: number): number {
  return total <= 0 ? 1 : 1 - lowerBound(total - hits, total, alpha)
}
