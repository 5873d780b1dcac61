/** Counts of sorted values between edges: bins are half-open [a, b), the last one closed, as `numpy.histogram`; what lies outside is not counted. */
export function histogram(sorted: Float64Array, edges: ArrayLike<number>): Float64Array {
  const bins = edges.length - 1
  const counts = new Float64Array(Math.max(0, bins))
  let begin = lowerBound(sorted, edges[0] ?? 0)
  for (let bin = 0; bin < bins; bin++) {
    const edge = edges[bin + 1] ?? 0
    const end = bin === bins - 1 ? upperBound(sorted, edge) : lowerBound(sorted, edge)
    counts[bin] = Math.max(0, end - begin)
    begin = Math.max(begin, end)
  }
  return counts
}

/** The first place whose value is not below `value`. */
export function lowerBound(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** The first place whose value is above `value`. */
export function upperBound(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? 0) <= value) low = middle + 1
    else high = middle
  }
  return low
}

/** `bins` bins of equal width between two values. */
export function equalWidth(low: number, high: number, bins: number): Float64Array {
  const step = (high - low) / bins
  return Float64Array.from({ length: bins + 1 }, (_, index) => (index === bins ? high : low + index * step))
}

/** Inner edges at the reference's quantiles, each once: at most `bins` − 1, and as many values of the reference between them as its ties allow. */
export function quantileEdges(sorted: Float64Array, bins: number): Float64Array {
  const edges: number[] = []
  for (let part = 1; part < bins; part++) {
    const position = (part * (sorted.length - 1)) / bins
    const [below, above] = [sorted[Math.floor(position)] ?? 0, sorted[Math.ceil(position)] ?? 0]
    const edge = below + (above - below) * (position - Math.floor(position))
    if (edge > (edges.at(-1) ?? sorted[0] ?? 0)) edges.push(edge)
  }
  return Float64Array.from(edges)
}

/** How many values of a distribution's two sides lie between the inner edges of the reference, its open ends included. */
export function countBetween(sorted: Float64Array, inner: ArrayLike<number>): Float64Array {
  const counts = new Float64Array(inner.length + 1)
  let begin = 0
  for (let bin = 0; bin < inner.length; bin++) {
    const end = lowerBound(sorted, inner[bin] ?? 0)
    counts[bin] = end - begin
    begin = end
  }
  counts[inner.length] = sorted.length - begin
  return counts
}

/** Number of bins and width by H. Sturges' rule (1926) over values from `low` to `high`, as NumPy: whole numbers have bins of at least 1. */
export function sturgesEdges(count: number, low: number, high: number, whole: boolean): Float64Array {
  return edgesOfWidth((high - low) / (Math.log2(count) + 1), low, high, whole)
}

/** Bins by D. Doane's rule (1976), which makes them finer for skewed values, as NumPy. */
export function doaneEdges(values: Float64Array): Float64Array {
  const count = values.length
  let [mean, low, high] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    mean += value / count
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  let [second, third] = [0, 0]
  for (const value of values) {
    second += (value - mean) ** 2 / count
    third += (value - mean) ** 3 / count
  }
  if (count <= 2 || second <= 0) return edgesOfWidth(0, low, high, false)
  const skewness = Math.abs(third / second ** 1.5)
  const spread = Math.sqrt((6 * (count - 2)) / ((count + 1) * (count + 3)))
  return edgesOfWidth((high - low) / (1 + Math.log2(count) + Math.log2(1 + skewness / spread)), low, high, false)
}

function edgesOfWidth(width: number, low: number, high: number, whole: boolean): Float64Array {
  const [from, to] = low === high ? [low - 0.5, high + 0.5] : [low, high]
  const step = whole && width > 0 && width < 1 ? 1 : width
  const bins = step > 0 ? Math.max(1, Math.ceil((to - from) / step)) : 1
  return equalWidth(from, to, bins)
}

const sampleForEdges = 20_000

/** Values that edges are made from: all, or of many each k-th; sorted, without infinities. */
export function edgeSample(values: Float64Array): Float64Array {
  const stride = Math.max(1, Math.floor(values.length / sampleForEdges))
  const sample = new Float64Array(Math.ceil(values.length / stride))
  for (let index = 0; index < sample.length; index++) sample[index] = values[index * stride] ?? 0
  return sample.sort().filter((value) => Number.isFinite(value))
}

/** Finds the bin of a value in about one step: a table over even cells tells where to begin to look. */
export class EdgeGrid {
  readonly #edges: Float64Array
  readonly #starts: Int32Array
  readonly #low: number
  readonly #scale: number

  constructor(edges: Float64Array) {
    this.#edges = edges
    this.#low = edges[0] ?? 0
    const width = (edges.at(-1) ?? 0) - this.#low
    const cells = Math.max(1, edges.length * 4)
    this.#scale = width > 0 ? cells / width : 0
    this.#starts = new Int32Array(cells + 1)
    let edge = 0
    for (let cell = 0; cell <= cells; cell++) {
      const from = this.#low + (width * cell) / cells
      while (edge < edges.length && (edges[edge] ?? 0) < from) edge++
      // One back: rounding may put a value into the cell before its own.
      this.#starts[cell] = Math.max(0, edge - 1)
    }
  }

  /** How many values lie in each bin, the ends open; a value on an edge is above it. */
  count(values: Float64Array): Float64Array {
    const edges = this.#edges
    const last = edges.length
    const counts = new Float64Array(last + 1)
    const cells = this.#starts.length - 1
    for (let row = 0; row < values.length; row++) {
      const value = values[row] ?? 0
      const cell = Math.min(cells, Math.max(0, (value - this.#low) * this.#scale))
      let bin = this.#starts[cell | 0] ?? 0
      while (bin < last && (edges[bin] ?? 0) <= value) bin++
      counts[bin] = (counts[bin] ?? 0) + 1
    }
    return counts
  }
}
