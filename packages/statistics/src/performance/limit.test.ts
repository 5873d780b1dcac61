import { describe, expect, it } from 'vitest'
import { estimateClassification } from './estimate.ts'
import { estimateErrors } from './estimate-errors.ts'
import { performanceLimit } from './limit.ts'
import { performanceMetrics, type LabelledRows } from './metrics.ts'
import { seeded } from './resampling.ts'

const random = seeded(11)
const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** A regression whose errors follow each other by `rho` and are `scale` wide. */
function regression(rows: number, rho: number, scale = 1): LabelledRows {
  let error = normal()
  const predictions = Float64Array.from({ length: rows }, () => 100 + 10 * normal())
  const labels = predictions.map((prediction) => {
    error = rho * error + Math.sqrt(1 - rho * rho) * normal()
    return prediction + scale * error
  })
  return { task: 'regression', labels, predictions }
}

function classifier(rows: number, flip: number): LabelledRows & { task: 'classification' } {
  const probabilities = Float64Array.from({ length: rows }, () => random() ** 0.7)
  const labels = Array.from(probabilities, (p) => (random() < (random() < flip ? 1 - p : p) ? 1 : 0))
  return { task: 'classification', labels, probabilities, positive: 1, classes: [0, 1] }
}

describe('the limit of a metric', () => {
  it.each([
    ['mae', 0],
    ['rmse', 0],
    ['mae', 0.8],
    ['median_ae', 0],
    ['r2', 0],
  ] as const)('%s is passed by good windows at the promised rate, errors correlated by %d', (metric, rho) => {
    const alpha = 0.1
    let [passed, all] = [0, 0]
    for (let run = 0; run < 20; run++) {
      const baseline = regression(800, rho)
      const { limit, worse } = performanceLimit({ metric, baseline, windowRows: 100, alpha, timeOrdered: true })
      for (let window = 0; window < 10; window++, all++) {
        const value = performanceMetrics(regression(100, rho))[metric] ?? 0
        if (worse === 'higher' ? value > (limit ?? 0) : value < (limit ?? 0)) passed++
      }
    }
    expect(passed).toBeLessThanOrEqual(all * alpha + 3 * Math.sqrt(all * alpha * (1 - alpha)))
  })

  it('is passed by a model that got half as bad again', () => {
    const { limit } = performanceLimit({ metric: 'mae', baseline: regression(800, 0), windowRows: 100, alpha: 0.01 })
    expect(performanceMetrics(regression(100, 0, 1.5)).mae).toBeGreaterThan(limit ?? Number.POSITIVE_INFINITY)
  })

  it('of an accuracy needs only its value and its rows', () => {
    const input = {
      metric: 'accuracy',
      baseline: null,
      value: 0.9,
      baselineRows: 1000,
      windowRows: 100,
      alpha: 0.01,
    } as const
    const { limit, worse } = performanceLimit(input)
    expect(worse).toBe('lower')
    expect(limit).toBeGreaterThan(0.8)
    expect(limit).toBeLessThan(0.85)
  })

  it.each([
    [{ windowRows: 19 }, 'insufficient_data: 19 of at least 20 labels'],
    [{ baseline: null, value: 3 }, 'insufficient_data: 0 of at least 30 rows of the baseline'],
    [{ baseline: null }, 'not_defined: the metric has no value on the baseline'],
  ])('says why there is none: %j', (change, reason) => {
    const input = { metric: 'mae', baseline: regression(100, 0), windowRows: 50, alpha: 0.01, ...change } as const
    expect(performanceLimit(input)).toMatchObject({ limit: null, reason })
  })
})

describe('estimates before labels', () => {
  it('are within three standard errors of what the labels say while nothing changes', () => {
    const reference = classifier(4000, 0)
    const known = { probabilities: reference.probabilities as Float64Array, labels: reference.labels.map(Number) }
    for (let window = 0; window < 10; window++) {
      const rows = classifier(1000, 0)
      const estimates = estimateClassification(rows.probabilities as Float64Array, known, [
        'accuracy',
        'auc',
        'f1',
        'brier',
      ])
      const real = performanceMetrics(rows)
      for (const metric of ['accuracy', 'auc', 'f1', 'brier'] as const) {
        const { value, standardError } = estimates[metric] ?? { value: null, standardError: null }
        expect(Math.abs((value ?? 9) - (real[metric] ?? 0))).toBeLessThan(3.5 * (standardError ?? 0) + 0.01)
      }
    }
  })

  it('see a window of less sure predictions before its labels come', () => {
    const reference = classifier(4000, 0)
    const known = { probabilities: reference.probabilities as Float64Array, labels: reference.labels.map(Number) }
    const unsure = Float64Array.from({ length: 500 }, () => 0.4 + 0.2 * random())
    const { accuracy } = estimateClassification(unsure, known, ['accuracy'])
    const before = performanceMetrics(reference).accuracy ?? 0
    expect(before - (accuracy?.value ?? 1)).toBeGreaterThan(0.1)
  })

  it('of a reference whose probabilities mean nothing, or that is small, are not given', () => {
    const random01 = { probabilities: Float64Array.from({ length: 50 }, random), labels: new Float64Array(50) }
    expect(estimateClassification(new Float64Array(100), random01, ['auc']).auc).toMatchObject({
      value: null,
      reason: 'insufficient_data: 50 of at least 200 labelled rows of reference',
    })
  })

  it('of errors follow the predictions that are usually far off, and refuse what lies beyond all of them', () => {
    const predictions = Float64Array.from({ length: 3000 }, () => 100 * random())
    const labels = predictions.map((prediction) => prediction + (prediction / 10) * normal())
    const high = Float64Array.from({ length: 300 }, () => 80 + 20 * random())
    const { mae } = estimateErrors(high, { labels, predictions }, ['mae', 'rmse'])
    expect(Math.abs((mae?.value ?? 0) - 9 * Math.sqrt(2 / Math.PI))).toBeLessThan(4 * (mae?.standardError ?? 0) + 0.2)
    const beyond = high.map((value) => value + 50)
    expect(estimateErrors(beyond, { labels, predictions }, ['mae']).mae?.reason).toMatch(/^not_sound: 100 %/)
  })
})
