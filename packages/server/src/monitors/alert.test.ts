import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgeAlert, type AlertLife, type WindowVerdict } from './alert.ts'

const states = fc.constantFrom('fired', 'quiet', 'undecided')
const sequence = fc
  .array(states, { maxLength: 30 })
  .map((list): WindowVerdict[] =>
    list.map((state, index) => ({ start: index * 10, end: (index + 1) * 10, state, complete: true })),
  )
const window = (index: number, state: WindowVerdict['state'], complete = true): WindowVerdict => ({
  start: index * 10,
  end: (index + 1) * 10,
  state,
  complete,
})

describe('an alert', () => {
  test('looked at after every window, is the one that is found when all windows come at once', () => {
    fc.assert(
      fc.property(sequence, (verdicts) => {
        let open: AlertLife | undefined
        let handled = Number.NEGATIVE_INFINITY
        const resolved: AlertLife[] = []
        for (let length = 1; length <= verdicts.length; length++) {
          const outcome = judgeAlert(open, verdicts.slice(0, length), handled)
          resolved.push(...outcome.history, ...(outcome.resolved === undefined ? [] : [outcome.resolved]))
          handled = Math.max(handled, ...resolved.map((life) => life.until))
          open = outcome.open
        }
        const atOnce = judgeAlert(undefined, verdicts, Number.NEGATIVE_INFINITY)
        expect(open).toEqual(atOnce.open)
        expect(resolved).toEqual(atOnce.history)
      }),
    )
  })

  test('is open exactly when no complete quiet window follows the newest one that fired; since is the first of its run', () => {
    fc.assert(
      fc.property(sequence, (verdicts) => {
        const { open } = judgeAlert(undefined, verdicts, Number.NEGATIVE_INFINITY)
        const lastQuiet = verdicts.findLastIndex((verdict) => verdict.state === 'quiet')
        const run = verdicts.slice(lastQuiet + 1).filter((verdict) => verdict.state === 'fired')
        expect(open?.since).toBe(run[0]?.start)
        expect(open?.until).toBe(run.at(-1)?.end)
        expect(open?.windows ?? 0).toBe(run.length)
      }),
    )
  })

  test('judging the same windows again changes nothing', () => {
    fc.assert(
      fc.property(sequence, (verdicts) => {
        const { open } = judgeAlert(undefined, verdicts, Number.NEGATIVE_INFINITY)
        if (open === undefined) return
        expect(judgeAlert(open, verdicts, Number.NEGATIVE_INFINITY)).toEqual({ resolved: undefined, history: [], open })
      }),
    )
  })

  test('of a window that may still grow is pending: it fires when the window is complete, or goes without a trace', () => {
    const { open } = judgeAlert(undefined, [window(0, 'fired', false)], 0)
    expect(open?.status).toBe('pending')
    expect(judgeAlert(open, [window(0, 'fired')], 0).open).toMatchObject({ status: 'firing', since: 0 })
    expect(judgeAlert(open, [window(0, 'quiet')], 0)).toMatchObject({
      resolved: { status: 'resolved' },
      open: undefined,
    })
    expect(judgeAlert(undefined, [window(0, 'quiet')], 0)).toMatchObject({ history: [], open: undefined })
  })

  test('keeps its since when late labels make the first window of its run quiet, and goes when they make the newest quiet', () => {
    const open: AlertLife = { status: 'acknowledged', since: 0, until: 30, windows: 3 }
    const later = judgeAlert(open, [window(0, 'quiet'), window(1, 'fired'), window(2, 'fired')], 0)
    expect(later.open).toEqual({ status: 'acknowledged', since: 0, until: 30, windows: 2 })
    const gone = judgeAlert(open, [window(0, 'fired'), window(1, 'fired'), window(2, 'quiet')], 0)
    expect(gone).toMatchObject({ resolved: { since: 0 }, open: undefined })
  })

  test('that was closed by hand opens anew only with a later window', () => {
    expect(judgeAlert(undefined, [window(0, 'fired'), window(1, 'fired')], 20).open).toBeUndefined()
    expect(judgeAlert(undefined, [window(1, 'fired'), window(2, 'fired')], 20).open).toMatchObject({ since: 20 })
  })
})
