import { ModelyardError, type MetricValue } from '@modelyard/contract'

/** One measured value. `value` may be NaN or infinite. */
export interface MetricPoint {
  readonly name: string
  readonly value: number
  readonly step: number
  readonly at: number
}

/** As {@link MetricPoint}, with the logged model and data set it was measured on, if any. */
export interface LoggedMetric extends MetricPoint {
  readonly modelId?: string
  readonly datasetName?: string
  readonly datasetDigest?: string
}

const words = new Map<string, number>([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])

/** A value as JSON can carry it. */
export function toMetricValue(value: number): MetricValue {
  if (Number.isFinite(value)) return value
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
}

/** The number that a JSON value stands for, or undefined when it is none. */
export function fromMetricValue(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' ? words.get(value) : undefined
}

/** Order of a series in which the last point is the one that counts: greatest step, then time, then value. */
function compareByStep(a: MetricPoint, b: MetricPoint): number {
  return a.step - b.step || a.at - b.at || compareValues(a.value, b.value)
}

/** A value that is not a number counts as 0 here, as it is stored. */
function compareValues(a: number, b: number): number {
  const left = Number.isNaN(a) ? 0 : a
  const right = Number.isNaN(b) ? 0 : b
  return left === right ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : left < right ? -1 : 1
}

/** The greatest point of each name. */
export function latestByName<Point extends MetricPoint>(points: readonly Point[]): Map<string, Point> {
  const latest = new Map<string, Point>()
  for (const point of points) {
    const known = latest.get(point.name)
    if (known === undefined || compareByStep(point, known) >= 0) latest.set(point.name, point)
  }
  return latest
}

const namePattern = /^[/\p{L}\p{N}_.\- :]{1,250}$/u

/** Why a metric, parameter or tag may not have this name, or undefined. Slashes group names; a name is never a path. */
export function nameProblem(name: string): string | undefined {
  if (!namePattern.test(name))
    return 'may hold up to 250 letters, digits, underscores, dashes, periods, spaces, colons and slashes'
  if (name.startsWith('/') || name.split('/').some((part) => part === '' || part === '.' || part === '..'))
    return 'must not begin or end with a slash and must not hold an empty part, `.` or `..`'
  return undefined
}

export function requireName(kind: 'metric' | 'parameter' | 'tag', name: string): void {
  const problem = nameProblem(name)
  if (problem !== undefined)
    throw new ModelyardError('name_invalid', `A ${kind} name ${problem}; '${name.slice(0, 100)}' does not fit.`)
}
