import { invalid, type LabelSource } from './label-sources.ts'
import { keyPart, numberOf, wordOf } from './label-words.ts'

/** What a monitor says of its labels; without one, rows are named by their request. */
export interface LabelNaming {
  readonly keys: readonly string[] | null
  readonly label: string | null
}

/** Which columns of a file hold what. */
export interface LabelLayout {
  /** Columns of the inputs that name a row; null: request id and row index. */
  readonly keys: readonly string[] | null
  readonly keyPlaces: readonly number[]
  readonly rowIndexPlace: number
  readonly labelPlace: number
}

const requestColumns: ReadonlySet<string> = new Set(['request_id', 'requestId'])
const rowIndexColumns: ReadonlySet<string> = new Set(['row_index', 'rowIndex'])

/**
 * Finds the columns of a file.
 *
 * @throws ModelyardError `labels_invalid` when it lacks what it needs.
 */
export function layoutOf({ columns }: Pick<LabelSource, 'columns'>, naming: LabelNaming): LabelLayout {
  const request = columns.findIndex((name) => requestColumns.has(name))
  const keys = request === -1 && naming.keys !== null && naming.keys.length > 0 ? naming.keys : null
  if (request === -1 && keys === null)
    throw invalid(`The file has no column \`request_id\`; it has ${listed(columns)}.`)
  const keyPlaces = keys === null ? [request] : keys.map((name) => columns.indexOf(name))
  const absent = keys?.filter((name) => !columns.includes(name)) ?? []
  if (absent.length > 0)
    throw invalid(
      `The file has neither \`request_id\` nor the key columns ${listed(absent)}; it has ${listed(columns)}.`,
    )
  const rowIndexPlace = keys === null ? columns.findIndex((name) => rowIndexColumns.has(name)) : -1
  return { keys, keyPlaces, rowIndexPlace, labelPlace: labelPlace(columns, naming, [...keyPlaces, rowIndexPlace]) }
}

function labelPlace(columns: readonly string[], naming: LabelNaming, taken: readonly number[]): number {
  const named = naming.label === null ? -1 : columns.indexOf(naming.label)
  if (named !== -1) return named
  const others = columns.flatMap((name, place) =>
    taken.includes(place) || name === 'event_time' || naming.keys?.includes(name) === true ? [] : [place],
  )
  const [only, ...more] = others
  if (only !== undefined && more.length === 0) return only
  const wanted = naming.label === null ? 'exactly one more column, the label' : `the label’s column \`${naming.label}\``
  throw invalid(`The file needs ${wanted}; it has ${listed(columns)}.`)
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'no columns' : names.map((name) => `\`${name}\``).join(', ')
}

/** A row that can be kept: `key` as it is compared, `words` as they are stored. */
export interface LabelRow {
  readonly words: readonly string[]
  readonly keyParts: readonly string[]
  readonly rowIndex: number
  readonly label: string
}

const mostKeyLength = 1000
const mostLabelLength = 1000
const mostRowIndex = 2 ** 31 - 2

/** A row's key and label, or why it has none. */
export function readRow(cells: readonly unknown[], layout: LabelLayout): LabelRow | string {
  const words: string[] = []
  for (const [index, place] of layout.keyPlaces.entries()) {
    const word = wordOf(cells[place])
    const name = layout.keys?.[index] ?? 'request_id'
    if (word === undefined) return `has no \`${name}\``
    if (word.length > mostKeyLength) return `has a \`${name}\` of more than ${mostKeyLength} characters`
    words.push(word)
  }
  const index = layout.rowIndexPlace === -1 ? undefined : wordOf(cells[layout.rowIndexPlace])
  const rowIndex = index === undefined ? 0 : (numberOf(index) ?? -1)
  if (!Number.isInteger(rowIndex) || rowIndex < 0 || rowIndex > mostRowIndex)
    return `has the \`row_index\` '${shortened(index ?? '')}', which is no whole number from 0`
  const label = wordOf(cells[layout.labelPlace])
  if (label === undefined) return 'has no label'
  if (label.length > mostLabelLength) return `has a label of more than ${mostLabelLength} characters`
  return { words, keyParts: layout.keys === null ? words : words.map(keyPart), rowIndex, label }
}

export function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
