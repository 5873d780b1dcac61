/** Edits (insert, delete, replace, swap of neighbours) that lead from one word to the other. */
export function editDistance(one: string, other: string): number {
  let before: number[] = []
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      const cost = one[i - 1] === other[j - 1] ? 0 : 1
      let best = Math.min(at(row, j) + 1, at(next, j - 1) + 1, at(row, j - 1) + cost)
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        best = Math.min(best, at(before, j - 2) + 1)
      next.push(best)
    }
    before = row
    row = next
  }
  return at(row, other.length)
}

const at = (row: readonly number[], index: number): number => row[index] ?? 0

/** The known word that was most likely meant; undefined when none is near. */
export function suggest(typed: string, known: readonly string[]): string | undefined {
  const word = typed.toLowerCase()
  let best: string | undefined
  let bestScore = Infinity
  for (const candidate of known) {
    const isBeginning = word.length >= 2 && (candidate.startsWith(word) || word.startsWith(candidate))
    const score = isBeginning ? 0.5 : editDistance(word, candidate)
    if (
      score < bestScore &&
      (isBeginning || score <= Math.max(1, Math.floor(Math.max(candidate.length, word.length) / 3)))
    ) {
      best = candidate
      bestScore = score
    }
  }
  return best
}
