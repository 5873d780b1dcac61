import { describe, expect, it } from 'vitest'
import { chiSquaredContingency, chiSquaredGoodnessOfFit } from '../chi-squared.ts'
import { azuremlEdges } from './dialects/azureml.ts'
import {
  hellinger,
  jensenShannonDistance,
  jensenShannonDivergence,
  largestDifference,
  psiEpsilon,
  psiLaplace,
  totalVariation,
} from './divergences.ts'
import { exactPValue, kolmogorovSmirnov } from './kolmogorov-smirnov.ts'
import { wasserstein } from './wasserstein.ts'

const hundreds = Array.from({ length: 8 }, () => 100)

/** The same counts by the definitions of four products: base-2 and natural Jensen–Shannon, two PSIs, two chi-squared tests, Hellinger. */
const table: [string, number[], number[], number[]][] = [
  [
    'nearly alike',
    hundreds,
    [97, 105, 99, 98, 101, 102, 97, 103],
    [
      0.0117225254523, 0.00975964261971, 0.000747092595543, 0.000762046373827, 0.9989159186, 0.9998940159,
      0.00975977511469,
    ],
  ],
  [
    'a little apart',
    hundreds,
    [100, 110, 90, 100, 100, 100, 110, 100],
    [0.0251987245319, 0.0209793143043, 0.0034536746264, 0.00352251104658, 0.8994416135, 0.9850561499, 0.0209814853806],
  ],
  [
    'far apart',
    hundreds,
    [180, 80, 70, 170, 200, 10, 130, 100],
    [0.257323241115, 0.214235650948, 0.408753728159, 0.423294346753, 7.081482989e-50, 6.257365553e-29, 0.221278737973],
  ],
  [
    'one nearly gone',
    hundreds,
    [100, 100, 100, 100, 100, 100, 100, 1],
    [0.246002567638, 0.204810572044, 0.479183272575, 0.569076843597, 2.968426509e-18, 8.062532591e-17, 0.227814758342],
  ],
  [
    'two gone, one nearly',
    hundreds,
    [100, 100, 100, 0, 0, 100, 100, 1],
    [0.460745971264, 0.383596182949, 1.61048222315, 2.46475425124, 2.151958165e-60, 2.217225112e-48, 0.440935788865],
  ],
  [
    'disjoint',
    [...hundreds, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2],
    [1, 0.832554611158, 2.53814864802, 15.2933971838, 0, 2.848677695e-166, 1],
  ],
  [
    'two categories',
    [100, 100],
    [92, 23],
    [0.270377528526, 0.225104058128, 0.399417310827, 0.415888308336, 1.240573871e-10, 2.826998077e-7, 0.226531900512],
  ],
  [
    'eight rows',
    [3, 1, 4],
    [2, 3, 0],
    [0.610231154412, 0.508050761478, 0.747660664134, 5.00445090043, 0.003130174057, 0.09249275147, 0.582099979923],
  ],
]

describe('one pair of counts, each product’s number', () => {
  it.each(table)('%s', (_name, reference, current, expected) => {
    const ours = [
      jensenShannonDistance(reference, current),
      jensenShannonDistance(reference, current, 'e'),
      psiLaplace(reference, current),
      psiEpsilon(reference, current),
      chiSquaredGoodnessOfFit(reference, current).pValue,
      chiSquaredContingency(reference, current).pValue,
      hellinger(reference, current),
    ]
    ours.forEach((value, index) =>
      expect(Math.abs(value - (expected[index] ?? 0))).toBeLessThan(1e-9 * Math.max(1, expected[index] ?? 0)),
    )
  })
})

describe('numbers that other suites hold to', () => {
  it('largest difference of shares', () => {
    expect(largestDifference([1, 9], [3, 7])).toBeCloseTo(0.2, 12)
    expect(largestDifference([0, 9, 1], [3, 7, 0])).toBeCloseTo(0.3, 12)
    expect(largestDifference([10, 20, 25, 10, 5, 0], [0, 20, 25, 10, 10, 11])).toBeCloseTo(0.144_736_842_105, 9)
    expect(largestDifference([10, 20, 25, 10, 5], [11, 20, 25, 10, 10])).toBeCloseTo(0.060_150_375_939_849_62, 12)
  })

  it('Jensen–Shannon divergence in bits', () => {
    const bits = (a: number[], b: number[]): number => jensenShannonDivergence(a, b) / Math.LN2
    expect(bits([2, 2, 1, 0, 0, 0], [0, 2, 0, 1, 1, 1])).toBeCloseTo(0.6, 12)
    expect(bits([1, 1, 0], [1, 0, 1])).toBeCloseTo(0.5, 12)
    expect(bits([1, 3, 0], [0, 3, 1]) > 0).toBe(true)
  })

  it('total variation and Hellinger of shares', () => {
    expect(totalVariation([0, 1, 2, 3], [3, 2, 1, 0])).toBeCloseTo(0.666_666_666_667, 9)
    expect(hellinger([0, 1, 2, 3], [3, 2, 1, 0])).toBeCloseTo(0.727_045, 5)
  })

  it('chi-squared of tables', () => {
    expect(chiSquaredContingency([4, 2, 0], [1, 1, 4]).statistic).toBeCloseTo(6.133_333_33, 8)
    expect(chiSquaredContingency([4, 2, 0], [1, 1, 4]).pValue).toBeCloseTo(0.046_576_15, 8)
    expect(chiSquaredContingency([5], [9])).toEqual({ statistic: Number.NaN, degrees: 0, pValue: 1 })
  })

  it('Kolmogorov–Smirnov of small samples, where the exact probability is a fraction', () => {
    const ks = (a: number[], b: number[]): [number, number] => {
      const { distance, steps } = kolmogorovSmirnov(Float64Array.from(a), Float64Array.from(b))
      return [distance, exactPValue(a.length, b.length, steps)]
    }
    expect(ks([1.01, 2.01], [1, 2, 3])).toEqual([expect.closeTo(1 / 3, 12), expect.closeTo(1, 12)])
    expect(ks([0.99, 1.99], [1, 2, 3])).toEqual([expect.closeTo(2 / 3, 12), expect.closeTo(0.6, 12)])
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1)
    const shifted = hundred.map((value) => value + 2.1)
    expect(ks(hundred, shifted)).toEqual([expect.closeTo(0.03, 12), expect.closeTo(0.999_999_999_996_206, 12)])
    const first = [38.7, 41.5, 43.8, 44.5, 45.5, 46, 47.7, 58]
    const second = [39.2, 39.3, 39.7, 41.4, 41.8, 42.9, 43.3, 45.8]
    expect(ks(first, second)).toEqual([0.625, expect.closeTo(0.087_024_087, 9)])
    expect(wasserstein(Float64Array.from(first), Float64Array.from(second))).toBeCloseTo(4.1625, 12)
  })

  it('bins of Azure ML’s monitor, constants included', () => {
    const edges = (a: number[], b: number[]): number[] =>
      Array.from(azuremlEdges(Float64Array.from(a), Float64Array.from(b)))
    expect(edges([1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7])).toHaveLength(5)
    expect(edges([1, 1], [1, 1])).toEqual([0.995, 1, 1.005])
    expect(edges([-31, -31], [-31])[0]).toBeCloseTo(-31.155, 12)
    expect(edges([0], [0])).toEqual([-0.005, 0.005])
  })

  it('nothing to compare is no number, never an exception', () => {
    for (const of of [psiLaplace, psiEpsilon, jensenShannonDistance, hellinger, totalVariation, largestDifference])
      expect(of([0, 0], [1, 2])).toBeNaN()
    expect(kolmogorovSmirnov(new Float64Array(0), Float64Array.of(1)).distance).toBeNaN()
    expect(wasserstein(new Float64Array(0), Float64Array.of(1))).toBeNaN()
  })
})
