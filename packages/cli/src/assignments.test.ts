import { describe, expect, it } from 'vitest'
import { readScalars, readTexts } from './assignments.ts'

describe('values of --set', () => {
  it('are YAML scalars', () => {
    const words = [
      'a=3',
      'b=1.5',
      'c=true',
      'd=null',
      'e=text',
      'f="3"',
      'g=a=b',
      'h=1e3',
      'i=yes',
      'j=2001-01-01',
      'k=',
    ]
    expect(readScalars(words)).toEqual({
      a: 3,
      b: 1.5,
      c: true,
      d: null,
      e: 'text',
      f: '3',
      g: 'a=b',
      h: 1000,
      i: 'yes',
      j: '2001-01-01',
      k: null,
    })
  })

  it('count last when a name comes twice', () => expect(readScalars(['x=1', 'x=2'])).toEqual({ x: 2 }))

  it('stay texts where texts are asked for', () =>
    expect(readTexts(['a=1', 'b='], '--tag')).toEqual([
      ['a', '1'],
      ['b', ''],
    ]))
})
