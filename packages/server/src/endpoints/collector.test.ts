import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collectionOf, CollectorDocument } from './collector.ts'

const parse = (value: unknown) => CollectorDocument.parse(value)

describe('a data_collector', () => {
  it('is read in the shape of Azure’s, switches as words included', () => {
    expect(
      parse({
        collections: { model_inputs: { enabled: 'True' }, model_outputs: { enabled: 'True' } },
        rolling_rate: 'Hour',
      }),
    ).toEqual({
      samplingRate: 1,
      redact: [],
      format: 'parquet',
    })
    expect(parse({ sampling_rate: 0.1, redact: ['name'], format: 'csv' })).toEqual({
      samplingRate: 0.1,
      redact: ['name'],
      format: 'csv',
    })
    expect(parse({ format: 'csv', azure: { subscription_id: 'sub-1', resource_group: 'g' } })).toMatchObject({
      azure: { subscriptionId: 'sub-1', resourceGroup: 'g' },
    })
    expect(
      parse({ collections: { model_inputs: { enabled: 'False' }, model_outputs: { enabled: false } } }).samplingRate,
    ).toBe(0)
  })

  it('that would keep more than it says, or asks for what is not there, is refused', () => {
    for (const refused of [
      { collections: { model_inputs: { enabled: true }, model_outputs: { enabled: false } } },
      { sampling_rate: 1.1 },
      { sampling_rate: -1 },
      { rolling_rate: 'Minute' },
      { format: 'avro' },
      { azure: { subscription_id: '..', resource_group: 'g' } },
      { azure: { subscription_id: 'a/b', resource_group: 'g' } },
      { azure: { subscription_id: 's' } },
      { redcat: ['name'] },
    ])
      expect(CollectorDocument.safeParse(refused).success, JSON.stringify(refused)).toBe(false)
  })
})

describe('collection', () => {
  const stored = (samplingRate: number) => JSON.stringify({ samplingRate, redact: ['a'], format: 'parquet' })
  it('is what the file says, else whole with a monitor, else off; a rate of 0 is off', () => {
    fc.assert(
      fc.property(fc.option(fc.double({ min: 0, max: 1, noNaN: true })), fc.boolean(), (rate, isMonitored) => {
        const found = collectionOf(rate === null ? null : stored(rate), isMonitored, null)
        expect(found?.samplingRate ?? 0).toBe(rate ?? (isMonitored ? 1 : 0))
      }),
    )
  })
  it('names the columns of the signature, or none when one has no name', () => {
    const of = (inputs: unknown) => collectionOf(null, true, JSON.stringify({ inputs }))?.columns
    expect(
      of([
        { name: 'a', type: 'long' },
        { name: 'b', type: 'double' },
      ]),
    ).toEqual(['a', 'b'])
    expect(of([{ type: 'tensor' }])).toBeNull()
    expect(of([])).toBeNull()
    expect(of(undefined)).toBeNull()
  })
})
