import { answerRows, parseAnswer, parseLenientJson, requestRows } from '@modelyard/contract/collection'
import { expect, test } from 'vitest'
import { redact } from './redaction.ts'

/** What is kept of a request and an answer, as the files will have it. */
function kept(request: string, answer: string, names: string[]): unknown[] {
  const clean = redact([Buffer.from(request)], Buffer.from(answer), new Set(names), null)
  if (clean === undefined) return []
  const texts = [clean.request.toString(), clean.answer.toString()]
  expect(texts.join()).not.toContain('secret')
  return [requestRows(parseLenientJson(texts[0] ?? ''), null), answerRows(parseAnswer(texts[1] ?? ''))]
}
const a1 = { columns: ['a'], rows: [[1]] }
const request = '{"data":[{"a":1,"ssn":"secret"}]}'

test('an answer that is JSON in a text loses the column like any other', () => {
  const outputs = [
    { label: 'x', score: 2, ssn: 'secret' },
    { label: 'y', score: 3, ssn: 'secret' },
  ]
  expect(kept(request, JSON.stringify(JSON.stringify(outputs)), ['ssn'])).toEqual([
    a1,
    {
      columns: ['prediction_label', 'prediction_score'],
      rows: [
        ['x', 2],
        ['y', 3],
      ],
    },
  ])
})

test('an answer that nobody can read is not kept', () => {
  expect(kept(request, JSON.stringify('ssn: "secret"'), ['ssn'])).toEqual([a1, undefined])
})

test('an output goes by the name that the files give it', () => {
  expect(kept(request, '[{"label":"x","score":"secret"}]', ['ssn', 'prediction_score'])).toEqual([
    a1,
    { columns: ['prediction_label', 'prediction_score'], rows: [['x', null]] },
  ])
  expect(kept(request, '[["x","secret"]]', ['ssn', 'prediction_1'])).toEqual([
    a1,
    { columns: ['prediction_0', 'prediction_1'], rows: [['x', null]] },
  ])
  expect(kept(request, '["secret"]', ['ssn', 'prediction'])).toEqual([a1, { columns: ['prediction'], rows: [[null]] }])
  expect(kept(request, '["fine"]', ['ssn', 'prediction_score'])[1]).toEqual({
    columns: ['prediction'],
    rows: [['fine']],
  })
})

test('numbers that JSON does not know are what they are without redaction', () => {
  expect(kept('{"data":[{"a":NaN,"b":-Infinity,"c":"Infinity","ssn":"secret"}]}', '[1]', ['ssn'])[0]).toEqual({
    columns: ['a', 'b', 'c'],
    rows: [[null, -Infinity, 'Infinity']],
  })
})
