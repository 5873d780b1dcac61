import { fractionOf } from './collection/index.ts'

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

/**
 * Picks by weight so that the same caller gets the same item: each item draws a number from the caller and its own name, and the one with the highest
 * draw for its weight wins. An item whose weight grows can only win callers, one whose weight shrinks only lose some; nobody moves between others.
 */
export function pickForCaller<Item extends Weighted & { readonly name: string }>(
  items: readonly Item[],
  caller: string,
): Item | undefined {
  let best: Item | undefined
  let bestScore = 0
  for (const item of items) {
    if (item.weight <= 0) continue
    const draw = fractionOf(`${item.name}\n${caller}`) + 2 ** -33
    const score = item.weight / -Math.log(draw)
    if (best === undefined || score > bestScore) {
      best = item
      bestScore = score
    }
  }
  return best
}
