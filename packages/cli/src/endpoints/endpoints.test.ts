import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDeploymentName } from './deployment-name.ts'
import { localPaths } from './deployment-source.ts'
import { readTraffic } from './traffic.ts'

describe('a traffic split', () => {
  it('is taken when whole percentages sum to 0 or 100, and only then', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 120 }), { minLength: 1, maxLength: 4 }), (percents) => {
        const words = percents.map((percent, index) => `d${index}=${percent}`)
        const sum = percents.reduce((total, percent) => total + percent, 0)
        if (sum === 0 || sum === 100) expect(Object.values(readTraffic(words))).toEqual(percents)
        else expect(() => readTraffic(words)).toThrow(String(sum))
      }),
    )
  })

  it.each(['blue', 'blue=', 'blue=-1', 'blue=50.5', '=100', 'blue=100%'])('refuses %s', (word) => {
    expect(() => readTraffic([word])).toThrow(word)
  })

  it('refuses a deployment named twice', () => expect(() => readTraffic(['a=50', 'a=50'])).toThrow('twice'))
})

describe('the name of a deployment', () => {
  it('takes its endpoint from the option or from before the slash', () => {
    expect(readDeploymentName('blue', 'e')).toEqual({ endpoint: 'e', deployment: 'blue' })
    expect(readDeploymentName('e/blue', undefined)).toEqual({ endpoint: 'e', deployment: 'blue' })
    expect(readDeploymentName('e/blue', 'e')).toEqual({ endpoint: 'e', deployment: 'blue' })
  })

  it.each([
    ['blue', undefined],
    ['e/blue', 'f'],
    ['e/', undefined],
    ['/blue', undefined],
  ])('refuses %s with --endpoint %s', (text, endpoint) => expect(() => readDeploymentName(text, endpoint)).toThrow())
})

describe('paths of a deployment’s file', () => {
  it('are its code and a model of this machine, not a registered one', () => {
    const code_configuration = { code: './src', scoring_script: 'score.py' }
    expect(localPaths({ code_configuration, model: 'azureml:ridership@candidate' })).toEqual(['./src'])
    expect(localPaths({ code_configuration, model: 'ridership@champion' })).toEqual(['./src'])
    expect(localPaths({ code_configuration, model: './model' })).toEqual(['./src', './model'])
    expect(localPaths({ model: { path: 'models/a.onnx', type: 'custom_model' } })).toEqual(['models/a.onnx'])
    expect(localPaths({ code_configuration: { code: 'src' }, model: 'models:/ridership/3' })).toEqual(['src'])
    expect(localPaths({})).toEqual([])
  })
})
