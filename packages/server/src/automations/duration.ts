const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** The longest duration that a file may name: ten years. */
const longestMs = 3650 * 86_400_000

/** Milliseconds of `5m`, `24h`, `0s` or `1h30m`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  if (text.length > 40 || !/^(\d{1,9}(\.\d{1,6})?(ms|[smhdw]))+$/.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g))
    total += Number(amount) * (units[unit ?? ''] ?? 0)
  return total > longestMs ? undefined : Math.round(total)
}

/** `24h`, `1h30m`, `0s`: the shortest text that {@link parseDuration} reads as the same. */
export function formatDuration(milliseconds: number): string {
  let rest = Math.max(0, Math.round(milliseconds))
  if (rest === 0) return '0s'
  let text = ''
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
    ['ms', 1],
  ] as const) {
    const amount = Math.floor(rest / size)
    rest -= amount * size
    if (amount > 0) text += `${amount}${unit}`
  }
  // A day is said in hours: `24h` is how people write a cool-down.
  return text === '1d' ? '24h' : text
}
