import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideScaling, type ScalingInput } from './autoscaler.ts'

const inputs: fc.Arbitrary<ScalingInput> = fc
  .record({
    minNodes: fc.nat(5),
    more: fc.nat(8),
    slotsPerNode: fc.integer({ min: 1, max: 4 }),
    idleMs: fc.nat(10_000),
    queuedSteps: fc.nat(50),
    busy: fc.array(fc.record({ busySlots: fc.nat(4), idleMs: fc.nat(20_000) }), { maxLength: 13 }),
  })
  .map(({ more, busy, ...rest }) => {
    const maxNodes = Math.max(1, rest.minNodes + more)
    return {
      ...rest,
      maxNodes,
      nodes: busy.slice(0, maxNodes).map((node, index) => ({
        id: `node_${index}`,
        busySlots: Math.min(node.busySlots, rest.slotsPerNode),
        idleMs: node.busySlots > 0 ? 0 : node.idleMs,
      })),
    }
  })

const after = (input: ScalingInput): number => {
  const { start, drain } = decideScaling(input)
  return input.nodes.length + start - drain.length
}

describe('the scaling rule', () => {
  it('never leaves the bounds of the target', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        expect(after(input)).toBeLessThanOrEqual(input.maxNodes)
        expect(after(input)).toBeGreaterThanOrEqual(Math.min(input.minNodes, input.maxNodes))
      }),
    )
  })

  it('never drains a busy node, nor one before its own idle time is over, nor any while something waits', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { drain } = decideScaling(input)
        for (const id of drain) {
          const node = input.nodes.find((other) => other.id === id)
          expect(node?.busySlots).toBe(0)
          expect(node?.idleMs).toBeGreaterThanOrEqual(input.idleMs)
        }
        if (input.queuedSteps > 0) expect(drain).toEqual([])
      }),
    )
  })

  it('has room for everything that waits, or is at its maximum', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const busy = input.nodes.reduce((sum, node) => sum + node.busySlots, 0)
        const size = after(input)
        expect(size === input.maxNodes || size * input.slotsPerNode - busy >= input.queuedSteps).toBe(true)
      }),
    )
  })

  it('rests once it has decided: the same queue asks for nothing more', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { start } = decideScaling(input)
        const started = Array.from({ length: start }, (_, index) => ({ id: `new_${index}`, busySlots: 0, idleMs: 0 }))
        expect(decideScaling({ ...input, nodes: [...input.nodes, ...started] }).start).toBe(0)
      }),
    )
  })

  it('gives a reason with every change', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { start, drain, reason } = decideScaling(input)
        if (start > 0 || drain.length > 0) expect(reason).not.toBe('')
      }),
    )
  })

  it('goes from none to two for two parallel steps, and back when both have been idle', () => {
    const target = { minNodes: 0, maxNodes: 4, slotsPerNode: 1, idleMs: 1000 }
    expect(decideScaling({ ...target, queuedSteps: 2, nodes: [] })).toEqual({
      start: 2,
      drain: [],
      reason: '2 steps wait, 0 free slots',
    })
    const nodes = [
      { id: 'a', busySlots: 0, idleMs: 1000 },
      { id: 'b', busySlots: 0, idleMs: 999 },
    ]
    expect(decideScaling({ ...target, queuedSteps: 0, nodes })).toEqual({
      start: 0,
      drain: ['a'],
      reason: 'idle for 1 s',
    })
  })
})
