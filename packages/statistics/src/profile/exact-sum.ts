/**
 * The exact sum of finite numbers, whatever their order: kept as parts that do not overlap (J. Shewchuk, 1997). Two sums of the same numbers are the
 * same to the last bit, and so are sums of sums.
 */
export class ExactSum {
  #parts: number[]

  constructor(parts: readonly number[] = []) {
    this.#parts = [...parts]
  }

  add(value: number): void {
    const parts = this.#parts
    let carried = value
    let kept = 0
    for (let index = 0; index < parts.length; index++) {
      let other = parts[index] ?? 0
      if (Math.abs(carried) < Math.abs(other)) [carried, other] = [other, carried]
      const sum = carried + other
      const rest = other - (sum - carried)
      if (rest !== 0) parts[kept++] = rest
      carried = sum
    }
    parts.length = kept
    parts.push(carried)
  }

  /** The sum, rounded once: to the nearest number, ties to the even one. */
  value(): number {
    const parts = this.#parts
    let place = parts.length - 1
    let high = parts[place] ?? 0
    let low = 0
    while (place > 0) {
      const before = high
      const part = parts[--place] ?? 0
      high = before + part
      low = part - (high - before)
      if (low !== 0) break
    }
    // Half way between two numbers the parts below say which one.
    const next = parts[place - 1] ?? 0
    if (place > 0 && ((low < 0 && next < 0) || (low > 0 && next > 0))) {
      const doubled = low * 2
      const moved = high + doubled
      if (doubled === moved - high) high = moved
    }
    return high
  }

  /** Parts that depend on the sum alone, largest first: each is what the ones before leave, rounded. */
  canonical(): number[] {
    const left = new ExactSum(this.#parts)
    const parts: number[] = []
    for (let part = left.value(); part !== 0; part = left.value()) {
      parts.push(part)
      left.add(-part)
    }
    return parts
  }
}
