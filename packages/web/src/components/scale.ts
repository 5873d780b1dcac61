/** Round ticks over the values; from zero unless all values are far from it, or the scale is to be `tight`. */
export function scaleOf(
  numbers: readonly number[],
  tight = false,
): { low: number; high: number; ticks: readonly number[] } {
  const most = Math.max(...numbers, Number.NEGATIVE_INFINITY)
  const least = Math.min(...numbers, Number.POSITIVE_INFINITY)
  if (!Number.isFinite(most) || !Number.isFinite(least)) return { low: 0, high: 1, ticks: [0, 1] }
  const zoomed = tight || (least > 0 && least > most * 0.6)
  const from = zoomed ? least - (tight ? 0 : (most - least) * 0.3) : Math.min(0, least)
  const to = most === from ? from + 1 : tight ? most : most + (most - from) * 0.12
  const rough = (to - from) / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power
  const first = Math.floor(from / step + 1e-9)
  const ticks = Array.from({ length: Math.floor(to / step + 1e-9) - first + 1 }, (_tick, index) =>
    Number(((first + index) * step).toPrecision(12)),
  )
  return { low: ticks[0] ?? 0, high: to, ticks }
}
