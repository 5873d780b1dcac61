import { chiSquaredGoodnessOfFit } from '../../chi-squared.ts'
import type { Column } from '../columns.ts'
import { jensenShannonDistance, psiLaplace } from '../divergences.ts'
import { equalWidth, histogram } from '../histograms.ts'
import { shown, type DriftResult } from '../result.ts'
import { wasserstein } from '../wasserstein.ts'
import { categorySides, deviation, distinct, numberSides, type CategorySides } from './sides.ts'
import { byValue, kolmogorovResult } from './verdicts.ts'

/** Integers are categories when that small a share of their rows are different values. */
const categoryShare = 0.05

/**
 * The statistics of Azure ML's v2 model monitor by its definitions: ⌈log₂ min(n, m) + 1⌉ bins of equal width over both sides, Laplace smoothing,
 * base 2, the sample's standard deviation. By the defaults of its SDK W1/σ > 0.1 decides for numbers, the Jensen–Shannon distance > 0.1 for categories.
 */
export function azuremlDrift(feature: string, reference: Column, current: Column): DriftResult[] {
  if (isCategorical(reference)) return categorical(feature, categorySides(reference, current))
  const sides = numberSides(reference, current)
  const { reference: first, current: second } = sides
  if (first.length === 0 || second.length === 0) return categorical(feature, { reference: [], current: [] })
  const edges = azuremlEdges(first, second)
  const [p, q] = [histogram(first, edges), histogram(second, edges)]
  const scaled = wasserstein(first, second) / Math.max(deviation(first, 1), 0.001)
  return [
    byValue(shown(feature, 'wasserstein', 'normed/std_sample', scaled), 0.1, true),
    kolmogorovResult(feature, first, second),
    shown(feature, 'js', 'distance/base2', jensenShannonDistance(p, q)),
    shown(feature, 'psi', 'laplace1', psiLaplace(p, q)),
  ]
}

function categorical(feature: string, sides: CategorySides): DriftResult[] {
  const { statistic, pValue } = chiSquaredGoodnessOfFit(sides.reference, sides.current)
  const distance = jensenShannonDistance(sides.reference, sides.current)
  return [
    byValue(shown(feature, 'js', 'distance/base2', distance), 0.1, true),
    shown(feature, 'chi2', 'goodness_of_fit', statistic, { pValue }),
    shown(feature, 'psi', 'laplace1', psiLaplace(sides.reference, sides.current)),
  ]
}

/** Azure ML's bins of two sorted samples; a constant has edges 0.5 % to either side, ±0.005 at 0. */
export function azuremlEdges(reference: Float64Array, current: Float64Array): Float64Array {
  const low = Math.min(reference[0] ?? 0, current[0] ?? 0)
  const high = Math.max(reference.at(-1) ?? 0, current.at(-1) ?? 0)
  const margin = low === high ? (low === 0 ? 0.005 : Math.abs(low) * 0.005) : 0
  const bins = Math.ceil(Math.log2(Math.min(reference.length, current.length)) + 1)
  return equalWidth(low - margin, high + margin, bins)
}

function isCategorical(column: Column): boolean {
  if (column.kind === 'text') return true
  return column.whole && distinct(column.values) / column.values.length < categoryShare
}
