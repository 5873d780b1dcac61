import type { Matrix } from './heat.ts'

export interface VersionLine {
  readonly name: string
  readonly version: string | null
  readonly values: readonly (number | null)[]
  readonly serving: readonly boolean[]
}

const higherIsBetter = new Set(['accuracy', 'precision', 'recall', 'f1', 'auc', 'r2'])
/** Whether a metric is good when it is high; an error is not. */
export const isHigherBetter = (metric: string): boolean => higherIsBetter.has(metric)

/** The metrics of the matrix, those with a limit first. */
export function metricsOf({ performance, limits }: Matrix): readonly string[] {
  const names = [...new Set(performance.map((one) => one.metric))]
  const limited = (name: string): number => (limits[name]?.some((limit) => limit !== null) === true ? 0 : 1)
  return names.toSorted((a, b) => limited(a) - limited(b))
}

/** One line per model version: deployments of the same version are one, the serving one first. */
export function versionLines(matrix: Matrix, metric: string): readonly VersionLine[] {
  const lines = new Map<string, { version: string | null; values: (number | null)[]; serving: boolean[] }>()
  for (const one of matrix.performance.filter((line) => line.metric === metric)) {
    const name = one.version === null ? one.deployment : `version ${one.version}`
    const line = lines.get(name)
    if (line === undefined)
      lines.set(name, { version: one.version, values: [...one.values], serving: [...one.serving] })
    else
      for (const [index, value] of one.values.entries())
        if (value !== null && (line.values[index] == null || (one.serving[index] === true && !line.serving[index]))) {
          line.values[index] = value
          line.serving[index] = one.serving[index] ?? false
        }
  }
  return [...lines]
    .map(([name, line]) => ({ name, ...line }))
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
}

/** Which line served each window; one goes on until it no longer serves, so that a canary takes over only when it is alone. */
export function servingRuns(
  lines: readonly VersionLine[],
  count: number,
): readonly { readonly line: number | null; readonly from: number; readonly to: number }[] {
  const runs: { line: number | null; from: number; to: number }[] = []
  let current: number | null = null
  for (let column = 0; column < count; column += 1) {
    const serves = (index: number): boolean =>
      lines[index]?.serving[column] === true && lines[index]?.values[column] != null
    if (current === null || !serves(current)) {
      const next = lines.findLastIndex((_line, index) => serves(index))
      if (next >= 0) current = next
    }
    const last = runs.at(-1)
    if (last !== undefined && last.line === current) last.to = column + 1
    else runs.push({ line: current, from: column, to: column + 1 })
  }
  return runs
}
