/** A class, as labels and predictions name it; 1 and '1' are the same. */
export type ClassName = string | number | boolean

/** Labels of rows with what a classifier said of them. */
export interface ClassificationRows {
  readonly labels: readonly ClassName[]
  /** Without them the most probable class is the prediction. */
  readonly predictions?: readonly ClassName[]
  /** By class in the order of `classes`, each of as many rows; or of the positive class alone, when there are two. */
  readonly probabilities?: readonly ArrayLike<number>[] | ArrayLike<number>
  /** In the order of `probabilities`; sorted names of labels and predictions when not given. */
  readonly classes?: readonly ClassName[]
  /** With it `precision`, `recall` and `f1` are of that class, else they are means over classes. */
  readonly positive?: ClassName
}

/** By the definitions of scikit-learn with `zero_division=0`; null where one has no value or needs probabilities. */
export interface ClassificationMetrics {
  readonly accuracy: number | null
  readonly precision: number | null
  readonly recall: number | null
  readonly f1: number | null
  readonly precision_macro: number | null
  readonly recall_macro: number | null
  readonly f1_macro: number | null
  readonly balanced_accuracy: number | null
  readonly log_loss: number | null
  /** Two classes: of the positive one (the last without `positive`); more: mean of each against the rest. */
  readonly auc: number | null
  /** Two classes: mean squared error of the positive one's probability; more: summed over classes. */
  readonly brier: number | null
}

/**
 * Metrics of a classifier.
 *
 * @throws RangeError when predictions or probabilities are of other lengths than the labels.
 */
export function classificationMetrics(rows: ClassificationRows): ClassificationMetrics {
  const labels = rows.labels.map(String)
  const table = probabilityTable(rows, labels)
  const classes = table?.classes ?? sortedClasses([...labels, ...(rows.predictions ?? []).map(String)])
  const predictions = rows.predictions?.map(String) ?? table?.predictions
  for (const list of [predictions, ...(table?.columns ?? [])])
    if (list !== undefined && list.length !== labels.length)
      throw new RangeError(`${labels.length} labels for ${list.length} predictions`)
  const positive = rows.positive === undefined ? undefined : String(rows.positive)
  const counted = predictions === undefined ? nothingCounted : countClasses(labels, predictions, positive)
  return { ...counted, ...probabilistic(labels, table, positive, classes) }
}

interface ProbabilityTable {
  readonly classes: readonly string[]
  readonly columns: readonly ArrayLike<number>[]
  readonly predictions: readonly string[]
}

function probabilityTable(rows: ClassificationRows, labels: readonly string[]): ProbabilityTable | undefined {
  const { probabilities } = rows
  if (probabilities === undefined) return undefined
  const named = rows.classes?.map(String)
  const classes = named ?? sortedClasses([...labels, ...(rows.predictions ?? []).map(String)])
  const single = probabilities.length === 0 || typeof probabilities[0] === 'number'
  if (!single) {
    const columns = probabilities as readonly ArrayLike<number>[]
    if (columns.length !== classes.length)
      throw new RangeError(`${columns.length} columns for ${classes.length} classes`)
    return { classes, columns, predictions: labels.map((_, row) => classes[largest(columns, row)] ?? '') }
  }
  const own = probabilities as ArrayLike<number>
  const last = rows.positive === undefined ? (classes.at(-1) ?? '1') : String(rows.positive)
  const other = classes.find((name) => name !== last) ?? (last === '0' ? '1' : '0')
  if (classes.length > 2) throw new RangeError('one column of probabilities for more than two classes')
  const columns = [Float64Array.from({ length: own.length }, (_, row) => 1 - (own[row] ?? 0)), own]
  return {
    classes: [other, last],
    columns,
    predictions: Array.from({ length: own.length }, (_, row) => ((own[row] ?? 0) >= 0.5 ? last : other)),
  }
}

function largest(columns: readonly ArrayLike<number>[], row: number): number {
  let best = 0
  columns.forEach((column, place) => {
    if ((column[row] ?? 0) > (columns[best]?.[row] ?? 0)) best = place
  })
  return best
}

/** Numbers by value, words by code points, as NumPy sorts them. */
function sortedClasses(names: readonly string[]): string[] {
  const unique = [...new Set(names)]
  const numeric = unique.every((name) => name.trim() !== '' && Number.isFinite(Number(name)))
  return unique.toSorted((a, b) => (numeric ? Number(a) - Number(b) : a < b ? -1 : 1))
}

type Counted = Omit<ClassificationMetrics, 'log_loss' | 'auc' | 'brier'>

const nothingCounted: Counted = {
  accuracy: null,
  precision: null,
  recall: null,
  f1: null,
  precision_macro: null,
  recall_macro: null,
  f1_macro: null,
  balanced_accuracy: null,
}

function countClasses(
  labels: readonly string[],
  predictions: readonly string[],
  positive: string | undefined,
): Counted {
  if (labels.length === 0) return nothingCounted
  const cells = new Map<string, { hit: number; labelled: number; predicted: number }>()
  const cell = (name: string): { hit: number; labelled: number; predicted: number } => {
    let known = cells.get(name)
    if (known === undefined) cells.set(name, (known = { hit: 0, labelled: 0, predicted: 0 }))
    return known
  }
  let right = 0
  labels.forEach((label, row) => {
    const prediction = predictions[row] ?? ''
    cell(label).labelled++
    cell(prediction).predicted++
    if (label !== prediction) return
    right++
    cell(label).hit++
  })
  const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b)
  const each = [...cells].map(([name, { hit, labelled, predicted }]) => ({
    name,
    labelled,
    precision: ratio(hit, predicted),
    recall: ratio(hit, labelled),
    f1: ratio(2 * hit, labelled + predicted),
  }))
  const mean = (of: (one: (typeof each)[number]) => number, among = each): number =>
    among.reduce((sum, one) => sum + of(one), 0) / among.length
  const macro = {
    precision_macro: mean((one) => one.precision),
    recall_macro: mean((one) => one.recall),
    f1_macro: mean((one) => one.f1),
  }
  const own = each.find(({ name }) => name === positive)
  return {
    accuracy: right / labels.length,
    precision: positive === undefined ? macro.precision_macro : (own?.precision ?? 0),
    recall: positive === undefined ? macro.recall_macro : (own?.recall ?? 0),
    f1: positive === undefined ? macro.f1_macro : (own?.f1 ?? 0),
    ...macro,
    balanced_accuracy: mean(
      (one) => one.recall,
      each.filter(({ labelled }) => labelled > 0),
    ),
  }
}

function probabilistic(
  labels: readonly string[],
  table: ProbabilityTable | undefined,
  positive: string | undefined,
  classes: readonly string[],
): Pick<ClassificationMetrics, 'log_loss' | 'auc' | 'brier'> {
  if (table === undefined || labels.length === 0) return { log_loss: null, auc: null, brier: null }
  const places = labels.map((label) => classes.indexOf(label))
  // A label that the classifier has no probability for has the probability 0.
  let [loss, squares] = [0, 0]
  places.forEach((place, row) => {
    const own = place < 0 ? 0 : (table.columns[place]?.[row] ?? 0)
    loss -= Math.log(Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, own)))
    table.columns.forEach((column, other) => (squares += ((column[row] ?? 0) - (other === place ? 1 : 0)) ** 2))
  })
  const of = (place: number): number | null =>
    areaUnderCurve(
      table.columns[place] ?? [],
      places.map((label) => label === place),
    )
  const two = classes.length === 2
  const chosen = positive === undefined ? classes.length - 1 : classes.indexOf(positive)
  const areas = classes.map((_, place) => of(place))
  const known = areas.filter((area) => area !== null)
  return {
    log_loss: loss / labels.length,
    auc: two
      ? (areas[chosen] ?? null)
      : known.length < areas.length || areas.length < 2
        ? null
        : known.reduce((sum, area) => sum + area, 0) / known.length,
    brier: squares / labels.length / (two ? 2 : 1),
  }
}

/** Probability that a row of the class has the larger score than one that is not, ties half: by ranks (H. Mann and D. Whitney, 1947). */
export function areaUnderCurve(scores: ArrayLike<number>, isOfClass: readonly boolean[]): number | null {
  const order = Array.from(isOfClass.keys()).toSorted((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0))
  let [ranks, positives] = [0, 0]
  for (let begin = 0; begin < order.length;) {
    let end = begin + 1
    while (end < order.length && scores[order[end] ?? 0] === scores[order[begin] ?? 0]) end++
    for (let place = begin; place < end; place++) {
      if (isOfClass[order[place] ?? 0] !== true) continue
      positives++
      ranks += (begin + 1 + end) / 2
    }
    begin = end
  }
  const negatives = isOfClass.length - positives
  if (positives === 0 || negatives === 0) return null
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives)
}
