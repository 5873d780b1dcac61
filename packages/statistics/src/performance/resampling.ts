import type { ClassificationRows } from './classification.ts'
import type { LabelledRows } from './metrics.ts'

/** Numbers in [0, 1) from a seed, the same each time: mulberry-like mixing of a counter (32 bits). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}

/** `count` rows with repetition, in blocks of neighbours; the end is followed by the beginning. */
export function drawRows(rows: LabelledRows, count: number, block: number, random: () => number): LabelledRows {
  const n = rows.labels.length
  const places = new Int32Array(count)
  for (let begin = 0; begin < count; begin += block) {
    const start = Math.floor(random() * n)
    for (let step = 0; step < block && begin + step < count; step++) places[begin + step] = (start + step) % n
  }
  if (rows.task === 'regression')
    return { task: 'regression', labels: pick(rows.labels, places), predictions: pick(rows.predictions, places) }
  return { task: 'classification', ...pickClasses(rows, places) }
}

function pick(values: ArrayLike<number>, places: Int32Array): Float64Array {
  const picked = new Float64Array(places.length)
  for (let index = 0; index < places.length; index++) picked[index] = Number(values[places[index] ?? 0])
  return picked
}

function pickClasses(rows: ClassificationRows, places: Int32Array): ClassificationRows {
  const { predictions, probabilities } = rows
  const names = (list: ClassificationRows['labels']): ClassificationRows['labels'] =>
    Array.from(places, (place) => list[place] ?? '')
  const single = probabilities === undefined || typeof probabilities[0] === 'number'
  return {
    ...rows,
    labels: names(rows.labels),
    ...(predictions === undefined ? {} : { predictions: names(predictions) }),
    ...(probabilities === undefined
      ? {}
      : {
          probabilities: single
            ? pick(probabilities as ArrayLike<number>, places)
            : (probabilities as readonly ArrayLike<number>[]).map((column) => pick(column, places)),
        }),
  }
}
