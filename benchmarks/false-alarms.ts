import { alphaOfWindow, calibrateReference, compareTables, type Column, type Comparison } from '@modelyard/statistics'
import { tableOf, type Table } from '@modelyard/statistics/tables'

/**
 * A thousand quiet weeks of each kind of data, beside a reference of the same kind: how many of them raise any alarm (drift or data quality, of any
 * feature), when one is allowed a quarter. Then weeks in which one feature of ten moves by one standard deviation: in how many runs the first two
 * weeks tell. `--weeks N` and `--only NAME` for a part.
 */
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const weekMs = 7 * dayMs
const yearMs = 365.2425 * dayMs
const start = Date.UTC(2001, 0, 1)

const random = generator(20_261_128)
const argument = (name: string): string | undefined => process.argv[process.argv.indexOf(name) + 1]
const weeks = process.argv.includes('--weeks') ? Number(argument('--weeks')) : 1000
const only = process.argv.includes('--only') ? argument('--only') : undefined
const alpha = alphaOfWindow({ count: 1, periodMs: 13 * weekMs }, weekMs)

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
type Feature = () => (time: number) => number

const independent: Feature = () => normal
const autoregressive =
  (rho: number): Feature =>
  () => {
    let state = normal()
    return () => (state = rho * state + Math.sqrt(1 - rho * rho) * normal())
  }
const heavy: Feature = () => () => normal() / Math.sqrt((normal() ** 2 + normal() ** 2) / 2)
const skewed: Feature = () => () => Math.exp(1.5 * normal())
const mostlyZero: Feature = () => () => (random() < 0.7 ? 0 : random())
const missing: Feature = () => () => (random() < 0.1 ? Number.NaN : normal())
const count =
  (size: number): Feature =>
  () =>
  () =>
    Math.floor(random() * random() * size)
const seasonal =
  (rho: number): Feature =>
  () => {
    const noise = autoregressive(rho)()
    const [phase, size] = [random() * 2 * Math.PI, 1 + random()]
    return (time) =>
      size * Math.sin((2 * Math.PI * time) / yearMs + phase) +
      0.5 * Math.sin((2 * Math.PI * time) / dayMs) +
      noise(time)
  }
const monthOfYear: Feature = () => (time) => new Date(time).getUTCMonth()
const quarterOfYear: Feature = () => (time) => Math.floor(new Date(time).getUTCMonth() / 3)
const dayOfWeek: Feature = () => (time) => new Date(time).getUTCDay()
const burst: Feature = () => {
  let down = false
  return () => {
    down = random() < (down ? 0.8 : 0.01)
    return down ? Number.NaN : normal()
  }
}
const state =
  (stay: number): Feature =>
  () => {
    let now = Math.floor(random() * 4)
    return () => (random() < stay ? now : (now = Math.floor(random() * 4)))
  }

interface Kind {
  readonly name: string
  readonly features: readonly Feature[]
  readonly rowsPerWeek: number
  readonly referenceWeeks: number
  readonly timed: boolean
}

const times = <T>(n: number, value: T): T[] => Array.from({ length: n }, () => value)
const mixed = [
  ...times(2, independent),
  ...times(2, autoregressive(0.5)),
  ...times(2, heavy),
  skewed,
  mostlyZero,
  missing,
  count(40),
  count(5),
  state(0),
  burst,
]
const kinds: readonly Kind[] = [
  {
    name: 'independent, no times, 10',
    features: times(10, independent),
    rowsPerWeek: 168,
    referenceWeeks: 26,
    timed: false,
  },
  { name: 'independent, 10', features: times(10, independent), rowsPerWeek: 168, referenceWeeks: 26, timed: true },
  { name: 'independent, 50', features: times(50, independent), rowsPerWeek: 100, referenceWeeks: 26, timed: true },
  {
    name: 'independent, 8 weeks, 10',
    features: times(10, independent),
    rowsPerWeek: 168,
    referenceWeeks: 8,
    timed: true,
  },
  {
    name: 'AR(1) 0.5, 10',
    features: times(10, autoregressive(0.5)),
    rowsPerWeek: 168,
    referenceWeeks: 52,
    timed: true,
  },
  {
    name: 'AR(1) 0.9, 10',
    features: times(10, autoregressive(0.9)),
    rowsPerWeek: 168,
    referenceWeeks: 52,
    timed: true,
  },
  {
    name: 'AR(1) 0.9, 12 weeks, 20',
    features: times(20, autoregressive(0.9)),
    rowsPerWeek: 168,
    referenceWeeks: 12,
    timed: true,
  },
  {
    name: 'seasons, 3 years, 11',
    features: [...times(4, seasonal(0)), ...times(4, seasonal(0.7)), monthOfYear, quarterOfYear, dayOfWeek],
    rowsPerWeek: 56,
    referenceWeeks: 156,
    timed: true,
  },
  {
    name: 'heavy tails, 20',
    features: [...times(14, heavy), ...times(6, skewed)],
    rowsPerWeek: 168,
    referenceWeeks: 26,
    timed: true,
  },
  {
    name: 'discrete, 20',
    features: [...times(8, count(5)), ...times(4, count(40)), ...times(4, mostlyZero), ...times(4, state(0.8))],
    rowsPerWeek: 168,
    referenceWeeks: 26,
    timed: true,
  },
  {
    name: 'mixed, no times, 13',
    features: mixed.slice(0, 2).concat(mixed.slice(4, 12)),
    rowsPerWeek: 168,
    referenceWeeks: 26,
    timed: false,
  },
  { name: 'mixed, 39', features: [...mixed, ...mixed, ...mixed], rowsPerWeek: 168, referenceWeeks: 52, timed: true },
]

function column(values: readonly number[]): Column {
  const whole = values.every((value) => Number.isInteger(value))
  return { kind: 'number', whole, values: Float64Array.from(values) }
}

interface Series {
  next(weeks: number, shift?: number): { readonly table: Table; readonly times: Float64Array; readonly startMs: number }
}

/** All features of a kind from the start of 2001 on. */
function series(kind: Kind): Series {
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

async function judge(kind: Kind, shift: number, windows: number): Promise<Comparison[]> {
  const data = series(kind)
  const reference = data.next(kind.referenceWeeks)
  const eventTimes = kind.timed ? reference.times : null
  const calibration = await calibrateReference(reference.table, {
    eventTimes,
    features: reference.table.names,
    windowMs: weekMs,
  })
  const compared: Comparison[] = []
  for (let index = 0; index < windows; index++) {
    const week = data.next(1, shift)
    compared.push(
      await compareTables(reference.table, week.table, {
        alpha,
        calibration,
        referenceTimes: eventTimes,
        ...(kind.timed ? { window: { startMs: week.startMs, endMs: week.startMs + weekMs } } : {}),
      }),
    )
  }
  return compared
}

const firedIn = ({ drift, quality }: Comparison): string[] =>
  [...drift, ...quality].filter((result) => result.fired).map((result) => `${result.feature} ${result.statistic}`)

async function quiet(kind: Kind): Promise<boolean> {
  const weeksEach = 10
  let [alarms, all, silent, decided] = [0, 0, 0, 0]
  const by = new Map<string, number>()
  for (let run = 0; run < Math.ceil(weeks / weeksEach); run++) {
    for (const compared of await judge(kind, 0, weeksEach)) {
      all++
      const fired = firedIn(compared)
      if (fired.length > 0) alarms++
      for (const each of fired) by.set(each, (by.get(each) ?? 0) + 1)
      for (const result of compared.drift) {
        if (!result.decides) continue
        decided++
        if (result.threshold === null) silent++
      }
    }
  }
  // Promised: at most alpha. Three standard deviations of chance on top.
  const bound = all * alpha + 3 * Math.sqrt(all * alpha * (1 - alpha))
  const held = alarms <= bound
  const strongest = [...by].toSorted((a, b) => b[1] - a[1]).slice(0, 4)
  process.stdout.write(
    `${kind.name.padEnd(28)} ${String(alarms).padStart(4)} of ${all} weeks alarm (${((100 * alarms) / all).toFixed(1)} %, promised ≤ ${(100 * alpha).toFixed(1)} %)${held ? '' : '  NOT HELD'}  no verdict: ${((100 * silent) / decided).toFixed(1)} %  ${process.argv.includes('--by') ? JSON.stringify(strongest) : ''}\n`,
  )
  return held
}

async function power(kind: Kind, runs: number): Promise<boolean> {
  let [first, second] = [0, 0]
  for (let run = 0; run < runs; run++) {
    const found = (await judge(kind, 1, 2)).map((compared) => firedIn(compared).some((each) => each.startsWith('x0 ')))
    if (found[0] === true) first++
    if (found.some(Boolean)) second++
  }
  const held = second >= 0.95 * runs
  process.stdout.write(
    `${kind.name.padEnd(28)} 1 σ in 1 of ${kind.features.length}: found in the first week in ${((100 * first) / runs).toFixed(0)} %, in two in ${((100 * second) / runs).toFixed(0)} %${held ? '' : '  (below 95 %)'}\n`,
  )
  return held
}

const wanted: Kind[] = [
  {
    name: 'independent, 100 rows',
    features: times(10, independent),
    rowsPerWeek: 100,
    referenceWeeks: 26,
    timed: true,
  },
  { name: 'the same, no times', features: times(10, independent), rowsPerWeek: 100, referenceWeeks: 26, timed: false },
]
const besides: Kind[] = [
  { name: 'independent, 8 weeks', features: times(10, independent), rowsPerWeek: 100, referenceWeeks: 8, timed: true },
  {
    name: 'AR(1) 0.5, 168 rows',
    features: times(10, autoregressive(0.5)),
    rowsPerWeek: 168,
    referenceWeeks: 52,
    timed: true,
  },
  {
    name: 'AR(1) 0.9, 168 rows',
    features: times(10, autoregressive(0.9)),
    rowsPerWeek: 168,
    referenceWeeks: 52,
    timed: true,
  },
]
const chosen = (name: string): boolean => only === undefined || name.startsWith(only)
let held = true
for (const kind of kinds) if (chosen(kind.name)) held = (await quiet(kind)) && held
for (const kind of wanted) if (chosen(kind.name)) held = (await power(kind, 200)) && held
for (const kind of besides) if (chosen(kind.name)) await power(kind, 100)
process.exitCode = held ? 0 : 1
