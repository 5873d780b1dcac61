import { describe, expect, test } from 'vitest'
import { compareAnswers } from './answer-agreement.ts'

const compare = (one: unknown, other: unknown): ReturnType<typeof compareAnswers> =>
  compareAnswers(Buffer.from(JSON.stringify(one)), Buffer.from(JSON.stringify(other)))

describe('whether two answers say the same', () => {
  test.each([
    [[1, 2], [1, 2.000001], true],
    [[1, 2], [1, 2.00001], false],
    [{ a: 'x', b: [true, null] }, { b: [true, null], a: 'x' }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [[1], [1, 2], false],
    [0, 1e-9, false],
    ['a', 'b', false],
    [[], {}, false],
  ])('%j and %j: %s', (one, other, agreed) => {
    expect(compare(one, other).agreed).toBe(agreed)
    expect(compare(other, one).agreed).toBe(agreed)
  })

  test('the difference is the mean over all numbers, also behind the first that differs', () => {
    expect(compare({ predictions: [1, 2, 3] }, { predictions: [2, 2, 6] }).meanAbsoluteDifference).toBeCloseTo(4 / 3)
    expect(compare('a', 'a').meanAbsoluteDifference).toBeNull()
  })

  test('what is no JSON is compared as bytes', () => {
    expect(compareAnswers(Buffer.from('plain'), Buffer.from('plain')).agreed).toBe(true)
    expect(compareAnswers(Buffer.from('plain'), Buffer.from('other')).agreed).toBe(false)
  })
})
