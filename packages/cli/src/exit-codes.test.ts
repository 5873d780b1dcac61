import { describe, expect, it } from 'vitest'
import { errorCatalogue } from '@modelyard/contract'
import { exitCodeOfJob, exitCodeOfStatus } from './exit-codes.ts'

const step = (decision?: string): { evidence: { decision: string } | null } => ({
  evidence: decision === undefined ? null : { decision },
})

describe('the exit code of a refusal', () => {
  it.each([
    [400, 2],
    [401, 4],
    [403, 4],
    [404, 3],
    [409, 5],
    [422, 1],
    [500, 1],
    [503, 1],
  ])('with status %i is %i', (status, code) => expect(exitCodeOfStatus(status)).toBe(code))

  it('is never 0 for any error of the catalogue', () => {
    for (const entry of Object.values(errorCatalogue)) expect(exitCodeOfStatus(entry.status)).toBeGreaterThan(0)
  })
})

describe('the exit code of a job', () => {
  it('tells success, failure and cancellation apart', () => {
    expect(exitCodeOfJob({ status: 'succeeded', steps: [] }, false)).toBe(0)
    expect(exitCodeOfJob({ status: 'failed', steps: [step('passed')] }, true)).toBe(10)
    expect(exitCodeOfJob({ status: 'canceled', steps: [] }, true)).toBe(11)
  })

  it('with --require-pass is 0 only when every gate passed or had no champion to beat', () => {
    const codeOf = (...decisions: string[]): number =>
      exitCodeOfJob({ status: 'succeeded', steps: [step(), ...decisions.map(step)] }, true)
    expect(codeOf('passed')).toBe(0)
    expect(codeOf('first')).toBe(0)
    expect(codeOf('refused')).toBe(12)
    expect(codeOf('insufficient')).toBe(12)
    expect(codeOf('passed', 'refused')).toBe(12)
    expect(codeOf()).toBe(12)
    expect(exitCodeOfJob({ status: 'succeeded', steps: [step('refused')] }, false)).toBe(0)
  })
})
