import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { errorCatalogue, ModelyardError, type ErrorCode } from '@modelyard/contract'
import { Fields, readDouble, readInteger, readViewType, writeDouble } from './wire.ts'
import { toWireFailure, WireError } from './wire-error.ts'

describe("MLflow's numbers", () => {
  it('come back as they went out, NaN and infinities as words', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(readDouble(JSON.parse(JSON.stringify(writeDouble(value))))).toBe(Object.is(value, -0) ? 0 : value)
      }),
    )
    expect(writeDouble(Number.NaN)).toBe('NaN')
    expect(writeDouble(Number.NEGATIVE_INFINITY)).toBe('-Infinity')
    expect(readDouble('1e3')).toBe(1000)
    for (const wrong of ['', 'x', true, {}, null]) expect(readDouble(wrong)).toBeUndefined()
  })

  it('are whole where they must be, as numbers or digits, and exact', () => {
    expect(readInteger('1700000000000')).toBe(1_700_000_000_000)
    expect(readInteger(-5)).toBe(-5)
    for (const wrong of [1.5, '1.5', '9007199254740993', 2 ** 53, '', 'x', null])
      expect(readInteger(wrong)).toBeUndefined()
  })
})

describe("a request's fields", () => {
  it("are refused in the words that MLflow's own tests look for", () => {
    expect(() => new Fields({}).requiredText('key')).toThrow(
      /Missing value for required parameter 'key'\. See the API docs/,
    )
    expect(() => new Fields({ name: 123 }).text('name')).toThrow(
      "Invalid value 123 for parameter 'name' supplied: Hint: Value was of type 'int'.",
    )
    expect(() => new Fields({ max_results: '0' }).count('max_results', 10, 100)).toThrow(/at least 1/)
    expect(() => new Fields([])).toThrow(/JSON object/)
    expect(() => readViewType(new Fields({ view_type: 'x' }), 'view_type')).toThrow(/ACTIVE_ONLY/)
  })

  it('never come from the prototype', () => {
    expect(new Fields({}).text('constructor')).toBeUndefined()
    const pairs = new Fields(JSON.parse('{"tags":[{"key":"__proto__","value":"x"}]}')).pairs('tags', 10, 10)
    expect(Object.entries(pairs)).toEqual([['__proto__', 'x']])
  })

  it('of any shape give values or a refusal of the caller', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        try {
          const fields = new Fields(JSON.parse(text))
          fields.pairs('tags', 10, 100)
          fields.texts('ids')
          fields.integer('n')
          fields.flag('f')
        } catch (error) {
          expect(error).toBeInstanceOf(WireError)
        }
      }),
    )
  })
})

describe('a failure on the wire', () => {
  it('is a 5xx only where waiting or our log helps: clients send those again for minutes', () => {
    for (const code of Object.keys(errorCatalogue) as ErrorCode[]) {
      const { status, body } = toWireFailure(new ModelyardError(code, 'x'))
      expect(body.error_code).toMatch(/^[A-Z_]+$/)
      if (status >= 500) expect(errorCatalogue[code].status).toBeGreaterThanOrEqual(500)
    }
    expect(toWireFailure(new ModelyardError('run_not_found', 'x'))).toMatchObject({
      status: 404,
      body: { error_code: 'RESOURCE_DOES_NOT_EXIST' },
    })
    expect(toWireFailure(new ModelyardError('already_exists', 'x')).body.error_code).toBe('RESOURCE_ALREADY_EXISTS')
    expect(toWireFailure(new ModelyardError('filter_invalid', 'x')).status).toBe(400)
  })
})
