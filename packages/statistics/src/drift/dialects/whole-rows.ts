import type { Table } from '../../tables/table.ts'
import type { Column } from '../columns.ts'
import { pickRows } from '../rows.ts'

/** Rows without any missing value: Azure ML's monitor drops the others before it computes drift. */
export async function wholeRows(table: Table, names: readonly string[]): Promise<Table> {
  const lacking = new Uint8Array(table.rows)
  for (const name of names) {
    const column = await table.read(name)
    for (let row = 0; row < table.rows; row++) if (!isPresent(column, row)) lacking[row] = 1
  }
  const kept = Int32Array.from(lacking.keys()).filter((row) => lacking[row] === 0)
  if (kept.length === table.rows) return table
  return { ...table, rows: kept.length, read: async (name) => pickRows(await table.read(name), kept) }
}

function isPresent(column: Column, row: number): boolean {
  return column.kind === 'number' ? !Number.isNaN(column.values[row]) : (column.codes[row] ?? -1) >= 0
}
