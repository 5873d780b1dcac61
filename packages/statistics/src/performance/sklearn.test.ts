import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { performanceMetrics } from './metrics.ts'
import { applyIsotonic, fitIsotonic } from './isotonic.ts'

const python = join(resolve(import.meta.dirname, '../../../..'), '.venv/bin/python')

function ask(script: string, input: unknown): unknown {
  const done = spawnSync(python, ['-W', 'ignore', '-c', `import json, sys\ndata = json.load(sys.stdin)\n${script}`], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  if (done.status !== 0) throw new Error(done.stderr)
  return JSON.parse(done.stdout)
}

const seed = 20_260_401
const near = (ours: number | null | undefined, theirs: number | null, name: string): void => {
  if (theirs === null) expect(ours ?? null, name).toBeNull()
  else expect(Math.abs((ours ?? Number.NaN) - theirs), name).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(theirs)))
}

describe.skipIf(!existsSync(python))('the same numbers as scikit-learn', () => {
  it('errors of regressions', () => {
    const value = fc.oneof(fc.double({ min: -1e4, max: 1e4, noNaN: true }), fc.integer({ min: -3, max: 3 }))
    const cases = fc
      .sample(fc.array(fc.tuple(value, value), { minLength: 2, maxLength: 60 }), { numRuns: 60, seed })
      .map((rows) => [rows.map(([a]) => a), rows.map(([, b]) => b)] as const)
    const answers = ask(
      `from sklearn import metrics as m
out = []
for y, p in data:
    out.append(dict(mae=m.mean_absolute_error(y, p), mse=m.mean_squared_error(y, p), rmse=m.root_mean_squared_error(y, p),
        mape=m.mean_absolute_percentage_error(y, p), median_ae=m.median_absolute_error(y, p), r2=m.r2_score(y, p)))
print(json.dumps(out))`,
      cases,
    ) as Record<string, number>[]
    cases.forEach(([labels, predictions], index) => {
      const ours = performanceMetrics({ task: 'regression', labels, predictions })
      for (const [name, theirs] of Object.entries(answers[index] ?? {})) near(ours[name as 'mae'], theirs, name)
      const bias = predictions.reduce((sum, p, row) => sum + p - (labels[row] ?? 0), 0) / labels.length
      near(ours.bias, bias, 'bias')
    })
  })

  it('binary classes with probabilities', () => {
    const row = fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 20 }))
    const cases = fc
      .sample(fc.array(row, { minLength: 4, maxLength: 80 }), { numRuns: 80, seed })
      .filter((rows) => new Set(rows.map(([label]) => label)).size === 2)
      .map((rows) => [rows.map(([label]) => label), rows.map(([, score]) => 0.01 + score / 20.5)] as const)
    const answers = ask(
      `from sklearn import metrics as m
out = []
for y, p in data:
    d = [int(x >= 0.5) for x in p]
    out.append(dict(accuracy=m.accuracy_score(y, d), precision=m.precision_score(y, d, zero_division=0), recall=m.recall_score(y, d, zero_division=0),
        f1=m.f1_score(y, d, zero_division=0), f1_macro=m.f1_score(y, d, average="macro", zero_division=0),
        precision_macro=m.precision_score(y, d, average="macro", zero_division=0), recall_macro=m.recall_score(y, d, average="macro", zero_division=0),
        balanced_accuracy=m.balanced_accuracy_score(y, d), log_loss=m.log_loss(y, p), auc=m.roc_auc_score(y, p), brier=m.brier_score_loss(y, p)))
print(json.dumps(out))`,
      cases,
    ) as Record<string, number>[]
    cases.forEach(([labels, probabilities], index) => {
      const ours = performanceMetrics({
        task: 'classification',
        labels,
        probabilities: Float64Array.from(probabilities),
        positive: 1,
      })
      for (const [name, theirs] of Object.entries(answers[index] ?? {})) near(ours[name as 'f1'], theirs, name)
    })
  })

  it('several classes: means over classes, one against the rest', () => {
    const row = fc.tuple(
      fc.integer({ min: 0, max: 2 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 3, maxLength: 3 }),
    )
    const cases = fc
      .sample(fc.array(row, { minLength: 12, maxLength: 60 }), { numRuns: 40, seed })
      .filter((rows) => new Set(rows.map(([label]) => label)).size === 3)
      .map((rows) => ({
        labels: rows.map(([label]) => ['a', 'b', 'c'][label] ?? ''),
        probabilities: rows.map(([, weights]) => weights.map((w) => w / weights.reduce((sum, each) => sum + each, 0))),
      }))
    const answers = ask(
      `from sklearn import metrics as m
import numpy as np
out = []
for case in data:
    y, p = case["labels"], np.array(case["probabilities"])
    d = [["a", "b", "c"][i] for i in p.argmax(axis=1)]
    out.append(dict(accuracy=m.accuracy_score(y, d), f1=m.f1_score(y, d, average="macro"), balanced_accuracy=m.balanced_accuracy_score(y, d),
        precision=m.precision_score(y, d, average="macro", zero_division=0), log_loss=m.log_loss(y, p), auc=m.roc_auc_score(y, p, multi_class="ovr")))
print(json.dumps(out))`,
      cases,
    ) as Record<string, number>[]
    cases.forEach(({ labels, probabilities }, index) => {
      const columns = [0, 1, 2].map((place) => probabilities.map((row) => row[place] ?? 0))
      const ours = performanceMetrics({
        task: 'classification',
        labels,
        probabilities: columns,
        classes: ['a', 'b', 'c'],
      })
      for (const [name, theirs] of Object.entries(answers[index] ?? {})) near(ours[name as 'f1'], theirs, name)
    })
  })

  it('isotonic regression, ties included', () => {
    const row = fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 1 }))
    const cases = fc.sample(fc.array(row, { minLength: 3, maxLength: 60 }), { numRuns: 60, seed })
    const answers = ask(
      `from sklearn.isotonic import IsotonicRegression
out = []
for rows in data:
    x, y = [r[0] for r in rows], [r[1] for r in rows]
    fit = IsotonicRegression(out_of_bounds="clip").fit(x, y)
    out.append([float(v) for v in fit.predict([i / 2 for i in range(-2, 64)])])
print(json.dumps(out))`,
      cases,
    ) as number[][]
    cases.forEach((rows, index) => {
      const fit = fitIsotonic(
        rows.map(([x]) => x),
        rows.map(([, y]) => y),
      )
      answers[index]?.forEach((theirs, place) => near(applyIsotonic(fit, place / 2 - 1), theirs, String(place / 2 - 1)))
    })
  })
})

describe('vectors of the metrics component of Azure ML', () => {
  it('accuracy 1/3, precision and recall 1/4, RMSE and MAE', () => {
    const classes = performanceMetrics({ task: 'classification', labels: [0, 1, 0], predictions: [0, 0, 1] })
    expect(classes).toMatchObject({ accuracy: expect.closeTo(1 / 3, 12), precision: 0.25, recall: 0.25 })
    const errors = performanceMetrics({ task: 'regression', labels: [0.1, 0.2, 0.3], predictions: [0.1, 0.1, 0.4] })
    expect(errors.rmse).toBeCloseTo(0.081_649_658_092_772_62, 12)
    expect(errors.mae).toBeCloseTo(0.066_666_666_666_666_68, 12)
  })

  it('no rows have no value, other lengths are refused', () => {
    const none = performanceMetrics({ task: 'regression', labels: [], predictions: [] })
    expect(Object.values(none).every((value) => value === null)).toBe(true)
    expect(() => performanceMetrics({ task: 'regression', labels: [1], predictions: [] })).toThrow(RangeError)
    expect(() => performanceMetrics({ task: 'classification', labels: ['a'], predictions: [] })).toThrow(RangeError)
  })
})
