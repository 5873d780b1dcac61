import { open } from 'node:fs/promises'
import { ModelyardError } from '@modelyard/contract'
import type { ContentStore, TreeEntry } from '@modelyard/platform'
import { parse as parseCsv } from 'csv-parse'
import { parquetReadObjects } from 'hyparquet'
import { readTree } from '../data/index.ts'
import type { GateRows } from './evaluation-gate.ts'

const mostRows = 5_000_000
const largestParquet = 512 * 2 ** 20

type Record_ = Readonly<Record<string, unknown>>

/** Reads the one table in a folder (CSV or Parquet) with the columns label, challenger and, where there is a champion, champion. */
export async function readGateRows(content: ContentStore, tree: string): Promise<GateRows> {
  const entries = (await readTree(content, tree)) ?? []
  const tables = entries.filter((entry) => /\.(csv|parquet|pq)$/i.test(entry.path))
  const [table] = tables.length === 0 && entries.length === 1 ? entries : tables
  if (table === undefined || tables.length > 1)
    throw invalid(
      `the rows must be one table; found ${tables.length === 0 ? `no .csv or .parquet among ${entries.length} files` : tables.map((entry) => entry.path).join(', ')}`,
    )
  const collector = new Collector(table.path)
  if (/\.(parquet|pq)$/i.test(table.path)) for (const row of await readParquet(content, table)) collector.add(row)
  else await readCsv(content, table, collector)
  return collector.finish()
}

async function readCsv(content: ContentStore, table: TreeEntry, collector: Collector): Promise<void> {
  const parser = content
    .read(table.digest)
    .pipe(parseCsv({ columns: true, bom: true, trim: true, skip_empty_lines: true, max_record_size: 1_048_576 }))
  try {
    for await (const row of parser) collector.add(row as Record_)
  } catch (error) {
    if (ModelyardError.is(error)) throw error
    throw invalid(`${table.path} is not readable as CSV: ${(error as Error).message}`)
  }
}

async function readParquet(content: ContentStore, table: TreeEntry): Promise<Record_[]> {
  if (table.sizeBytes > largestParquet) throw invalid(`${table.path} is larger than ${largestParquet / 2 ** 20} MiB`)
  const file = await open(content.pathOf(table.digest), 'r')
  try {
    const slice = async (start: number, end?: number): Promise<ArrayBuffer> => {
      const length = (end ?? table.sizeBytes) - start
      const buffer = new ArrayBuffer(length)
      await file.read(new Uint8Array(buffer), 0, length, start)
      return buffer
    }
    return (await parquetReadObjects({ file: { byteLength: table.sizeBytes, slice } })) as Record_[]
  } catch (error) {
    throw invalid(`${table.path} is not readable as Parquet: ${(error as Error).message}`)
  } finally {
    await file.close()
  }
}

/** Gathers the columns row by row; words become numbers, the same for the same word. */
class Collector {
  readonly #name: string
  readonly #columns = { label: [] as number[], champion: [] as number[], challenger: [] as number[] }
  readonly #classes = new Map<string, number>()
  readonly #ids = new Set<string>()
  #hasChampion = true
  #rows = 0

  constructor(name: string) {
    this.#name = name
  }

  add(row: Record_): void {
    if (this.#rows === 0) this.#checkColumns(row)
    if (++this.#rows > mostRows) throw invalid(`${this.#name} has more than ${mostRows} rows`)
    const id = textOf(row['request_id'])
    if (id !== '') {
      if (this.#ids.has(id))
        throw invalid(`row ${this.#rows} of ${this.#name} has the request_id '${id.slice(0, 100)}' of an earlier row`)
      this.#ids.add(id)
    }
    this.#columns.label.push(this.#number(row, 'label'))
    this.#columns.challenger.push(this.#number(row, 'challenger'))
    if (this.#hasChampion) this.#columns.champion.push(this.#number(row, 'champion'))
  }

  #checkColumns(row: Record_): void {
    const missing = ['label', 'challenger'].filter((column) => !Object.hasOwn(row, column))
    if (missing.length > 0)
      throw invalid(
        `${this.#name} has no column ${missing.map((column) => `'${column}'`).join(' and no column ')}; it has ${Object.keys(row).join(', ') || 'none'}`,
      )
    this.#hasChampion = Object.hasOwn(row, 'champion')
  }

  #number(row: Record_, column: string): number {
    const value = row[column]
    if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
      return this.#finite(Number(value), column)
    const word = typeof value === 'string' ? value : ''
    if (word === '') throw invalid(`row ${this.#rows} of ${this.#name} has no value in the column '${column}'`)
    const number = Number(word)
    if (!Number.isNaN(number) || /^[+-]?(nan|inf(inity)?)$/i.test(word)) return this.#finite(number, column)
    const known = this.#classes.get(word) ?? this.#classes.size
    this.#classes.set(word, known)
    return known
  }

  #finite(value: number, column: string): number {
    if (!Number.isFinite(value))
      throw invalid(
        `row ${this.#rows} of ${this.#name} has ${value} in the column '${column}'; a comparison needs finite numbers`,
      )
    return value
  }

  finish(): GateRows {
    if (this.#rows === 0) throw invalid(`${this.#name} has no rows`)
    return {
      label: Float64Array.from(this.#columns.label),
      challenger: Float64Array.from(this.#columns.challenger),
      champion: this.#hasChampion ? Float64Array.from(this.#columns.champion) : null,
    }
  }
}

function invalid(what: string): ModelyardError {
  return new ModelyardError('gate_rows_invalid', `The rows of the gate cannot be used: ${what}.`)
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : ''
}
