import { fewestWindows, type Spread } from '../calibration/spread.ts'
import { fisherQuantile, tailFactor } from '../calibration/normal.ts'
import { upperGamma } from '../chi-squared.ts'
import { kolmogorovQuantile } from './kolmogorov-smirnov.ts'

/** Windows with fewer values decide nothing. */
export const fewestRows = 20

/**
 * A change that is not worth an alarm however surely it is seen: 5 points of the distribution function, or a share of one of two equal
 * categories moved by 5 points.
 */
const smallestDistance = 0.05
const smallestEffect = 0.01
/** A distance is at most 1: a threshold near it could not be crossed. */
const largestDistance = 0.95
/** Correlation with time beyond which a feature that has no usable threshold is said to run in one direction. */
const steadyTrend = 0.9

/** How a decision is taken about one feature. */
export interface Decision {
  /** Probability of a false alarm of this one test. */
  readonly alpha: number
  /** As seen on the windows of a timed reference; undefined: rows count as independent. */
  readonly spread?: Spread
}

/** What a value must exceed, or why nothing can be said. */
export interface Threshold {
  readonly threshold: number | null
  readonly reason?: string
}

/**
 * The Kolmogorov–Smirnov distance that a window of `m` values exceeds with probability `alpha` when nothing changed, beside `n` of the reference.
 * Independent rows: Kolmogorov's limit. Rows of a timed reference: the same limit for a process whose variance is the largest one that the windows
 * of the reference showed at any place of the distribution, never less than that of independent rows, farther by what that estimate is unsure of.
 */
export function distanceThreshold(n: number, m: number, { alpha, spread }: Decision): Threshold {
  const independent = 0.25 * (1 / n + 1 / m)
  if (spread === undefined) {
    const threshold = criticalDistance(independent, alpha)
    if (threshold < largestDistance) return { threshold }
    return {
      threshold: null,
      reason: `insufficient_data: ${Math.min(n, m)} values are too few for so few false alarms`,
    }
  }
  let widest = Math.max(independent, spread.suprema / supremumOfUnit + 0.25 * (1 / m - spread.inverseRows))
  spread.variances.forEach((variance, place) => {
    const share = spread.shares[place] ?? 0
    // The window may have more or fewer rows than those of the reference had.
    widest = Math.max(widest, variance + share * (1 - share) * (1 / m - spread.inverseRows))
  })
  const byVariance = criticalDistance(widest, alpha) * tailFactor(alpha, spread.freedom)
  const critical = Math.max(smallestDistance, Math.min(byVariance, shapedDistance(n, m, alpha, spread)))
  const threshold = movesItsPlace(spread) ? Math.max(critical, spread.farthest) : critical
  return threshold < largestDistance ? { threshold } : { threshold: null, reason: inconclusive(spread, widest) }
}

/**
 * The mean of the largest squared difference of a bridge is π²/12, that of its largest variance a quarter: where windows differ at another place each
 * (the month of a year), the variance at any one place says too little.
 */
const supremumOfUnit = Math.PI ** 2 / 3

/** The squared distance of independent rows is about as even as chi-squared with that many degrees of freedom; correlated rows have fewer. */
const mostDegrees = 5
/** Windows half over each other, and seasons that vary, leave less than their number says; as found by the simulation in `benchmarks`. */
const sharedDegrees = 0.5

/**
 * The same by the distances that the windows themselves had: their squares vary as chi-squared with ν degrees of freedom does (2 / ν is their squared
 * coefficient of variation), so that the next one beside their mean is Fisher's F.
 */
function shapedDistance(n: number, m: number, alpha: number, spread: Spread): number {
  const independent = (supremumOfUnit / 4) * (1 / n + 1 / m)
  const mean = Math.max(independent, spread.suprema + (supremumOfUnit / 4) * (1 / m - spread.inverseRows))
  // Few windows look more even than many would.
  const unevenness = spread.unevenness * (1 + 6 / spread.windows)
  const degrees = Math.min(mostDegrees, Math.max(1, 2 / unevenness))
  const known = Math.max(1, sharedDegrees * degrees * spread.freedom)
  return Math.sqrt(mean * fisherQuantile(alpha, degrees, known))
}

/** The variance that thresholds go by, at the reference's own number of rows. */
export function widestVariance(spread: Spread): number {
  return Math.max(...spread.variances, 0, spread.suprema / supremumOfUnit)
}

function movesItsPlace(spread: Spread): boolean {
  return spread.suprema / supremumOfUnit > 1.2 * Math.max(...spread.variances, 0)
}

function criticalDistance(variance: number, alpha: number): number {
  return Math.max(smallestDistance, kolmogorovQuantile(alpha) * 2 * Math.sqrt(variance))
}

function inconclusive({ trend, freedom }: Spread, variance: number): string {
  if (Math.abs(trend) >= steadyTrend)
    return `trend: it ${trend > 0 ? 'rises' : 'falls'} through the whole reference, so that every later window differs; leave it out, or watch its change instead`
  if (freedom < fewestWindows || variance < 0.06)
    return `insufficient_data: the reference holds about ${round(freedom)} independent windows like this; no difference would be conclusive`
  return 'insufficient_data: windows of the reference differ as much from one another as any window could; no difference would be conclusive'
}

function round(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0)
}

/**
 * The value of the chi-squared statistic of a 2 × K table that a window without change exceeds with probability `alpha`. Independent rows: its mean
 * and variance over all tables with these margins are known exactly (J. Haldane, 1940), however rare the categories; a gamma distribution of that
 * mean and variance gives the tail. Rows of a timed reference: larger by what the reference's windows show, in whichever of two ways bounds it more
 * closely: all of it multiplied as the most variable category needs, or the excess added as the square of one normal variable.
 */
export function chiSquaredThreshold(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  { alpha, spread }: Decision,
): Threshold {
  const { mean, variance, n, m } = tableMoments(reference, current)
  const size = (n * m) / (n + m)
  const smallest = smallestEffect * size
  if (!(mean > 0) || !(variance > 0)) return { threshold: smallest }
  const independent = gammaQuantile(alpha, mean ** 2 / variance, variance / mean)
  if (spread === undefined) return { threshold: Math.max(smallest, independent) }
  let inflation = 1
  spread.variances.forEach((seen, place) => {
    const share = spread.shares[place] ?? 0
    // A category with a handful of rows a window says little about how much windows differ.
    if (share < 0.02 || share > 0.98) return
    const own = share * (1 - share)
    const expected = own / size
    inflation = Math.max(inflation, (seen + own * (1 / m - spread.inverseRows)) / expected)
  })
  inflation = Math.max(inflation, 1 + (size * spread.excess) / mean)
  const factor = tailFactor(alpha, spread.freedom) ** 2
  const added = independent + size * spread.excess * squaredNormal(alpha) * factor
  const threshold = Math.max(smallest, Math.min(independent * inflation * factor, added))
  // The statistic is at most n + m times the smaller dimension less one, reached by sides that share no category.
  if (threshold < 0.9 * (n + m)) return { threshold }
  return { threshold: null, reason: inconclusive(spread, 0.25) }
}

function squaredNormal(alpha: number): number {
  return gammaQuantile(alpha, 0.5, 2)
}

function tableMoments(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
): { mean: number; variance: number; n: number; m: number } {
  let [n, m, columns, inverse] = [0, 0, 0, 0]
  for (let index = 0; index < reference.length; index++) {
    const both = (reference[index] ?? 0) + (current[index] ?? 0)
    n += reference[index] ?? 0
    m += current[index] ?? 0
    if (both > 0) {
      columns++
      inverse += 1 / both
    }
  }
  const all = n + m
  const part = (count: number): number => ((all - count) * (count - 1)) / (all - 1)
  const spread = (inverses: number, count: number): number => (all * inverses - count ** 2) / (all - 2)
  const [rows, cells] = [spread(1 / n + 1 / m, 2), spread(inverse, columns)]
  const mean = (all * (columns - 1)) / (all - 1)
  const variance =
    ((2 * all) / (all - 3)) * (part(2) - rows) * (part(columns) - cells) + (all ** 2 / (all - 1)) * rows * cells
  return { mean, variance, n, m }
}

function gammaQuantile(alpha: number, shape: number, scale: number): number {
  let [low, high] = [0, scale * Math.max(1, shape)]
  while (upperGamma(shape, high / scale) > alpha) high *= 2
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2
    if (upperGamma(shape, middle / scale) > alpha) low = middle
    else high = middle
  }
  return (low + high) / 2
}
