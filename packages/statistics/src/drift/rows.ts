import type { Column } from './columns.ts'

/** The rows of a column at the given places, in their order. */
export function pickRows(column: Column, rows: Int32Array): Column {
  if (column.kind === 'number') {
    const values = new Float64Array(rows.length)
    for (let index = 0; index < rows.length; index++) values[index] = column.values[rows[index] ?? 0] ?? Number.NaN
    return { ...column, values }
  }
  const codes = new Int32Array(rows.length)
  for (let index = 0; index < rows.length; index++) codes[index] = column.codes[rows[index] ?? 0] ?? -1
  return { ...column, codes }
}

/** A column of nothing but missing values. */
export function missingColumn(column: Column, rows: number): Column {
  return column.kind === 'number'
    ? { kind: 'number', whole: column.whole, values: new Float64Array(rows).fill(Number.NaN) }
    : { kind: 'text', dictionary: [], codes: new Int32Array(rows).fill(-1) }
}
