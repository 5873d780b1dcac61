import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatDuration, parseDuration } from './duration.ts'

test('durations are read as people write them, and nothing else is', () => {
  expect(['5m', '24h', '0s', '1h30m', '7d', '250ms', '1.5h'].map(parseDuration)).toEqual([
    300_000, 86_400_000, 0, 5_400_000, 604_800_000, 250, 5_400_000,
  ])
  for (const text of ['', '5', 'm', '5 m', '-5m', '5y', '5m-', '1e9s', '99999999999d'])
    expect([text, parseDuration(text)]).toEqual([text, undefined])
})

test('a duration that is written is read as the same', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 10 ** 11 }), (ms) => parseDuration(formatDuration(ms)) === ms))
})
