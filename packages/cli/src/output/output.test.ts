import { describe, expect, it } from 'vitest'
import { createLogPrinter } from '../jobs/log-printer.ts'
import { readModelReference } from '../model-view.ts'
import { createStyle } from './style.ts'
import { harmless, renderTable } from './table.ts'
import { bytes, duration, figure } from './words.ts'

const plain = createStyle(false)

describe('a table', () => {
  it('keeps its columns straight with colours and wide letters in the cells', () => {
    const style = createStyle(true)
    const rows = [
      { name: '東京', n: 5 },
      { name: style.red('ab'), n: 12345 },
    ]
    const table = renderTable(
      rows,
      [
        { heading: 'name', cell: (row) => row.name },
        { heading: 'n', align: 'right', cell: (row) => String(row.n) },
      ],
      plain,
    )
    expect(harmless(table)).toBe('NAME      N\n東京      5\nab    12345\n')
  })
})

describe('texts of others', () => {
  it('cannot move the cursor, clear the screen or change the title', () => {
    const text = harmless('a\u001B[2Jb\u001B]0;title\u0007c\u0008\u009Bd\te')
    for (const control of ['\u001B', '\u0007', '\u0008', '\u009B']) expect(text).not.toContain(control)
    expect(harmless('tab\tand line\nstay')).toBe('tab\tand line\nstay')
  })
})

describe('words for numbers', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [3400, '3.4 s'],
    [59_990, '1 m 00 s'],
    [125_000, '2 m 05 s'],
    [4_200_000, '1 h 10 m'],
  ])('%i ms is %s', (milliseconds, text) => expect(duration(milliseconds)).toBe(text))

  it('keeps sizes and metrics short', () => {
    expect([bytes(0), bytes(1536), bytes(5 * 2 ** 40)]).toEqual(['0 B', '1.5 KiB', '5.0 TiB'])
    expect([figure(812.123456789), figure(3), figure('NaN'), figure(null)]).toEqual(['812.123', '3', 'NaN', '–'])
  })
})

describe('a log', () => {
  it('shows whole lines with their step, however the chunks break', () => {
    const print = createLogPrinter(plain, true)
    const chunk = (step: string, text: string): string => print.add({ step, attempt: 1, offset: 0, text })
    expect(chunk('a', 'one\ntw')).toBe('a │ one\n')
    expect(chunk('b', 'other\n')).toBe('b │ other\n')
    expect(chunk('a', 'o\nthree')).toBe('a │ two\n')
    expect(print.end()).toBe('a │ three\n')
  })

  it('keeps the last state of a line that was drawn over', () => {
    expect(createLogPrinter(plain, false).add({ step: 'a', attempt: 1, offset: 0, text: '10 %\r50 %\r100 %\n' })).toBe(
      '100 %\n',
    )
  })
})

describe('a model', () => {
  it.each([
    ['ridership', { name: 'ridership', version: undefined }],
    ['ridership:3', { name: 'ridership', version: '3' }],
    ['ridership@champion', { name: 'ridership', version: '@champion' }],
    ['ridership@latest', { name: 'ridership', version: 'latest' }],
    ['a@b:2', { name: 'a@b', version: '2' }],
  ])('is named by %s', (text, reference) => expect(readModelReference(text)).toEqual(reference))
})
