import type { Season } from '../calibration/season.ts'
import type { Distribution, FeatureDrift } from './feature-drift.ts'

/**
 * Results of the whole reference, and after them the one that decides: the same statistic beside the reference's rows of the window's season. Its
 * dialect ends in the season.
 */
export function withSeason(whole: FeatureDrift, seasonal: FeatureDrift, season: Season): FeatureDrift {
  return {
    results: [
      ...whole.results.map((result) => (result.decides ? withoutDecision(result) : result)),
      ...seasonal.results
        .filter((result) => result.decides)
        .map((result) => ({ ...result, dialect: `${result.dialect}/${season}` })),
    ],
    distribution: { ...whole.distribution, season: onTheSameBins(whole.distribution, seasonal.distribution) },
  }
}

function withoutDecision<R extends { threshold: number | null; reason?: string }>(result: R): R {
  const { reason: _reason, ...rest } = result
  return { ...rest, threshold: null, fired: false, decides: false } as unknown as R
}

/** The season's bins are its own; its counts are spread over those of the whole as if they were even within a bin. */
function onTheSameBins(whole: Distribution, seasonal: Distribution): number[] {
  if (whole.categories !== undefined) {
    const counts = new Map(seasonal.categories?.map((category, place) => [category, seasonal.reference[place] ?? 0]))
    return whole.categories.map((category) => counts.get(category) ?? 0)
  }
  const [to, from] = [whole.edges ?? [], seasonal.edges ?? []]
  return whole.reference.map((_, bin) => {
    let sum = 0
    seasonal.reference.forEach((count, place) => {
      const [low, high] = [from[place] ?? 0, from[place + 1] ?? 0]
      const overlap = Math.min(high, to[bin + 1] ?? 0) - Math.max(low, to[bin] ?? 0)
      if (high > low) sum += (count * Math.max(0, overlap)) / (high - low)
      else if (low >= (to[bin] ?? 0) && (low < (to[bin + 1] ?? 0) || bin === whole.reference.length - 1)) sum += count
    })
    return sum
  })
}
