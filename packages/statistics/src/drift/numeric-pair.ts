import { countBetween, EdgeGrid, edgeSample, quantileEdges } from './histograms.ts'
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts'
import { wasserstein } from './wasserstein.ts'

/** Up to that many values a side every statistic is exact. */
export const exactRows = 10_000
/** A multiple of the bins that are shown, so that their edges are among the fine ones. */
const fineBins = 2000
const shownBins = 10

/** Both sides of a numeric feature, measured. */
export interface NumericPair {
  readonly referenceCount: number
  readonly currentCount: number
  readonly distance: number
  /** Whole-number form of the distance; undefined where it was read off bins. */
  readonly steps: number | undefined
  readonly distanceBound: number | undefined
  readonly wasserstein: number
  readonly wassersteinBound: number | undefined
  /** Edges of the bins that are shown, ends included, and what lies in them. */
  readonly edges: readonly number[]
  readonly reference: Float64Array
  readonly current: Float64Array
}

/**
 * Measures two samples without missing values. The bins hold equal masses of the reference (at most ten, fewer where it has ties); the first and
 * the last reach as far as either side does.
 */
export function measurePair(reference: Float64Array, current: Float64Array): NumericPair {
  return reference.length <= exactRows && current.length <= exactRows
    ? measureExactly(reference, current)
    : measureOnBins(reference, current)
}

/** What is the same for every window that is compared with these values; kept as long as they are. */
const orders = new WeakMap<Float64Array, Float64Array>()
const bins = new WeakMap<Float64Array, ReferenceBins>()

interface ReferenceBins {
  readonly grid: EdgeGrid
  readonly fine: Float64Array
  readonly counts: Float64Array
  /** Places among the fine edges of those that are shown. */
  readonly places: readonly number[]
  readonly ends: readonly [number, number]
}

function sortedOf(reference: Float64Array): Float64Array {
  const known = orders.get(reference) ?? reference.toSorted()
  orders.set(reference, known)
  return known
}

function binsOf(reference: Float64Array): ReferenceBins {
  const known = bins.get(reference)
  if (known !== undefined) return known
  const sample = edgeSample(reference)
  const fine = quantileEdges(sample, fineBins)
  const grid = new EdgeGrid(fine)
  const places = placesOf(quantileEdges(sample, shownBins), fine)
  const made = { grid, fine, counts: grid.count(reference), places, ends: extent(reference) }
  bins.set(reference, made)
  return made
}

function measureExactly(reference: Float64Array, current: Float64Array): NumericPair {
  const [first, second] = [sortedOf(reference), current.toSorted()]
  const { distance, steps } = kolmogorovSmirnov(first, second)
  const inner = quantileEdges(finite(first), shownBins)
  return {
    referenceCount: first.length,
    currentCount: second.length,
    distance,
    steps,
    distanceBound: undefined,
    wasserstein: wasserstein(finite(first), finite(second)),
    wassersteinBound: undefined,
    edges: withEnds(inner, extent(first, second)),
    reference: countBetween(first, inner),
    current: countBetween(second, inner),
  }
}

function measureOnBins(reference: Float64Array, current: Float64Array): NumericPair {
  const { grid, fine, counts: first, places, ends: own } = binsOf(reference)
  const second = grid.count(current)
  const other = extent(current)
  const ends: [number, number] = [Math.min(own[0], other[0]), Math.max(own[1], other[1])]
  const [n, m] = [reference.length, current.length]
  let [below, belowCurrent, distance, heaviest, area, areaBound] = [0, 0, 0, 0, 0, 0]
  for (let bin = 0; bin < first.length; bin++) {
    const [p, q] = [(first[bin] ?? 0) / n, (second[bin] ?? 0) / m]
    const width = (fine[bin] ?? ends[1]) - (fine[bin - 1] ?? ends[0])
    // Inside of a bin both functions rise from their left to their right values: the mean of the two ends, off by at most half of both rises.
    const left = Math.abs(below / n - belowCurrent / m)
    below += first[bin] ?? 0
    belowCurrent += second[bin] ?? 0
    const right = Math.abs(below / n - belowCurrent / m)
    distance = Math.max(distance, right)
    heaviest = Math.max(heaviest, p, q)
    area += (width * (left + right)) / 2
    areaBound += (width * (p + q)) / 2
  }
  return {
    referenceCount: n,
    currentCount: m,
    distance,
    steps: undefined,
    distanceBound: heaviest,
    wasserstein: area,
    wassersteinBound: areaBound,
    edges: withEnds(
      places.map((place) => fine[place] ?? 0),
      ends,
    ),
    reference: merge(first, places),
    current: merge(second, places),
  }
}

/** Where the edges that are shown lie among the fine ones. */
function placesOf(edges: Float64Array, fine: Float64Array): number[] {
  return Array.from(edges, (edge) => fine.indexOf(edge)).filter((place) => place >= 0)
}

function merge(counts: Float64Array, places: readonly number[]): Float64Array {
  const merged = new Float64Array(places.length + 1)
  let part = 0
  counts.forEach((count, bin) => {
    merged[part] = (merged[part] ?? 0) + count
    if (bin === places[part]) part++
  })
  return merged
}

/** Without infinities, of sorted values. */
function finite(sorted: Float64Array): Float64Array {
  return Number.isFinite(sorted[0] ?? 0) && Number.isFinite(sorted.at(-1) ?? 0)
    ? sorted
    : sorted.filter((value) => Number.isFinite(value))
}

/** Smallest and largest finite value of both sides. */
function extent(...sides: readonly Float64Array[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const side of sides)
    for (let row = 0; row < side.length; row++) {
      const value = side[row] ?? 0
      if (value < low && value !== Number.NEGATIVE_INFINITY) low = value
      if (value > high && value !== Number.POSITIVE_INFINITY) high = value
    }
  return [low, high]
}

function withEnds(inner: ArrayLike<number>, [low, high]: readonly [number, number]): number[] {
  return low > high ? [] : [low, ...Array.from(inner), high]
}
