import type { HeatRow } from '../../components/heat-grid.tsx'
import { decimalsFor, plainWords } from '../../components/format.ts'
import { heatLevel, type Matrix, type MatrixRow, type RowGroup } from './heat.ts'

const typeTitles: Readonly<Record<string, string>> = {
  data_drift: 'Inputs',
  prediction_drift: 'Predictions',
  data_quality: 'Data quality',
  model_performance: 'Accuracy',
  performance_estimate: 'Estimate',
  service: 'Service',
}

/** A row of the grid with what it stands for; headings and sums stand for nothing. */
export interface GridRow extends HeatRow {
  readonly source?: MatrixRow
}

/** All rows of the grid: each signal's features under its name, then how many fired, how many rows, and how many have their label. */
export function gridRows(matrix: Matrix, groups: readonly RowGroup[], names: readonly string[]): readonly GridRow[] {
  const rows: GridRow[] = []
  for (const group of groups) {
    if (groups.length > 1)
      rows.push({
        key: `head/${group.signal}`,
        label: typeTitles[group.type ?? ''] ?? group.signal,
        heading: true,
        limit: '',
        cell: () => ({ text: '', level: null, says: '' }),
      })
    rows.push(...group.rows.map((row) => featureRow(row, group, names)))
  }
  rows.push(...sums(matrix, groups))
  return rows
}

/** What a row of the grid is called: its feature, and for quality what of it. */
export function rowName(row: MatrixRow, type: RowGroup['type']): string {
  const statistic = plainWords(row.statistic)
  if (row.feature === '') return statistic
  return type === 'data_quality' ? `${row.feature} ${statistic}` : row.feature
}

function featureRow(row: MatrixRow, group: RowGroup, names: readonly string[]): GridRow {
  const limit = row.thresholds.findLast((one) => one !== null) ?? null
  const sizes = [...row.values.filter((one) => one !== null).map(Math.abs), limit ?? 0]
  const decimals = decimalsFor(limit ?? Math.max(...sizes))
  const name = rowName(row, group.type)
  return {
    key: `${row.signal}/${row.feature}/${row.statistic}`,
    label: name,
    limit: limit === null ? '' : limit.toFixed(decimals),
    source: row,
    cell: (column) => {
      const value = row.values[column]
      const at = `${name}, ${names[column] ?? ''}`
      if (value == null) return { text: '·', level: null, says: `${at}: no value; choose it to see why` }
      const threshold = row.thresholds[column] ?? null
      const fired = row.fired[column] === true
      const beyond = threshold === null ? 'no limit' : `limit ${threshold.toFixed(decimals)}`
      return {
        text: shortNumber(value, decimals),
        level: heatLevel(value, threshold, fired),
        says: `${at}: ${row.statistic} ${value.toFixed(decimals + 1)}, ${beyond}${fired ? ', fired' : ''}`,
      }
    },
  }
}

const shortNumber = (value: number, decimals: number): string =>
  Math.abs(value) >= 1e5
    ? value.toExponential(0)
    : Math.abs(value) >= 100
      ? value.toFixed(0)
      : value.toFixed(Math.abs(value) >= 10 ? Math.min(1, decimals) : decimals)

function sums(matrix: Matrix, groups: readonly RowGroup[]): readonly GridRow[] {
  const all = groups.flatMap((group) => group.rows)
  const count = (column: number): number => all.reduce((sum, row) => sum + (row.fired[column] === true ? 1 : 0), 0)
  const plain = (key: string, label: string, limit: string, text: (column: number) => string): GridRow => ({
    key,
    label,
    plain: true,
    limit,
    cell: (column) => ({ text: text(column), level: null, says: `${label}: ${text(column)}` }),
  })
  const labels = matrix.windows.some((window) => window.labels > 0)
  return [
    plain('sum/over', 'over the limit', `of ${all.length}`, (column) => String(count(column))),
    plain('sum/rows', 'rows', '', (column) => compact(matrix.windows[column]?.rows ?? 0)),
    ...(labels
      ? [
          plain('sum/labels', 'with a label', '', (column) => {
            const window = matrix.windows[column]
            return window === undefined || window.rows === 0
              ? '–'
              : `${Math.round((Math.min(window.labels, window.rows) / window.rows) * 100)} %`
          }),
        ]
      : []),
  ]
}

const compact = (count: number): string =>
  count < 10_000 ? String(count) : count < 1e6 ? `${Math.round(count / 1000)}k` : `${(count / 1e6).toFixed(1)}M`
