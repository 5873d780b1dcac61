import { alphaOfWindow, calibrateReference, compareTables, type Comparison } from '@modelyard/statistics'
import {
  autoregressive,
  burst,
  count,
  dayOfWeek,
  heavy,
  independent,
  missing,
  monthOfYear,
  mostlyZero,
  quarterOfYear,
  seasonal,
  series,
  skewed,
  state,
  weekMs,
  workingWeek,
  type Kind,
} from './simulated-series.ts'

/**
 * A thousand quiet weeks of each kind of data, beside a reference of the same kind: how many of them raise any alarm (drift or data quality, of any
 * feature), when one is allowed a quarter. Then weeks in which one feature of ten moves by one standard deviation: in how many runs the first two
 * weeks tell. `--weeks N` and `--only NAME` for a part.
 */
const argument = (name: string): string | undefined => process.argv[process.argv.indexOf(name) + 1]
const weeks = process.argv.includes('--weeks') ? Number(argument('--weeks')) : 1000
const only = process.argv.includes('--only') ? argument('--only') : undefined
const windowOf = (kind: Kind): number => (kind.windowWeeks ?? 1) * weekMs
const alphaOf = (kind: Kind): number => alphaOfWindow({ count: 1, periodMs: 13 * weekMs }, windowOf(kind))

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
    name: 'mixed, no times, 10',
    features: mixed.slice(0, 2).concat(mixed.slice(4, 12)),
    rowsPerWeek: 168,
    referenceWeeks: 26,
    timed: false,
  },
  { name: 'mixed, 39', features: [...mixed, ...mixed, ...mixed], rowsPerWeek: 168, referenceWeeks: 52, timed: true },
  {
    name: 'quarters of days, 3 years, 20',
    features: [...times(5, independent), ...times(5, autoregressive(0.7)), ...times(10, workingWeek(0.7))],
    rowsPerWeek: 7,
    referenceWeeks: 156,
    timed: true,
    windowWeeks: 13,
  },
  {
    name: 'quarters of days, AR 0.95, 20',
    features: [...times(10, autoregressive(0.95)), ...times(10, workingWeek(0.95))],
    rowsPerWeek: 7,
    referenceWeeks: 156,
    timed: true,
    windowWeeks: 13,
  },
]

async function judge(kind: Kind, shift: number, windows: number): Promise<Comparison[]> {
  const data = series(kind)
  const reference = data.next(kind.referenceWeeks)
  const eventTimes = kind.timed ? reference.times : null
  const calibration = await calibrateReference(reference.table, {
    eventTimes,
    features: reference.table.names,
    windowMs: windowOf(kind),
  })
  const compared: Comparison[] = []
  for (let index = 0; index < windows; index++) {
    const week = data.next(kind.windowWeeks ?? 1, shift)
    compared.push(
      await compareTables(reference.table, week.table, {
        alpha: alphaOf(kind),
        calibration,
        referenceTimes: eventTimes,
        ...(kind.timed ? { window: { startMs: week.startMs, endMs: week.startMs + windowOf(kind) } } : {}),
      }),
    )
  }
  return compared
}

const firedIn = ({ drift, quality }: Comparison): string[] =>
  [...drift, ...quality].filter((result) => result.fired).map((result) => `${result.feature} ${result.statistic}`)

async function quiet(kind: Kind): Promise<boolean> {
  // Few windows beside one reference where they are long: its chance is shared by all of them.
  const weeksEach = kind.windowWeeks === undefined ? 10 : 3
  const alpha = alphaOf(kind)
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
    `${kind.name.padEnd(28)} ${String(alarms).padStart(4)} of ${all} windows alarm (${((100 * alarms) / all).toFixed(1)} %, promised ≤ ${(100 * alpha).toFixed(1)} %)${held ? '' : '  NOT HELD'}  no verdict: ${((100 * silent) / decided).toFixed(1)} %  ${process.argv.includes('--by') ? JSON.stringify(strongest) : ''}\n`,
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
