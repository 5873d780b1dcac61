import type { Column } from '../drift/columns.ts'

/** Gathers one column of words: each different word is kept once. */
export class TextGatherer {
  readonly #codes: Int32Array
  readonly #places = new Map<string, number>()

  constructor(rows: number) {
    this.#codes = new Int32Array(rows).fill(-1)
  }

  set(row: number, word: string): void {
    let place = this.#places.get(word)
    if (place === undefined) {
      place = this.#places.size
      this.#places.set(word, place)
    }
    this.#codes[row] = place
  }

  finish(): Column {
    return { kind: 'text', codes: this.#codes, dictionary: [...this.#places.keys()] }
  }
}

/** The words that stand for a missing value in a text file. */
const missingWords: ReadonlySet<string> = new Set(['', 'na', 'n/a', 'nan', 'null', 'none'])

const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$|^[+-]?inf(inity)?$/i
const whole = /^[+-]?\d+$/

/** A column of a text file: numbers when every word that is not missing is one, else words. */
export function columnOfWords(words: readonly string[]): Column {
  const kept = words.map((word) => (missingWords.has(word.toLowerCase()) ? undefined : word))
  if (kept.every((word) => word === undefined || number.test(word)))
    return {
      kind: 'number',
      values: Float64Array.from(kept, (word) => (word === undefined ? Number.NaN : numberOf(word))),
      whole: kept.some((word) => word !== undefined) && kept.every((word) => word === undefined || whole.test(word)),
    }
  const gatherer = new TextGatherer(words.length)
  kept.forEach((word, row) => {
    if (word !== undefined) gatherer.set(row, word)
  })
  return gatherer.finish()
}

function numberOf(word: string): number {
  const infinite = /^([+-]?)inf/i.exec(word)
  if (infinite === null) return Number(word)
  return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}
