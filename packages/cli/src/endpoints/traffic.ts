import { usageFailure } from '../failure.ts'

/** Reads `blue=90 green=10`: whole percentages that sum to 0 or 100. */
export function readTraffic(words: readonly string[]): Record<string, number> {
  const traffic = readShares(words)
  const sum = Object.values(traffic).reduce((total, percent) => total + percent, 0)
  if (sum !== 0 && sum !== 100)
    throw usageFailure(
      `The weights sum to ${sum}, not to 0 or 100; nothing was changed.`,
      'Write it like blue=90 green=10.',
    )
  return traffic
}

/** Reads `green=10`: a percentage for each deployment. */
export function readShares(words: readonly string[]): Record<string, number> {
  const traffic: Record<string, number> = {}
  for (const word of words) {
    const [, name, percent] = /^([^=]+)=(\d{1,3})$/.exec(word) ?? []
    if (name === undefined || percent === undefined)
      throw usageFailure(`${word} is not DEPLOYMENT=PERCENT.`, 'Write it like blue=90 green=10.')
    if (name in traffic) throw usageFailure(`${name} is named twice.`, 'Name each deployment once.')
    traffic[name] = Number(percent)
  }
  return traffic
}
