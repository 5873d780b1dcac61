import { toCell } from '@modelyard/contract/collection'
import type { SeenValues } from './column-types.ts'

/** What a cell holds. */
export const CellKind = { missing: 0, number: 1, text: 2, boolean: 3 } as const

/** Gathers one column's values in row order, whatever they are: what fits the column is known only when all are seen. */
export class ColumnBuilder implements SeenValues {
  readonly name: string
  /** Numbers as they are, booleans as 0 and 1, texts as places in `words`. */
  cells: Float64Array
  kinds: Uint8Array
  readonly words: string[] = []
  readonly #places = new Map<string, number>()
  numbers = 0
  texts = 0
  booleans = 0
  fractions = false

  constructor(name: string, capacity: number) {
    this.name = name
    this.cells = new Float64Array(capacity)
    this.kinds = new Uint8Array(capacity)
  }

  /** Room for more rows; rows that are never set are missing. */
  grow(capacity: number): void {
    if (capacity <= this.kinds.length) return
    const cells = new Float64Array(capacity)
    cells.set(this.cells)
    this.cells = cells
    const kinds = new Uint8Array(capacity)
    kinds.set(this.kinds)
    this.kinds = kinds
  }

  set(row: number, value: unknown): void {
    if (typeof value === 'number') this.#setNumber(row, value)
    else if (typeof value === 'string') this.#setText(row, value)
    else if (typeof value === 'boolean') {
      this.kinds[row] = CellKind.boolean
      this.cells[row] = value ? 1 : 0
      this.booleans++
    } else if (value !== null && value !== undefined) {
      const cell = toCell(value)
      if (cell !== null) this.#setText(row, String(cell))
    }
  }

  #setNumber(row: number, value: number): void {
    // Not a number is what a missing value looks like in a frame of numbers.
    if (Number.isNaN(value)) return
    this.kinds[row] = CellKind.number
    this.cells[row] = value
    this.numbers++
    if (!this.fractions && !Number.isSafeInteger(value)) this.fractions = true
  }

  #setText(row: number, value: string): void {
    let place = this.#places.get(value)
    if (place === undefined) {
      place = this.words.length
      this.words.push(value)
      this.#places.set(value, place)
    }
    this.kinds[row] = CellKind.text
    this.cells[row] = place
    this.texts++
  }
}
