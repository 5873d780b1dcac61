import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ModelyardError } from '@modelyard/contract'
import { runFields } from './run-search-store.ts'
import { bindFilter, bindOrder } from './search-fields.ts'
import { parseFilter, parseOrder } from './search-grammar.ts'

const bound = (text: string) => bindFilter(parseFilter(text), runFields)

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`
const tick = (text: string): string => `\`${text.replaceAll('`', '``')}\``

function columnOf(work: () => unknown): number | undefined {
  try {
    work()
  } catch (error) {
    if (ModelyardError.is(error) && error.code === 'filter_invalid') return error.places[0]?.column
    throw error
  }
  return undefined
}

describe('the search grammar', () => {
  it.each([
    ['metrics.acc > 0.94', 'metric', 'acc', '>', 0.94],
    ['metric.acc>=-1e-3', 'metric', 'acc', '>=', -0.001],
    ['metrics.`my acc` < 1', 'metric', 'my acc', '<', 1],
    ['metrics."my acc" < 1', 'metric', 'my acc', '<', 1],
    ["params.m = 'LR'", 'parameter', 'm', '=', 'LR'],
    ['parameters.m != "LR"', 'parameter', 'm', '!=', 'LR'],
    ["tags.mlflow.parentRunId = 'x'", 'tag', 'mlflow.parentRunId', '=', 'x'],
    ["tag.`a``b` LIKE '%x%'", 'tag', 'a`b', 'LIKE', '%x%'],
    ["tags.t iLiKe 'it''s'", 'tag', 't', 'ILIKE', "it's"],
    ["attributes.status = 'FINISHED'", 'attribute', 'status', '=', 'FINISHED'],
    ["status = 'FINISHED'", 'attribute', 'status', '=', 'FINISHED'],
    ["attr.`Run name` = 'a'", 'attribute', 'name', '=', 'a'],
    ['start_time >= 1664067852747', 'attribute', 'started_at', '>=', 1664067852747],
    ["attributes.run_id IN ('a', 'b')", 'attribute', 'id', 'IN', ['a', 'b']],
    ["run_id not in ('a')", 'attribute', 'id', 'NOT IN', ['a']],
    ["datasets.name = 'd'", 'dataset', 'name', '=', 'd'],
    ['params.p IS NULL', 'parameter', 'p', 'IS NULL', null],
    ['tags.t is not null', 'tag', 't', 'IS NOT NULL', null],
  ])('understands %s', (text, ...[kind, name, comparator, value]) => {
    expect(bound(text)).toEqual([{ kind, name, comparator, value }])
  })

  it('joins conditions by AND, whatever its case, and takes nothing for everything', () => {
    expect(bound("metrics.a > 1 and params.b = 'x' AND tags.c != 'and'")).toHaveLength(3)
    expect(bound('   ')).toEqual([])
  })

  it.each([
    ['metrics.acc', 12],
    ['metrics.acc > ', 15],
    ["metrics.acc > '1'", 15],
    ['params.lr = 0.1', 13],
    ["metrics.acc LIKE 'x'", 1],
    ["metrics.acc > 1 OR params.b = 'x'", 17],
    ["metrics.acc > 1 params.b = 'x'", 17],
    ["params.b = 'x", 12],
    ["nothing.b = 'x'", 1],
    ["attributes.nothing = 'x'", 1],
    ['run_id IN ()', 12],
    ["run_id IN ('a' 'b')", 16],
    ['tags.t IS 1', 11],
    ["datasets.source = 'x'", 1],
    ['(metrics.a > 1)', 1],
    ['metrics.a > 1 AND', 18],
    ['a ; drop table run', 3],
  ])('refuses %s and names the character %i', (text, column) => {
    expect(columnOf(() => bound(text))).toBe(column)
  })

  it('refuses a key that is ordered by twice, also under two spellings', () => {
    expect(columnOf(() => parseOrder(['metrics.a DESC', 'metrics.a']))).toBe(1)
    expect(columnOf(() => bindOrder(parseOrder(['metrics.a, metric.a']), runFields))).toBe(12)
    expect(bindOrder(parseOrder(['metrics.a DESC, start_time', 'tags.x asc']), runFields)).toEqual([
      { kind: 'metric', name: 'a', type: 'number', descending: true },
      { kind: 'attribute', name: 'started_at', type: 'number', descending: false },
      { kind: 'tag', name: 'x', type: 'text', descending: false },
    ])
  })

  it('reads back every condition that can be written', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.string(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (key, text, number) => {
          expect(bound(`tags.${tick(key)} = ${quote(text)} AND metrics.${tick(key)} > ${number}`)).toEqual([
            { kind: 'tag', name: key, comparator: '=', value: text },
            { kind: 'metric', name: key, comparator: '>', value: Number(String(number)) },
          ])
        },
      ),
    )
  })

  it('answers any text with conditions or a refusal that names a place within it', () => {
    const piece = fc.constantFrom(
      'metrics',
      '.',
      'a',
      ' ',
      '>',
      "'",
      '"',
      '`',
      'AND',
      'IN',
      '(',
      ')',
      ',',
      '1',
      '-',
      'IS',
      'NULL',
      '\u0000',
      'é',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('')
        const column = columnOf(() => bound(text))
        if (column !== undefined) expect(column >= 1 && column <= text.length + 1).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})
