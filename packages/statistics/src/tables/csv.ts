import { createReadStream } from 'node:fs'
import { parse } from 'csv-parse'
import { columnOfWords } from './gather.ts'
import { TableError, tableOf, type Table } from './table.ts'

const mostCells = 100_000_000

/** Reads a CSV file with a header line. Words like `NA` and empty fields are missing values. */
export async function openCsv(path: string): Promise<Table> {
  const source = createReadStream(path)
  const parser = source.pipe(parse({ bom: true, skip_empty_lines: true, max_record_size: 2 ** 20 }))
  // A pipe does not pass errors on.
  source.once('error', (error) => parser.destroy(error))
  let header: readonly string[] | undefined
  const words: string[][] = []
  let rows = 0
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      if (header === undefined) {
        header = checked(record)
        for (const _name of header) words.push([])
      } else {
        record.forEach((word, place) => words[place]?.push(word.trim()))
        if (++rows * header.length > mostCells)
          throw new TableError(`it has more than ${mostCells} values; use Parquet`)
      }
    }
  } catch (error) {
    throw error instanceof TableError ? error : new TableError((error as Error).message)
  }
  if (header === undefined) throw new TableError('it is empty: not even a header line')
  return tableOf(new Map(header.map((name, place) => [name, columnOfWords(words[place] ?? [])])))
}

function checked(header: readonly string[]): readonly string[] {
  const names = header.map((name) => name.trim())
  const twice = names.find((name, place) => names.indexOf(name) !== place)
  if (twice !== undefined) throw new TableError(`its header has the column '${twice}' twice`)
  return names
}
