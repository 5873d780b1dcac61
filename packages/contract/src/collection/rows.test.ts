import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answerRows, requestRows, toCell, type BodyRows } from './rows.ts'

const cell = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string(), fc.boolean(), fc.constant(null))
const name = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => !/^\d+$/.test(text) && text !== '__proto__')
/** A table with at least one column and one row. */
const table = fc.uniqueArray(name, { minLength: 1, maxLength: 5 }).chain((columns) =>
  fc.record({
    columns: fc.constant(columns),
    rows: fc.array(fc.tuple(...columns.map(() => cell)), { minLength: 1, maxLength: 5 }),
  }),
)

describe('rows of a request', () => {
  test('are the same in every form of the body', () => {
    fc.assert(
      fc.property(table, ({ columns, rows }) => {
        const objects = rows.map((row) => Object.fromEntries(columns.map((column, place) => [column, row[place]])))
        const expected = { columns, rows }
        for (const key of ['data', 'inputs', 'instances', 'dataframe_records']) {
          expect(requestRows({ [key]: objects }, null)).toEqual(expected)
          expect(requestRows({ [key]: rows }, columns)).toEqual(expected)
          expect(requestRows({ [key]: rows, columns }, ['others'])).toEqual(expected)
        }
        for (const key of ['input_data', 'dataframe_split'])
          expect(requestRows({ [key]: { columns, data: rows } }, null)).toEqual(expected)
        expect(requestRows(objects, null)).toEqual(expected)
        expect(requestRows(rows, columns)).toEqual(expected)
        const lists = Object.fromEntries(columns.map((column, place) => [column, rows.map((row) => row[place])]))
        expect(requestRows({ inputs: lists }, null)).toEqual(expected)
      }),
    )
  })

  test('of tensors are as many as there are values for, whatever the shape claims', () => {
    const tensor = (shape: number[], data: unknown[]): BodyRows | undefined =>
      requestRows({ inputs: [{ name: 'x', shape, datatype: 'FP64', data }] }, null)
    expect(tensor([2, 2], [1, 2, 3, 4])).toEqual({
      columns: null,
      rows: [
        [1, 2],
        [3, 4],
      ],
    })
    expect(tensor([2, 1], [[1], [2]])).toEqual({ columns: ['x'], rows: [[1], [2]] })
    expect(tensor([1e12, 2], [1, 2, 3])?.rows).toHaveLength(2)
    expect(tensor([1e12, 0], [])?.rows).toHaveLength(0)
    expect(tensor([3], [1, 2, 3])).toEqual({ columns: ['x'], rows: [[1], [2], [3]] })
  })

  test('never throw, whatever the body is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('data', 'inputs', 'dataframe_split', ''), (value, key) => {
        const document = key === '' ? value : { [key]: value }
        for (const rows of [requestRows(document, null), answerRows(document)])
          if (rows !== undefined) expect(Array.isArray(rows.rows)).toBe(true)
      }),
    )
  })
})

describe('rows of an answer', () => {
  test('are columns named after what the answer calls them', () => {
    expect(answerRows([1, 2])).toEqual({ columns: ['prediction'], rows: [[1], [2]] })
    expect(answerRows({ predictions: [[1], [2]] })).toEqual({ columns: ['prediction'], rows: [[1], [2]] })
    expect(answerRows([[0.1, 0.9]])).toEqual({ columns: ['prediction_0', 'prediction_1'], rows: [[0.1, 0.9]] })
    expect(answerRows([{ label: 'yes', score: 1 }])).toEqual({
      columns: ['prediction_label', 'prediction_score'],
      rows: [['yes', 1]],
    })
    expect(answerRows([{ y: 1 }])).toEqual({ columns: ['prediction'], rows: [[1]] })
    expect(answerRows({ outputs: [{ name: 'y', shape: [2], datatype: 'FP64', data: [1, 2] }] })).toEqual({
      columns: ['prediction'],
      rows: [[1], [2]],
    })
    expect(answerRows({ message: 'hello' })).toBeUndefined()
  })

  test('what is no scalar is kept as its JSON', () => {
    expect([undefined, null, 1, 'a', true, [1], { a: 1 }].map(toCell)).toEqual([
      null,
      null,
      1,
      'a',
      true,
      '[1]',
      '{"a":1}',
    ])
  })
})
