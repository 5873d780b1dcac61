/** Something that gets a share of the traffic. */
export interface Weighted {
  readonly weight: number
}

/** Picks by weight; `fraction` is a random number in [0, 1). Undefined when no weight is positive. */
export function pickByWeight<Item extends Weighted>(items: readonly Item[], fraction: number): Item | undefined {
  let total = 0
  for (const item of items) total += item.weight
  if (total <= 0) return undefined
  let rest = fraction * total
  for (const item of items) {
    rest -= item.weight
    if (rest < 0) return item
  }
  return items.findLast((item) => item.weight > 0)
}
