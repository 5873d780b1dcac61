import { countCategories, featureKind, numbersOf, type Column } from './drift/columns.ts'
import { edgeSample, quantileEdges } from './drift/histograms.ts'
import type { Table } from './tables/table.ts'

const bins = 10
const missing = bins + 1

/**
 * How much each feature has to do with what the model answers, without the model: mutual information of the feature's and the prediction's bins on
 * the reference (ten of equal mass, or the ten most frequent categories and all others; missing values are a bin), less what chance alone would make
 * of it, (K − 1)(L − 1) / 2n (G. Miller, 1955). The shares add up to 1. It sees each feature alone: two that matter only together, or one that says
 * what another says already, are not told apart; take a model's own importances where there are some.
 *
 * @param predictions one a row of the reference; when it is the label that is given, it is association with the label.
 * @returns by feature; empty when nothing has to do with the predictions.
 * @throws RangeError when predictions and table have different lengths; TableError when a column cannot be read.
 */
export async function featureImportance(
  table: Table,
  predictions: Column,
  features: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const [target, classes] = binned(predictions)
  if (target.length !== table.rows) throw new RangeError(`${target.length} predictions for ${table.rows} rows`)
  const information = new Map<string, number>()
  for (const feature of features) {
    if (!table.names.includes(feature)) continue
    const [own, kinds] = binned(await table.read(feature))
    information.set(feature, mutualInformation(own, kinds, target, classes))
  }
  const all = [...information.values()].reduce((sum, value) => sum + value, 0)
  if (!(all > 0)) return new Map()
  return new Map([...information].map(([feature, value]) => [feature, value / all]))
}

/** The bin of each row, and how many bins there may be. */
function binned(column: Column): [Uint8Array, number] {
  if (featureKind(column) === 'categorical') return binnedCategories(column)
  const edges = quantileEdges(edgeSample(numbersOf(column).values), bins)
  const of = (value: number): number => {
    if (Number.isNaN(value)) return missing
    let bin = 0
    while (bin < edges.length && (edges[bin] ?? 0) <= value) bin++
    return bin
  }
  if (column.kind === 'number') return [Uint8Array.from(column.values, of), missing + 1]
  const words = column.dictionary.map((word) => of(word.trim() === '' ? Number.NaN : Number(word)))
  return [Uint8Array.from(column.codes, (code) => words[code] ?? missing), missing + 1]
}

function binnedCategories(column: Column): [Uint8Array, number] {
  const frequent = [...countCategories(column).counts].toSorted(([, a], [, b]) => b - a).slice(0, bins)
  const places = new Map(frequent.map(([category], place) => [category, place]))
  if (column.kind === 'number')
    return [
      Uint8Array.from(column.values, (value) => (Number.isNaN(value) ? missing : (places.get(String(value)) ?? bins))),
      missing + 1,
    ]
  const words = column.dictionary.map((word) => places.get(word) ?? bins)
  return [Uint8Array.from(column.codes, (code) => words[code] ?? missing), missing + 1]
}

function mutualInformation(a: Uint8Array, kinds: number, b: Uint8Array, classes: number): number {
  const n = a.length
  const joint = new Float64Array(kinds * classes)
  for (let row = 0; row < n; row++) {
    const place = (a[row] ?? 0) * classes + (b[row] ?? 0)
    joint[place] = (joint[place] ?? 0) + 1
  }
  const [ofA, ofB] = [new Float64Array(kinds), new Float64Array(classes)]
  joint.forEach((count, place) => {
    const [i, j] = [Math.floor(place / classes), place % classes]
    ofA[i] = (ofA[i] ?? 0) + count
    ofB[j] = (ofB[j] ?? 0) + count
  })
  let sum = 0
  joint.forEach((count, place) => {
    if (count > 0)
      sum +=
        (count / n) * Math.log((count * n) / ((ofA[Math.floor(place / classes)] ?? 0) * (ofB[place % classes] ?? 0)))
  })
  const used = (counts: Float64Array): number => counts.filter((count) => count > 0).length
  return Math.max(0, sum - ((used(ofA) - 1) * (used(ofB) - 1)) / (2 * n))
}
