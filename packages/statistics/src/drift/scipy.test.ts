import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chiSquaredContingency, chiSquaredTail } from '../chi-squared.ts'
import { jensenShannonDistance } from './divergences.ts'
import { doaneEdges, histogram, sturgesEdges } from './histograms.ts'
import { exactPValue, kolmogorovSmirnov, kolmogorovTail } from './kolmogorov-smirnov.ts'
import { wasserstein } from './wasserstein.ts'

const python = join(resolve(import.meta.dirname, '../../../..'), '.venv/bin/python')

/** What SciPy and NumPy say of the same samples, asked in one process. */
function ask(script: string, input: unknown): unknown {
  const done = spawnSync(python, ['-c', `import json, sys\ndata = json.load(sys.stdin)\n${script}`], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  if (done.status !== 0) throw new Error(done.stderr)
  return JSON.parse(done.stdout)
}

const decimal = fc.double({ min: -1e6, max: 1e6, noNaN: true })
const rounded = fc.integer({ min: -20, max: 20 })
const sample = fc.oneof(
  fc.array(decimal, { minLength: 1, maxLength: 120 }),
  fc.array(rounded, { minLength: 1, maxLength: 120 }),
)
const seed = 20_260_301

describe.skipIf(!existsSync(python))('the same numbers as SciPy and NumPy', () => {
  it('Kolmogorov–Smirnov distance with its exact p-value, and Wasserstein distance, ties included', () => {
    const pairs = fc.sample(fc.tuple(sample, sample), { numRuns: 150, seed })
    const answers = ask(
      `from scipy import stats
out = []
for a, b in data:
    ks = stats.ks_2samp(a, b, method="exact")
    out.append([float(ks.statistic), float(ks.pvalue), float(stats.wasserstein_distance(a, b))])
print(json.dumps(out))`,
      pairs,
    ) as [number, number, number][]
    pairs.forEach(([a, b], index) => {
      const [first, second] = [Float64Array.from(a).toSorted(), Float64Array.from(b).toSorted()]
      const { distance, steps } = kolmogorovSmirnov(first, second)
      const [theirs, pValue, moved] = answers[index] ?? [0, 0, 0]
      expect(distance).toBeCloseTo(theirs, 12)
      expect(Math.abs(exactPValue(a.length, b.length, steps) - pValue)).toBeLessThan(1e-9)
      expect(Math.abs(wasserstein(first, second) - moved)).toBeLessThanOrEqual(1e-9 * Math.max(1, moved))
    })
  })

  it('chi-squared of tables, its tail, Jensen–Shannon in both bases', () => {
    const row = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 6, maxLength: 6 })
    const tables = fc
      .sample(fc.tuple(row, row), { numRuns: 200, seed })
      .filter(([a, b]) => a.some((x) => x > 0) && b.some((x) => x > 0))
    const answers = ask(
      `from scipy import stats
from scipy.spatial.distance import jensenshannon
out = []
for a, b in data:
    table = [[x for x, y in zip(a, b) if x + y], [y for x, y in zip(a, b) if x + y]]
    chi = stats.chi2_contingency(table)
    out.append([float(chi.statistic), float(chi.pvalue), float(jensenshannon(a, b)), float(jensenshannon(a, b, base=2))])
print(json.dumps(out))`,
      tables,
    ) as [number, number, number, number][]
    tables.forEach(([a, b], index) => {
      const [statistic, pValue, natural, binary] = answers[index] ?? [0, 0, 0, 0]
      const ours = chiSquaredContingency(a, b)
      expect(Math.abs(ours.statistic - statistic)).toBeLessThanOrEqual(1e-9 * Math.max(1, statistic))
      expect(Math.abs(ours.pValue - pValue)).toBeLessThan(1e-9)
      expect(jensenShannonDistance(a, b, 'e')).toBeCloseTo(natural, 9)
      expect(jensenShannonDistance(a, b)).toBeCloseTo(binary, 9)
    })
  })

  it('tails of the chi-squared and the Kolmogorov distribution from 1 down to 1e-200', () => {
    const chi = [1, 2, 3, 7, 20, 99, 999].flatMap((degrees) =>
      [0, 0.01, 0.5, 1, 5, 20, 100, 900, 1100].map((value) => [value, degrees]),
    )
    const distances = [0.05, 0.2, 0.5, 0.9, 1, 1.17, 1.18, 1.19, 1.36, 2, 4, 10]
    const [tails, limits] = ask(
      `from scipy import stats, special
print(json.dumps([[float(stats.chi2.sf(x, k)) for x, k in data[0]], [float(special.kolmogorov(x)) for x in data[1]]]))`,
      [chi, distances],
    ) as [number[], number[]]
    chi.forEach(([value = 0, degrees = 1], index) => {
      const theirs = tails[index] ?? 0
      expect(Math.abs(chiSquaredTail(value, degrees) - theirs)).toBeLessThanOrEqual(Math.max(1e-300, 1e-10 * theirs))
    })
    distances.forEach((distance, index) => expect(kolmogorovTail(distance)).toBeCloseTo(limits[index] ?? 0, 12))
  })

  it('bins by Sturges and Doane, counts in half-open bins with the last one closed', () => {
    const samples = fc.sample(fc.array(fc.oneof(decimal, rounded), { minLength: 3, maxLength: 200 }), {
      numRuns: 80,
      seed,
    })
    const answers = ask(
      `import numpy as np
out = []
for a in data:
    a = np.array(a, dtype=float)
    row = []
    for rule in ("sturges", "doane"):
        edges = np.histogram_bin_edges(a, bins=rule)
        row.append([edges.tolist(), np.histogram(a, bins=edges)[0].tolist()])
    out.append(row)
print(json.dumps(out))`,
      samples,
    ) as [number[], number[]][][]
    samples.forEach((values, index) => {
      const sorted = Float64Array.from(values).toSorted()
      const ours = [
        sturgesEdges(sorted.length, sorted[0] ?? 0, sorted.at(-1) ?? 0, false),
        doaneEdges(Float64Array.from(values)),
      ]
      ours.forEach((edges, rule) => {
        const [theirs = [], counts = []] = answers[index]?.[rule] ?? []
        expect(edges.length).toBe(theirs.length)
        edges.forEach((edge, place) => expect(Math.abs(edge - (theirs[place] ?? 0))).toBeLessThan(1e-6))
        expect(Array.from(histogram(sorted, Float64Array.from(theirs)))).toEqual(counts)
      })
    })
  })
})
