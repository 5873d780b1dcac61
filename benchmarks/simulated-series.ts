import type { Column } from '@modelyard/statistics'
import { tableOf, type Table } from '@modelyard/statistics/tables'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
export const weekMs = 7 * dayMs
const yearMs = 365.2425 * dayMs
const start = Date.UTC(2001, 0, 1)

const random = generator(20_261_128)

/** xorshift32 (G. Marsaglia, 2003), so that the figures are the same each time. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

function normal(): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** A feature: its value at one time after the other. `begin` makes a new one, in its stationary state. */
export type Feature = () => (time: number) => number

export const independent: Feature = () => normal
export const autoregressive =
  (rho: number): Feature =>
  () => {
    let state = normal()
    return () => (state = rho * state + Math.sqrt(1 - rho * rho) * normal())
  }
export const heavy: Feature = () => () => normal() / Math.sqrt((normal() ** 2 + normal() ** 2) / 2)
export const skewed: Feature = () => () => Math.exp(1.5 * normal())
export const mostlyZero: Feature = () => () => (random() < 0.7 ? 0 : random())
export const missing: Feature = () => () => (random() < 0.1 ? Number.NaN : normal())
export const count =
  (size: number): Feature =>
  () =>
  () =>
    Math.floor(random() * random() * size)
export const seasonal =
  (rho: number): Feature =>
  () => {
    const noise = autoregressive(rho)()
    const [phase, size] = [random() * 2 * Math.PI, 1 + random()]
    return (time) =>
      size * Math.sin((2 * Math.PI * time) / yearMs + phase) +
      0.5 * Math.sin((2 * Math.PI * time) / dayMs) +
      noise(time)
  }
/** Days of a working week: another level at the weekend, a year's wave, noise that lasts. */
export const workingWeek =
  (rho: number): Feature =>
  () => {
    const noise = autoregressive(rho)()
    const phase = random() * 2 * Math.PI
    return (time) =>
      ((time / dayMs) % 7 < 5 ? 3 : 0) + Math.sin((2 * Math.PI * time) / yearMs + phase) + 0.7 * noise(time)
  }
export const monthOfYear: Feature = () => (time) => new Date(time).getUTCMonth()
export const quarterOfYear: Feature = () => (time) => Math.floor(new Date(time).getUTCMonth() / 3)
export const dayOfWeek: Feature = () => (time) => new Date(time).getUTCDay()
export const burst: Feature = () => {
  let down = false
  return () => {
    down = random() < (down ? 0.8 : 0.01)
    return down ? Number.NaN : normal()
  }
}
export const state =
  (stay: number): Feature =>
  () => {
    let now = Math.floor(random() * 4)
    return () => (random() < stay ? now : (now = Math.floor(random() * 4)))
  }

/** Data of one kind: its features, how many rows, how long a reference. */
export interface Kind {
  readonly name: string
  readonly features: readonly Feature[]
  readonly rowsPerWeek: number
  readonly referenceWeeks: number
  readonly timed: boolean
  /** Length of the windows; a week where nothing is said. */
  readonly windowWeeks?: number
}

function column(values: readonly number[]): Column {
  const whole = values.every((value) => Number.isInteger(value))
  return { kind: 'number', whole, values: Float64Array.from(values) }
}

interface Series {
  next(weeks: number, shift?: number): { readonly table: Table; readonly times: Float64Array; readonly startMs: number }
}

/** All features of a kind from the start of 2001 on. */
export function series(kind: Kind): Series {
  const features = kind.features.map((begin) => begin())
  const step = weekMs / kind.rowsPerWeek
  let now = start
  return {
    next(weeks, shift = 0) {
      const startMs = now
      const times = Float64Array.from({ length: weeks * kind.rowsPerWeek }, (_, row) => startMs + row * step)
      now += weeks * weekMs
      const columns = new Map<string, Column>()
      features.forEach((feature, place) => {
        const values = Array.from(times, (time) => feature(time) + (place === 0 ? shift : 0))
        columns.set(`x${place}`, column(values))
      })
      return { table: tableOf(columns), times, startMs }
    },
  }
}
