import type { Answer } from '@modelyard/client'

export type Matrix = Answer<'getMonitorMatrix'>
export type MatrixRow = Matrix['features'][number]
type Signal = Pick<Answer<'getMonitor'>['signals'][number], 'name' | 'type'>

/** Step of the heat scale, 0 to 6; what fired is 4 or more, what did not is 3 or less, whatever the rounding says. */
export function heatLevel(value: number, threshold: number | null, fired: boolean): number {
  if (threshold === null || threshold <= 0) return fired ? 4 : 0
  const ratio = value / threshold
  const level =
    ratio < 0.4 ? 0 : ratio < 0.6 ? 1 : ratio < 0.8 ? 2 : ratio < 1 ? 3 : ratio < 1.5 ? 4 : ratio < 2 ? 5 : 6
  return fired ? Math.max(4, level) : Math.min(3, level)
}

export interface RowGroup {
  readonly signal: string
  readonly type: Signal['type'] | undefined
  readonly rows: readonly MatrixRow[]
}

/** The rows by signal in the monitor's order; in a signal what weighs most comes first, else what fired most. */
export function groupRows(matrix: Matrix, signals: readonly Signal[]): readonly RowGroup[] {
  const order = new Map(signals.map((signal, index) => [signal.name, index]))
  const groups = Map.groupBy(matrix.features, (row) => row.signal)
  return [...groups]
    .map(([signal, rows]) => ({
      signal,
      type: signals.find((one) => one.name === signal)?.type,
      rows: rows.toSorted(
        (a, b) =>
          (b.importance ?? -1) - (a.importance ?? -1) ||
          count(b.fired) - count(a.fired) ||
          a.feature.localeCompare(b.feature, 'en', { numeric: true }),
      ),
    }))
    .toSorted((a, b) => (order.get(a.signal) ?? 99) - (order.get(b.signal) ?? 99))
}

const count = (fired: readonly boolean[]): number => fired.reduce((sum, one) => sum + (one ? 1 : 0), 0)

/** The newest cell worth looking at: of the newest window with a value, the row furthest beyond its limit. */
export function strongestCell(
  groups: readonly RowGroup[],
): { signal: string; feature: string; column: number } | undefined {
  let best: { signal: string; feature: string; column: number; ratio: number } | undefined
  const drift = groups.filter((group) => group.type === 'data_drift' || group.type === 'prediction_drift')
  const inputs = drift.filter(
    (group) => group.type === 'data_drift' && group.rows.some((row) => row.fired.at(-1) === true),
  )
  for (const { rows } of inputs.length > 0 ? inputs : drift.length > 0 ? drift : groups)
    for (const row of rows) {
      const column = row.values.findLastIndex((value) => value !== null)
      const value = row.values[column]
      if (value === null || value === undefined) continue
      const ratio = value / (row.thresholds[column] ?? 1)
      if (best === undefined || column > best.column || (column === best.column && ratio > best.ratio))
        best = { signal: row.signal, feature: row.feature, column, ratio }
    }
  return best
}
