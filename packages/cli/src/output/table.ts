import { stripVTControlCharacters } from 'node:util'
import type { Style } from './style.ts'

/** One column: its heading and what stands in it. */
export interface Column<Row> {
  readonly heading: string
  readonly align?: 'right'
  cell(row: Row): string
}

/** Rows under headings, each column as wide as its widest cell. Control characters of foreign names do not reach the terminal. */
export function renderTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[], style: Style): string {
  const cells = rows.map((row) => columns.map((column) => column.cell(row)))
  const widths = columns.map((column, index) =>
    Math.max(column.heading.length, ...cells.map((line) => widthOf(line[index] ?? ''))),
  )
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, index) => fit(text, widths[index] ?? 0, columns[index]?.align === 'right'))
      .join('  ')
      .trimEnd()
  const heading = style.dim(line(columns.map((column) => column.heading.toUpperCase())))
  return `${[heading, ...cells.map(line)].join('\n')}\n`
}

/** `name  value` lines, the names in one column. Undefined values are left out. */
export function renderFields(fields: Readonly<Record<string, string | undefined>>, style: Style): string {
  const shown = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined)
  const width = Math.max(0, ...shown.map(([name]) => name.length))
  return shown.map(([name, value]) => `${style.dim(name.padEnd(width))}  ${value}\n`).join('')
}

/** Text of others (names, log lines, messages) without the sequences that could move the cursor or change the terminal. */
export function harmless(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return stripVTControlCharacters(text).replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, '')
}

function fit(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)))
  return right ? space + text : text + space
}

function widthOf(text: string): number {
  let width = 0
  for (const letter of stripVTControlCharacters(text))
    width += (letter.codePointAt(0) ?? 0) >= 0x11_00 && isWide(letter) ? 2 : 1
  return width
}

/** East Asian letters and pictures take two places. */
function isWide(letter: string): boolean {
  return /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}]/u.test(letter)
}
