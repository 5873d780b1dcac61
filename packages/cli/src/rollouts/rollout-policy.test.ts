import { describe, expect, it } from 'vitest'
import { readDuration, readPolicy } from './rollout-policy.ts'

describe('the policy of a rollout', () => {
  it('says only what was given, so that the server’s own choice holds for the rest', () => {
    expect(readPolicy({})).toEqual({})
    expect(readPolicy({ steps: '0, 10,100', bake: '5m', approval: 'manual', minAgreement: 0.9 })).toEqual({
      steps: [0, 10, 100],
      bakeMs: 300_000,
      approval: 'manual',
      minAgreement: 0.9,
    })
  })

  it.each(['', 'ten', '10;100', '-5', '101'])('refuses the steps %j', (steps) =>
    expect(() => readPolicy({ steps })).toThrow('list of percentages'),
  )

  it('reads lengths of time, and refuses what is none', () => {
    expect(['250ms', '30s', '5m', '1h', '2d', '7', '1.5s'].map((text) => readDuration(text, '--bake'))).toEqual([
      250, 30_000, 300_000, 3_600_000, 172_800_000, 7000, 1500,
    ])
    for (const text of ['', 'soon', '5 minutes', '-1s', '1w'])
      expect(() => readDuration(text, '--bake')).toThrow('length')
  })
})
