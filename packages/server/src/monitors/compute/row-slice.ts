import type { Column, Table } from '@modelyard/statistics/tables'

/** Some rows of a table that follow each other. */
export function sliceTable(table: Table, from: number, to: number, typeErrors?: ReadonlyMap<string, number>): Table {
  const errors = typeErrors ?? table.typeErrors
  const shared = { names: table.names, rows: to - from, ...(errors === undefined ? {} : { typeErrors: errors }) }
  if (from === 0 && to === table.rows) return { ...shared, read: (name) => table.read(name) }
  return { ...shared, read: async (name) => sliceColumn(await table.read(name), from, to) }
}

/** Some rows of a column that follow each other. */
export function sliceColumn(column: Column, from: number, to: number): Column {
  return column.kind === 'number'
    ? { ...column, values: column.values.subarray(from, to) }
    : { ...column, codes: column.codes.subarray(from, to) }
}
