import { parseDuration } from './period.ts'

/** What of an endpoint's traffic a rule may speak of. */
export const serviceMeasures = [
  'p50_ms',
  'p95_ms',
  'p99_ms',
  'error_rate',
  'rejected_rate',
  'requests_per_second',
  'cpu_cores',
  'memory_bytes',
] as const
export type ServiceMeasure = (typeof serviceMeasures)[number]

/** A rule such as `p95_ms > 200 for 5m`. */
export interface ServiceRule {
  readonly text: string
  readonly measure: ServiceMeasure
  readonly operator: '>' | '>=' | '<' | '<='
  readonly limit: number
  readonly forMs: number
}

const grammar = /^([a-z0-9_]{1,40})\s*(>=|<=|>|<)\s*(\d{1,15}(?:\.\d{1,9})?)\s*(%?)\s+for\s+(\S{1,20})$/

/** Reads a rule; a text says what is wrong with it. */
export function parseServiceRule(text: string): ServiceRule | string {
  const match = grammar.exec(text.trim())
  if (match === null) return 'is no rule; write it as `p95_ms > 200 for 5m`'
  const [, name = '', operator = '', limit = '', percent = '', duration = ''] = match
  const measure = serviceMeasures.find((known) => known === name)
  if (measure === undefined) return `there is no measure \`${name}\`; use one of ${serviceMeasures.join(', ')}`
  const forMs = parseDuration(duration)
  if (forMs === undefined || forMs < 10_000 || forMs > 86_400_000) return `\`${duration}\` must lie between 10s and 24h`
  return {
    text: text.trim(),
    measure,
    operator: operator as ServiceRule['operator'],
    limit: Number(limit) / (percent === '%' ? 100 : 1),
    forMs,
  }
}

/** What an endpoint did in one interval, its deployments taken together. A measure that is not known is null. */
export interface ServicePoint {
  readonly at: number
  readonly durationMs: number
  readonly requests: number
  readonly errors: number
  readonly rejected: number
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
  readonly cpuCores: number | null
  readonly memoryBytes: number | null
}

/** `breached`: for as long as the rule says; `pending`: beyond the limit now, but not long enough; `silent`: nothing says anything. */
export interface ServiceVerdict {
  readonly state: 'quiet' | 'pending' | 'breached' | 'silent'
  /** When it began; null unless pending or breached. */
  readonly since: number | null
  /** The newest value that says something. */
  readonly value: number | null
}

const slices = 5
const shortestSliceMs = 10_000
/** The gateway needs a moment to finish an interval; one that is not there yet would look like silence. */
const settleMs = 5000

/**
 * Judges a rule at `now`. The time that it names is cut into up to five slices of at least ten seconds; it is breached when every slice that says
 * something is beyond the limit, and the slices that do reach from its beginning to its end. An interval without requests says nothing of latency
 * or errors, but that there were no requests. Only time since `knownSince` counts: what was not watched was not quiet.
 */
export function judgeServiceRule(
  rule: ServiceRule,
  points: readonly ServicePoint[],
  now: number,
  knownSince: number,
): ServiceVerdict {
  const count = Math.max(1, Math.min(slices, Math.floor(rule.forMs / shortestSliceMs)))
  const length = rule.forMs / count
  const end = Math.floor((now - settleMs) / shortestSliceMs) * shortestSliceMs
  const values: { start: number; value: number | null }[] = []
  for (let index = count; index > 0; index--) {
    const start = end - index * length
    values.push({ start, value: start < knownSince ? null : measureSlice(rule.measure, points, start, length) })
  }
  const spoken = values.filter((slice): slice is { start: number; value: number } => slice.value !== null)
  const newest = spoken.at(-1)
  if (newest === undefined) return { state: 'silent', since: null, value: null }
  if (!isBeyond(rule, newest.value)) return { state: 'quiet', since: null, value: newest.value }
  const lastQuiet = spoken.findLastIndex((slice) => !isBeyond(rule, slice.value))
  const since = spoken[lastQuiet + 1]?.start ?? newest.start
  const whole = lastQuiet === -1 && spoken[0]?.start === values[0]?.start && newest.start === values.at(-1)?.start
  return { state: whole ? 'breached' : 'pending', since, value: newest.value }
}

/** Whether a value is on the wrong side of the rule's limit. */
export function isBeyond({ operator, limit }: ServiceRule, value: number): boolean {
  if (operator === '>') return value > limit
  if (operator === '>=') return value >= limit
  return operator === '<' ? value < limit : value <= limit
}

type Measure = (points: readonly ServicePoint[], lengthMs: number) => number | null

const sum = (points: readonly ServicePoint[], pick: (point: ServicePoint) => number): number =>
  points.reduce((total, point) => total + pick(point), 0)
const requestsOf = (points: readonly ServicePoint[]): number => sum(points, (point) => point.requests)
const rejectedOf = (points: readonly ServicePoint[]): number => sum(points, (point) => point.rejected)

const measures: Readonly<Record<ServiceMeasure, Measure>> = {
  requests_per_second: (points, lengthMs) => requestsOf(points) / (lengthMs / 1000),
  error_rate: (points) => (requestsOf(points) === 0 ? null : sum(points, (point) => point.errors) / requestsOf(points)),
  rejected_rate: (points) => {
    const all = requestsOf(points) + rejectedOf(points)
    return all === 0 ? null : rejectedOf(points) / all
  },
  cpu_cores: (points) => meanOf(points.map((point) => point.cpuCores)),
  memory_bytes: (points) => greatest(points.map((point) => point.memoryBytes)),
  p50_ms: (points) => weighted(points, (point) => point.p50Ms),
  p95_ms: (points) => weighted(points, (point) => point.p95Ms),
  p99_ms: (points) => weighted(points, (point) => point.p99Ms),
}

function measureSlice(
  measure: ServiceMeasure,
  points: readonly ServicePoint[],
  start: number,
  length: number,
): number | null {
  return measures[measure](
    points.filter((point) => point.at >= start && point.at < start + length),
    length,
  )
}

/** Percentiles of intervals weighed by their requests: intervals are short, and a rule asks for every slice anyway. */
function weighted(points: readonly ServicePoint[], pick: (point: ServicePoint) => number | null): number | null {
  let [total, weight] = [0, 0]
  for (const point of points) {
    const value = pick(point)
    if (value === null || point.requests === 0) continue
    total += value * point.requests
    weight += point.requests
  }
  return weight === 0 ? null : total / weight
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0) / known.length
}

function greatest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}
