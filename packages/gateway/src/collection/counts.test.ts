import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDropped, parseCounts, settle, toCounts, type CountsDocument } from './counts.ts'

const document: CountsDocument = {
  on: true,
  stored: 100,
  sampledOut: 10,
  lost: 1,
  dropped: { disk: 2 },
  held: 5,
  workers: { a: 110, b: 8 },
  segments: { s: 40 },
}

test('after a kill: what segments hold is stored, what workers counted beyond is lost', () => {
  // 5 were in memory, 7 more were answered; 9 of these reached the segment.
  const left = {
    workers: new Map([
      ['a', 115],
      ['b', 8],
      ['c', 2],
    ]),
    segments: new Map([['s', 49]]),
  }
  expect(toCounts(settle(document, left))).toEqual({
    received: 100 + 10 + 1 + 2 + 5 + 7,
    stored: 109,
    sampledOut: 10,
    dropped: { disk: 2 },
    lost: 1 + 12 - 9,
  })
})

test('a segment that lost its tail takes its part back; what was switched off lost nothing', () => {
  const cut = settle(document, { workers: new Map([['a', 110]]), segments: new Map([['s', 30]]) })
  expect([cut.stored, cut.lost, toCounts(cut).received]).toEqual([90, 16, 118])
  const off = settle({ ...document, on: false, held: 0 }, { workers: new Map([['a', 500]]), segments: new Map() })
  expect([off.stored, off.lost]).toEqual([100, 1])
  expect(toCounts(settle(undefined, { workers: new Map([['a', 9]]), segments: new Map() })).received).toBe(0)
  expect(toCounts(settle(undefined, { workers: new Map([['a', 9]]), segments: new Map([['s', 4]]) }))).toMatchObject({
    received: 9,
    stored: 4,
    lost: 5,
  })
})

test('settling twice is settling once, wherever the kill was', () => {
  fc.assert(
    fc.property(fc.nat(50), fc.nat(50), fc.nat(50), (held, more, written) => {
      const left = {
        workers: new Map([['a', 110 + more]]),
        segments: new Map([['s', 40 + Math.min(written, held + more)]]),
      }
      const once = settle({ ...document, held }, left)
      const again = settle(
        {
          ...document,
          ...once,
          held: 0,
          workers: Object.fromEntries(left.workers),
          segments: Object.fromEntries(left.segments),
        },
        left,
      )
      expect(again).toEqual(once)
      expect(toCounts(once).received).toBe(113 + held + more)
    }),
  )
})

test('a document that is none, or has no counts in it, is not taken', () => {
  expect(parseCounts('')).toBeUndefined()
  expect(parseCounts('{"stored": 1}')).toBeUndefined()
  expect(parseCounts(JSON.stringify({ ...document, stored: -1 }))).toBeUndefined()
  expect(parseCounts(JSON.stringify({ ...document, held: 1.5 }))).toBeUndefined()
  expect(parseCounts(JSON.stringify(document))).toEqual(document)
})

test('reasons are counted each for itself', () => {
  const tally = settle(undefined, { workers: new Map(), segments: new Map() })
  addDropped(tally, 'disk', 3)
  addDropped(tally, 'client_gone')
  addDropped(tally, 'disk')
  expect(toCounts(tally)).toMatchObject({ received: 5, dropped: { disk: 4, client_gone: 1 } })
})
