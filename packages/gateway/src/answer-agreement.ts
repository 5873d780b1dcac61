const relativeTolerance = 1e-6
/** Longer answers are compared as bytes. */
const longestParsed = 2 ** 20

export interface Agreement {
  readonly agreed: boolean
  /** Mean of the absolute differences of the numbers that stand at the same places; null when there are none. */
  readonly meanAbsoluteDifference: number | null
}

/** Whether two answers say the same: numbers of JSON within 1e-6 of each other, everything else equal. */
export function compareAnswers(one: Buffer, other: Buffer): Agreement {
  if (one.length > longestParsed || other.length > longestParsed)
    return { agreed: one.equals(other), meanAbsoluteDifference: null }
  let documents: [unknown, unknown]
  try {
    documents = [JSON.parse(one.toString('utf8')), JSON.parse(other.toString('utf8'))]
  } catch {
    return { agreed: one.equals(other), meanAbsoluteDifference: null }
  }
  const sums = { difference: 0, numbers: 0 }
  const agreed = areAlike(documents[0], documents[1], sums)
  return { agreed, meanAbsoluteDifference: sums.numbers === 0 ? null : sums.difference / sums.numbers }
}

/** Looks at everything, also after the first difference, so that the sums are of all numbers. */
function areAlike(one: unknown, other: unknown, sums: { difference: number; numbers: number }): boolean {
  if (typeof one === 'number' && typeof other === 'number') {
    const difference = Math.abs(one - other)
    sums.difference += difference
    sums.numbers++
    return difference <= relativeTolerance * Math.max(Math.abs(one), Math.abs(other))
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    let alike = one.length === other.length
    for (let index = 0; index < Math.min(one.length, other.length); index++)
      alike = areAlike(one[index], other[index], sums) && alike
    return alike
  }
  if (isObject(one) && isObject(other)) {
    const keys = Object.keys(one)
    let alike = keys.length === Object.keys(other).length
    for (const key of keys) alike = Object.hasOwn(other, key) && areAlike(one[key], other[key], sums) && alike
    return alike
  }
  return one === other
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
