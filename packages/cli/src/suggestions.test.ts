import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { editDistance, suggest } from './suggestions.ts'

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 })

describe('the distance of words', () => {
  it('is 0 only for the same word, and the same both ways', () => {
    fc.assert(
      fc.property(word, word, (one, other) => {
        expect(editDistance(one, other)).toBe(editDistance(other, one))
        expect(editDistance(one, other) === 0).toBe(one === other)
      }),
    )
  })

  it('is at least the difference of the lengths and at most the longer one', () => {
    fc.assert(
      fc.property(word, word, (one, other) => {
        const distance = editDistance(one, other)
        expect(distance).toBeGreaterThanOrEqual(Math.abs(one.length - other.length))
        expect(distance).toBeLessThanOrEqual(Math.max(one.length, other.length))
      }),
    )
  })

  it('counts swapped neighbours as one slip', () => {
    expect(editDistance('jbo', 'job')).toBe(1)
    expect(editDistance('craete', 'create')).toBe(1)
  })
})

describe('a suggestion', () => {
  const verbs = ['create', 'show', 'list', 'logs', 'cancel', 'why']
  it.each([
    ['creat', 'create'],
    ['lists', 'list'],
    ['log', 'logs'],
    ['CANCEL', 'cancel'],
    ['shwo', 'show'],
  ])('for %s is %s', (typed, meant) => expect(suggest(typed, verbs)).toBe(meant))

  it('is left out when nothing is near', () => {
    expect(suggest('frobnicate', verbs)).toBeUndefined()
    expect(suggest('x', verbs)).toBeUndefined()
  })

  it('finds every known word with one slip in it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('workspace', 'compute', 'pipeline', 'experiment', 'deployment', 'principal'),
        fc.nat(),
        (known, pick) => {
          const at = pick % known.length
          expect(suggest(known.slice(0, at) + known.slice(at + 1), [known, 'job', 'run'])).toBe(known)
        },
      ),
    )
  })
})
