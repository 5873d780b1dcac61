/** `3 steps`, `1 step`. */
export function count(amount: number, one: string, many = `${one}s`): string {
  return `${amount} ${amount === 1 ? one : many}`
}

/** 1536 → `1.5 KiB`. */
export function bytes(amount: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = amount
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

/** Milliseconds as people say them: `420 ms`, `3.4 s`, `2 m 05 s`, `1 h 10 m`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`
  const seconds = milliseconds / 1000
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} m ${String(whole % 60).padStart(2, '0')} s`
  if (minutes < 60 * 48) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} m`
  return `${Math.floor(minutes / 1440)} d`
}

/** How long ago a timestamp was. */
export function ago(timestamp: string | null, now: number): string {
  if (timestamp === null) return '–'
  const passed = now - Date.parse(timestamp)
  return passed < 1500 ? 'now' : `${duration(passed).replace(/\.\d s$/, ' s')} ago`
}

/** From start to end (or to now while it goes on). */
export function took(startedAt: string | null, endedAt: string | null, now: number): string {
  if (startedAt === null) return '–'
  return duration((endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt))
}

/** A number of a metric, short but never wrong in its first digits. */
export function figure(value: number | string | null): string {
  if (value === null) return '–'
  return typeof value === 'string' || Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)))
}
