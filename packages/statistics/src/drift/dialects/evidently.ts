import { chiSquaredGoodnessOfFit, chiSquaredTail } from '../../chi-squared.ts'
import { featureKind, type Column } from '../columns.ts'
import { jensenShannonDistance, hellinger, psiEpsilon } from '../divergences.ts'
import { histogram, sturgesEdges } from '../histograms.ts'
import { shown, type DriftResult } from '../result.ts'
import { wasserstein } from '../wasserstein.ts'
import { categorySides, deviation, distinct, numberSides, type CategorySides, type NumberSides } from './sides.ts'
import { byPValue, byValue, kolmogorovResult } from './verdicts.ts'

const smallReference = 1000
const fewDistinct = 5
const mostSingleValues = 20

/**
 * The statistics of Evidently 0.7 by its definitions and its default choice of the one that decides: small references (≤ 1000 rows) by p ≤ 0.05 of
 * Kolmogorov–Smirnov, chi-squared or, for two values, the test of two proportions; large ones by W1/σ ≥ 0.1 or the Jensen–Shannon distance ≥ 0.1.
 */
export function evidentlyDrift(feature: string, reference: Column, current: Column): DriftResult[] {
  const categories = categorySides(reference, current)
  if (featureKind(reference) === 'categorical') return categorical(feature, categories)
  return numeric(feature, numberSides(reference, current), categories)
}

function numeric(feature: string, sides: NumberSides, categories: CategorySides): DriftResult[] {
  const { reference, current, whole } = sides
  if (reference.length === 0 || current.length === 0) return categorical(feature, categories)
  const low = Math.min(reference[0] ?? 0, current[0] ?? 0)
  const high = Math.max(reference.at(-1) ?? 0, current.at(-1) ?? 0)
  const binned =
    distinct(reference) > mostSingleValues
      ? onBins(sides, sturgesEdges(reference.length + current.length, low, high, whole))
      : categories
  const unique = distinct(reference, current)
  const forHellinger = onBins(sides, sturgesEdges(unique, low, high, whole))
  const scaled = wasserstein(reference, current) / Math.max(deviation(reference, 0), 0.001)
  const [small, few] = [reference.length <= smallReference, unique <= fewDistinct]
  return [
    byPValue(kolmogorovResult(feature, reference, current), 0.05, small && !few, true),
    byValue(shown(feature, 'wasserstein', 'normed/std', scaled), 0.1, !small && !few),
    byValue(jensenShannon(feature, binned), 0.1, !small && few),
    ...(few ? [chiSquared(feature, categories, small)] : []),
    shown(feature, 'psi', 'eps1e-4', psiEpsilon(binned.reference, binned.current)),
    shown(feature, 'hellinger', 'sturges/distinct', hellinger(forHellinger.reference, forHellinger.current)),
  ]
}

function categorical(feature: string, sides: CategorySides): DriftResult[] {
  const small = sides.reference.reduce((sum, count) => sum + count, 0) <= smallReference
  return [
    chiSquared(feature, sides, small),
    byValue(jensenShannon(feature, sides), 0.1, !small),
    shown(feature, 'psi', 'eps1e-4', psiEpsilon(sides.reference, sides.current)),
    shown(feature, 'hellinger', 'raw', hellinger(sides.reference, sides.current)),
  ]
}

function jensenShannon(feature: string, sides: CategorySides): DriftResult {
  return shown(feature, 'js', 'distance/nat', jensenShannonDistance(sides.reference, sides.current, 'e'))
}

function chiSquared(feature: string, sides: CategorySides, decides: boolean): DriftResult {
  if (sides.reference.length <= 2 && decides) return byPValue(twoProportions(feature, sides), 0.05, true)
  const { statistic, pValue } = chiSquaredGoodnessOfFit(sides.reference, sides.current)
  return byPValue(shown(feature, 'chi2', 'goodness_of_fit', statistic, { pValue }), 0.05, decides)
}

/** The z-test of two proportions, whose square is a chi-squared statistic of one degree of freedom. */
function twoProportions(feature: string, { reference, current }: CategorySides): DriftResult {
  const n = (reference[0] ?? 0) + (reference[1] ?? 0)
  const m = (current[0] ?? 0) + (current[1] ?? 0)
  const [p, q] = [(reference[0] ?? 0) / n, (current[0] ?? 0) / m]
  const pooled = ((reference[0] ?? 0) + (current[0] ?? 0)) / (n + m)
  const variance = pooled * (1 - pooled) * (1 / n + 1 / m)
  const square = variance === 0 ? 0 : (p - q) ** 2 / variance
  return shown(feature, 'chi2', 'two_proportions', square, { pValue: chiSquaredTail(square, 1) })
}

function onBins({ reference, current }: NumberSides, edges: Float64Array): CategorySides {
  return { reference: Array.from(histogram(reference, edges)), current: Array.from(histogram(current, edges)) }
}
