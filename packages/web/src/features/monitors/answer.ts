import { isHigherBetter, metricsOf, versionLines } from './accuracy.ts'
import type { Matrix, RowGroup } from './heat.ts'

export interface MonitorAnswer {
  /** `unknown`: windows were computed but no label came; `none`: no window yet. */
  readonly verdict: 'right' | 'wrong' | 'unlimited' | 'unknown' | 'none'
  readonly version: string | null
  readonly metric: string
  readonly value: number | null
  readonly limit: number | null
  /** Column of the newest window that has the metric. */
  readonly column: number
  /** Another version that does better in the same window. */
  readonly better: { readonly name: string; readonly value: number } | null
  readonly drifted: readonly string[]
  readonly watched: number
  /** Column of the newest window of drift. */
  readonly driftColumn: number
}

/** What the monitor's page says first: is the serving version still right, and do its inputs still look like those it knows. */
export function answerOf(matrix: Matrix, groups: readonly RowGroup[], metric: string | undefined): MonitorAnswer {
  const drift = groups.filter((group) => group.type === 'data_drift').flatMap((group) => group.rows)
  const driftColumn = matrix.windows.findLastIndex((_one, column) => drift.some((row) => row.values[column] != null))
  const drifted = drift.filter((row) => row.fired[driftColumn] === true).map((row) => row.feature)
  const chosen = metric ?? metricsOf(matrix)[0] ?? ''
  const lines = versionLines(matrix, chosen)
  const column = matrix.windows.findLastIndex((_one, index) =>
    lines.some((line) => line.serving[index] === true && line.values[index] != null),
  )
  const common = { drifted, watched: drift.length, driftColumn }
  const nothing = { version: null, metric: chosen, value: null, limit: null, column: -1, better: null, ...common }
  if (matrix.windows.length === 0) return { verdict: 'none', ...nothing }
  const serving =
    lines.findLast(
      (line) => line.serving[column] === true && line.values[column] != null && isOldest(lines, line, column),
    ) ?? lines.find((line) => line.serving[column] === true && line.values[column] != null)
  const value = serving?.values[column] ?? null
  if (serving === undefined || value === null) return { verdict: 'unknown', ...nothing }
  const limit = matrix.limits[chosen]?.[column] ?? null
  const high = isHigherBetter(chosen)
  const beyond = limit !== null && (high ? value < limit : value > limit)
  const others = lines
    .filter((line) => line !== serving && line.values[column] != null)
    .map((line) => ({ name: line.name, value: line.values[column] ?? 0 }))
    .filter((other) => (high ? other.value > value : other.value < value))
    .toSorted((a, b) => (high ? b.value - a.value : a.value - b.value))
  return {
    verdict: limit === null ? 'unlimited' : beyond ? 'wrong' : 'right',
    version: serving.name,
    metric: chosen,
    value,
    limit,
    column,
    better: others[0] ?? null,
    ...common,
  }
}

type Line = ReturnType<typeof versionLines>[number]

/** Of several that serve in a window, the one that has served longest is the one in charge; the other is a canary. */
function isOldest(lines: readonly Line[], line: Line, column: number): boolean {
  const since = (one: Line): number => one.serving.findIndex((serves, index) => serves && one.values[index] != null)
  return lines.every(
    (other) =>
      other === line || other.serving[column] !== true || other.values[column] == null || since(other) >= since(line),
  )
}
