import { createReadStream } from 'node:fs'
import { ModelyardError } from '@modelyard/contract'
import { openParquetFile, readPart } from '../collection/parquet-file.ts'
import { splitCsvLine } from './csv-line.ts'

export type LabelFormat = 'csv' | 'jsonl' | 'parquet'

/** A row's cells in the order of the columns; or, for one that is none, why. */
export type SourceRow = readonly unknown[] | string

/** Rows of a file of labels, some at a time; rows count from 1. */
export interface LabelSource {
  readonly columns: readonly string[]
  chunks(): AsyncIterable<readonly SourceRow[]>
}

const mostLineBytes = 2 ** 20
const mostColumns = 1000
/** Each line with a quote in it has the whole row read again. */
const mostLinesOfRow = 1000
const rowsPerChunk = 8192

export function invalid(message: string): ModelyardError {
  return new ModelyardError('labels_invalid', message)
}

/** Opens a file of labels. Only its beginning is read before the rows are asked for. */
export async function openSource(path: string, format: LabelFormat): Promise<LabelSource> {
  if (format === 'parquet') return openParquetSource(path)
  const lines = readLines(path)[Symbol.asyncIterator]()
  const first = await nextLines(lines)
  return format === 'csv' ? csvSource(first, lines) : jsonSource(first, lines)
}

type Lines = AsyncIterator<readonly string[], undefined>

async function nextLines(lines: Lines): Promise<readonly string[]> {
  for (;;) {
    const next = await lines.next()
    if (next.done === true) return []
    if (next.value.length > 0) return next.value
  }
}

/** Lines of a text, those of each piece that is read together; empty ones are left out. */
async function* readLines(path: string): AsyncGenerator<readonly string[], undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of createReadStream(path, { highWaterMark: 512 * 1024 }) as AsyncIterable<Buffer>) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > mostLineBytes) throw tooLong()
    yield lines.map(withoutReturn).filter((line) => line !== '')
  }
  rest = withoutReturn(rest + decoder.decode())
  yield rest === '' ? [] : [rest]
}

function withoutReturn(line: string): string {
  if (line.length > mostLineBytes) throw tooLong()
  return line.endsWith('\r') ? line.slice(0, -1) : line
}

function tooLong(): ModelyardError {
  return invalid('A line is longer than 1 MiB.')
}

function csvSource(first: readonly string[], lines: Lines): LabelSource {
  const [header, ...others] = first
  if (header === undefined) throw invalid('The file is empty: not even a header line.')
  const columns = checkedColumns((splitCsvLine(header) ?? [header]).map((name) => name.trim()))
  return {
    columns,
    async *chunks() {
      let open: string[] = []
      let openBytes = 0
      for (let part: readonly string[] = others; ; part = await nextLines(lines)) {
        if (part.length === 0 && part !== others) break
        const rows: SourceRow[] = []
        for (const line of part) {
          openBytes += line.length + 1
          if (openBytes > mostLineBytes || open.length >= mostLinesOfRow)
            throw invalid('A quoted value is longer than 1 MiB or 1000 lines, or its quote is not closed.')
          open.push(line)
          // Within quotes only another one can end the row.
          const cells = open.length > 1 && !line.includes('"') ? undefined : splitCsvLine(open.join('\n'))
          if (cells === undefined) continue
          open = []
          openBytes = 0
          rows.push(
            cells.length === columns.length
              ? cells
              : `has ${cells.length} values, and the header has ${columns.length} columns`,
          )
        }
        yield rows
      }
      if (open.length > 0) throw invalid('The last row has a quote that is not closed.')
    },
  }
}

function checkedColumns(columns: readonly string[]): readonly string[] {
  if (columns.length > mostColumns) throw invalid(`The file has more than ${mostColumns} columns.`)
  const twice = columns.find((name, place) => columns.indexOf(name) !== place)
  if (twice !== undefined) throw invalid(`The column '${twice}' is there twice.`)
  return columns
}

function jsonSource(first: readonly string[], lines: Lines): LabelSource {
  const [line] = first
  if (line === undefined) throw invalid('The file is empty.')
  const row = parseObject(line)
  if (row === undefined) throw invalid('The first line is no JSON object.')
  const columns = checkedColumns(Object.keys(row).map((name) => name.replace(/^\uFEFF/, '')))
  return {
    columns,
    async *chunks() {
      for (let part = first; part.length > 0; part = await nextLines(lines))
        yield part.map((text): SourceRow => {
          const object = parseObject(text)
          return object === undefined ? 'is no JSON object' : columns.map((name) => object[name])
        })
    },
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

async function openParquetSource(path: string): Promise<LabelSource> {
  try {
    await using file = await openParquetFile(path)
    const columns = checkedColumns([...file.names])
    return {
      columns,
      async *chunks() {
        await using opened = await openParquetFile(path, file.footer)
        for (let start = 0; start < opened.rows; start += rowsPerChunk * 16) {
          const end = Math.min(opened.rows, start + rowsPerChunk * 16)
          const cells: unknown[][] = []
          for (const name of columns) cells.push(await readPart(opened, name, start, end))
          yield Array.from({ length: end - start }, (_unused, row) => cells.map((column) => column[row]))
        }
      },
    }
  } catch (error) {
    if (ModelyardError.is(error)) throw error
    throw invalid(`The file is no Parquet: ${(error as Error).message}`)
  }
}
