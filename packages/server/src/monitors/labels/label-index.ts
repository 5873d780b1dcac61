/** Two halves of a 64-bit hash of a row's key. */
export interface KeyHash {
  low: number
  high: number
}

const lowFactor = 0x85ebca6b
const highFactor = 0xc2b2ae35

/**
 * Hashes a key and the index of its row into `into`. Keys are told apart by these 64 bits alone: among twenty million, two are taken for one another with a
 * chance of one in a hundred thousand.
 */
export function hashKey(key: string, rowIndex: number, into: KeyHash): void {
  let low = Math.imul(rowIndex + 1, 0x9e3779b1)
  let high = ~low
  for (let index = 0; index < key.length; index++) {
    const unit = key.charCodeAt(index)
    low = Math.imul(low ^ unit, lowFactor)
    low = (low << 13) | (low >>> 19)
    high = Math.imul(high ^ unit, highFactor)
    high = (high << 17) | (high >>> 15)
  }
  low ^= key.length
  low = Math.imul(low ^ (low >>> 16), highFactor)
  high = Math.imul(high ^ (high >>> 15), lowFactor)
  into.low = (low ^ (low >>> 13)) | 0
  into.high = (high ^ (high >>> 16)) | 0
}

/** Marks of a label while a file is read. */
export const Mark = { none: 0, seen: 1, changed: 2 } as const

const leastCapacity = 1024

/** The newest label of each key: a hash table with its labels beside it, without an object for any of them. */
export class LabelIndex {
  size = 0
  /** Numbers, or places in `words`. */
  values: Float64Array
  arrivedAtMs: Float64Array
  marks: Uint8Array
  readonly words: string[] = []
  readonly #places = new Map<string, number>()
  /** Both halves of a label's hash side by side. */
  #hashes: Int32Array
  /** Places of labels plus one, by the low half of their hash. */
  #table: Int32Array

  constructor(expected = 0) {
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(leastCapacity, expected)))
    this.values = new Float64Array(capacity)
    this.arrivedAtMs = new Float64Array(capacity)
    this.marks = new Uint8Array(capacity)
    this.#hashes = new Int32Array(capacity * 2)
    this.#table = new Int32Array(capacity * 2)
  }

  /** The place of a key's label, or −1. */
  find(hash: KeyHash): number {
    const { low, high } = hash
    const table = this.#table
    const hashes = this.#hashes
    const mask = table.length - 1
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const place = (table[slot] ?? 0) - 1
      if (place < 0 || (hashes[place * 2] === low && hashes[place * 2 + 1] === high)) return place
    }
  }

  /** Sets a key's label; answers its place. */
  set(hash: KeyHash, value: number, arrivedAtMs: number): number {
    let place = this.find(hash)
    if (place < 0) place = this.#add(hash)
    this.values[place] = value
    this.arrivedAtMs[place] = arrivedAtMs
    return place
  }

  /** The number that stands for a word. */
  placeOfWord(word: string): number {
    let place = this.#places.get(word)
    if (place === undefined) {
      place = this.words.length
      this.words.push(word)
      this.#places.set(word, place)
    }
    return place
  }

  #add(hash: KeyHash): number {
    if (this.size === this.values.length) this.#grow()
    const place = this.size++
    this.#hashes[place * 2] = hash.low
    this.#hashes[place * 2 + 1] = hash.high
    this.#enter(place, hash.low)
    return place
  }

  #enter(place: number, low: number): void {
    const mask = this.#table.length - 1
    let slot = low & mask
    while (this.#table[slot] !== 0) slot = (slot + 1) & mask
    this.#table[slot] = place + 1
  }

  /** The arrays are new ones after it: whoever holds one has to ask for it again. */
  #grow(): void {
    const capacity = this.size * 2
    this.values = grown(new Float64Array(capacity), this.values)
    this.arrivedAtMs = grown(new Float64Array(capacity), this.arrivedAtMs)
    this.marks = grown(new Uint8Array(capacity), this.marks)
    this.#hashes = grown(new Int32Array(capacity * 2), this.#hashes)
    this.#table = new Int32Array(capacity * 2)
    for (let place = 0; place < this.size; place++) this.#enter(place, this.#hashes[place * 2] ?? 0)
  }
}

function grown<Numbers extends Float64Array | Int32Array | Uint8Array>(larger: Numbers, from: Numbers): Numbers {
  larger.set(from)
  return larger
}
