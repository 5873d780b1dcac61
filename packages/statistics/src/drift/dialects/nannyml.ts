import { chiSquaredContingency } from '../../chi-squared.ts'
import { rowsOf, type Column } from '../columns.ts'
import { hellinger, jensenShannonDistance, largestDifference } from '../divergences.ts'
import { doaneEdges, histogram } from '../histograms.ts'
import { shown, type DriftResult } from '../result.ts'
import { wasserstein } from '../wasserstein.ts'
import { categorySides, deviation, numberSides, type CategorySides } from './sides.ts'
import { kolmogorovResult } from './verdicts.ts'

const chunks = 10

/**
 * The statistics of NannyML by its definitions: numbers by their type alone, bins by Doane's rule on the reference with one more for what lies
 * outside. The Jensen–Shannon distance decides, above mean + 3 standard deviations of ten chunks of the reference.
 */
export function nannymlDrift(feature: string, reference: Column, current: Column): DriftResult[] {
  return reference.kind === 'number'
    ? continuous(feature, reference, current)
    : categorical(feature, reference, current)
}

function continuous(feature: string, reference: Column, current: Column): DriftResult[] {
  const sides = numberSides(reference, current)
  const edges = sides.reference.length === 0 ? new Float64Array(0) : doaneEdges(sides.reference)
  const binned = withLeftover(sides.reference, sides.current, edges)
  const distances = chunksOf(rowsOf(reference)).map(([begin, end]) => {
    const chunk = numberSides(reference, slice(reference, begin, end))
    const inBins = withLeftover(chunk.reference, chunk.current, edges)
    return jensenShannonDistance(inBins.reference, inBins.current)
  })
  return [
    decidedByChunks(feature, binned, distances),
    kolmogorovResult(feature, sides.reference, sides.current),
    shown(feature, 'wasserstein', 'raw', wasserstein(sides.reference, sides.current)),
    shown(feature, 'hellinger', 'doane/reference', hellinger(binned.reference, binned.current)),
  ]
}

function categorical(feature: string, reference: Column, current: Column): DriftResult[] {
  const sides = categorySides(reference, current)
  const distances = chunksOf(rowsOf(reference)).map(([begin, end]) => {
    const chunk = categorySides(reference, slice(reference, begin, end))
    return jensenShannonDistance(chunk.reference, chunk.current)
  })
  const { statistic, pValue } = chiSquaredContingency(sides.reference, sides.current)
  return [
    decidedByChunks(feature, sides, distances),
    shown(feature, 'chi2', 'contingency', statistic, { pValue }),
    shown(feature, 'hellinger', 'raw', hellinger(sides.reference, sides.current)),
    shown(feature, 'linf', 'raw', largestDifference(sides.reference, sides.current)),
  ]
}

function decidedByChunks(feature: string, sides: CategorySides, distances: readonly number[]): DriftResult {
  const result = shown(feature, 'js', 'distance/base2', jensenShannonDistance(sides.reference, sides.current))
  const usable = Float64Array.from(distances.filter((distance) => Number.isFinite(distance)))
  if (usable.length === 0) return { ...result, decides: true, reason: 'insufficient_data: the reference has no values' }
  const mean = usable.reduce((sum, value) => sum + value, 0) / usable.length
  const threshold = mean + 3 * deviation(usable, 0)
  return { ...result, decides: true, threshold, fired: result.value !== null && result.value > threshold }
}

function withLeftover(reference: Float64Array, current: Float64Array, edges: Float64Array): CategorySides {
  const [p, q] = [Array.from(histogram(reference, edges)), Array.from(histogram(current, edges))]
  const outside = current.length - q.reduce((sum, count) => sum + count, 0)
  return outside > 0 ? { reference: [...p, 0], current: [...q, outside] } : { reference: p, current: q }
}

function chunksOf(rows: number): [number, number][] {
  if (rows < chunks) return []
  return Array.from({ length: chunks }, (_, index) => [
    Math.floor((index * rows) / chunks),
    Math.floor(((index + 1) * rows) / chunks),
  ])
}

function slice(column: Column, begin: number, end: number): Column {
  return column.kind === 'number'
    ? { ...column, values: column.values.subarray(begin, end) }
    : { ...column, codes: column.codes.subarray(begin, end) }
}
