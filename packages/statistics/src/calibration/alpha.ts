/** How often an alarm without a cause is allowed. */
export interface FalseAlarms {
  /** Expected false alarms … */
  readonly count: number
  /** … in that time, in ms. */
  readonly periodMs: number
}

/** No window may cry wolf more often than that, however much was allowed: an alarm has to mean something. */
export const largestAlpha = 0.2

/**
 * The probability of a false alarm that one window may have, so that `count` are expected in `periodMs`: count · windowMs / periodMs, at most 0.2. For
 * windows of N rows give the mean time between the windows seen so far.
 *
 * @throws RangeError for a period or a window that is not positive, or a negative count.
 */
export function alphaOfWindow({ count, periodMs }: FalseAlarms, windowMs: number): number {
  if (!(count >= 0) || !(periodMs > 0) || !(windowMs > 0))
    throw new RangeError('false alarms need a count and lengths above 0')
  return Math.min(largestAlpha, (count * windowMs) / periodMs)
}

/** Of a feature's alpha that part is given out evenly, so that no feature is deaf; the rest goes by importance. */
const evenPart = 0.25

/**
 * Divides a probability of false alarms among features in proportion to their importance; a quarter is divided evenly. The parts add up to `alpha`
 * (Bonferroni: the probability of any false alarm is then at most `alpha`, however the features depend on each other).
 *
 * @param importance by feature, any non-negative scale; features without one get the mean of the others.
 */
export function divideAlpha(
  alpha: number,
  features: readonly string[],
  importance?: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const known = features.flatMap((feature) => {
    const weight = importance?.get(feature)
    return weight !== undefined && weight >= 0 && Number.isFinite(weight) ? [weight] : []
  })
  const mean = known.reduce((sum, weight) => sum + weight, 0) / known.length
  const even = alpha / features.length
  if (!(mean > 0)) return new Map(features.map((feature) => [feature, even]))
  const weights = features.map((feature) => {
    const weight = importance?.get(feature)
    return weight !== undefined && weight >= 0 && Number.isFinite(weight) ? weight : mean
  })
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  return new Map(
    features.map((feature, place) => [
      feature,
      evenPart * even + ((1 - evenPart) * alpha * (weights[place] ?? 0)) / all,
    ]),
  )
}
