/** How numbers, times and sizes read in the app. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`
  const seconds = ms / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 60) return `${Math.round(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  const rest = Math.round(seconds % 60)
  if (minutes < 60) return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`
  const hours = Math.floor(minutes / 60)
  if (hours >= 48) return `${Math.floor(hours / 24)} d`
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
}

/** From start to end, or to now while it lasts. */
export function spanText(startedAt: string | null, endedAt: string | null, now = Date.now()): string {
  if (startedAt === null) return '–'
  return durationText((endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt))
}

export function relativeText(at: string, now = Date.now()): string {
  const seconds = Math.round((now - Date.parse(at)) / 1000)
  if (seconds < 5) return 'now'
  if (seconds < 60) return `${seconds} s ago`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min ago`
  const hours = Math.round(minutes / 60)
  if (hours < 24) return `${hours} h ago`
  const days = Math.round(hours / 24)
  if (days < 14) return days === 1 ? 'yesterday' : `${days} d ago`
  return new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
}

export const exactText = (at: string): string =>
  new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
export const clockText = (at: string | number): string => new Date(at).toLocaleTimeString('en-GB')

export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? 'B'}`
}

/** Four significant digits where that says enough; very small and very large numbers by their exponent. */
export function numberText(value: number | string): string {
  if (typeof value === 'string') return value
  if (!Number.isFinite(value)) return 'no value'
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return value.toLocaleString('en-GB')
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential(2)
  return size >= 1000 ? value.toFixed(1) : size >= 100 ? value.toFixed(2) : value.toFixed(size >= 10 ? 3 : 4)
}

export const signedText = (value: number): string =>
  `${value > 0 ? '+' : value < 0 ? '−' : ''}${numberText(Math.abs(value))}`

const words = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine']
/** `Three jobs`; beyond nine in digits. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${words[count] ?? count} ${count === 1 ? one : many}`
}
export const shortId = (id: string): string => (id.length > 14 ? `${id.slice(0, 12)}…` : id)

/** `0.975` as `97.5 %`; whole shares without decimals. */
export function percentText(share: number): string {
  const percent = share * 100
  const decimals = Number.isInteger(percent) ? 0 : Math.abs(percent) < 1 ? 2 : 1
  return `${percent.toFixed(decimals)} %`
}
/** A measured value as it reads in a sentence or a narrow cell: `2.45`, `0.912`, `14.1`. */
export function shortText(value: number): string {
  if (!Number.isFinite(value)) return 'no value'
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(1)
  if (size >= 1000) return Math.round(value).toLocaleString('en-GB')
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 || size === 0 ? 2 : 3)
}
/** As many decimals as a column of such values needs to tell them apart. */
export const decimalsFor = (size: number): number =>
  size >= 1000 ? 0 : size >= 100 ? 1 : size >= 0.1 ? 2 : size >= 0.01 ? 3 : 4
/** `p95_ms` to `p95 ms`, `errorRate` to `error rate`; names of people's own columns are left to them. */
export const plainWords = (name: string): string =>
  name
    .replaceAll('_', ' ')
    .replaceAll(/([a-z0-9])([A-Z])/g, (_all, before: string, letter: string) => `${before} ${letter.toLowerCase()}`)
