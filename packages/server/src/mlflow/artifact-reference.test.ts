import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkArtifactPath,
  loggedModelRoot,
  modelVersionRoot,
  parseProxyPath,
  parseSource,
  runRoot,
} from './artifact-reference.ts'

const below = (root: string): string => root.slice('mlflow-artifacts:/'.length)

describe('a place of files', () => {
  it('is understood in every spelling that this server hands out', () => {
    expect(parseProxyPath(`${below(runRoot('3', 'run_1'))}/a/b.txt`)).toEqual({
      kind: 'run',
      runId: 'run_1',
      path: 'a/b.txt',
    })
    expect(parseProxyPath(below(loggedModelRoot('3', 'm-1')))).toEqual({
      kind: 'loggedModel',
      modelId: 'm-1',
      path: '',
    })
    expect(parseProxyPath(`${below(modelVersionRoot('ä / b', '2'))}/MLmodel`)).toEqual({
      kind: 'modelVersion',
      model: 'ä / b',
      version: '2',
      path: 'MLmodel',
    })
    expect(parseSource('runs:/abc/model')).toEqual({ kind: 'run', runId: 'abc', path: 'model' })
    expect(parseSource('models:/m-12ab')).toEqual({ kind: 'loggedModel', modelId: 'm-12ab', path: '' })
    expect(parseSource('models:/ridership/3')).toMatchObject({ kind: 'modelVersion', model: 'ridership', version: '3' })
    expect(parseSource('models:/ridership@champion')).toMatchObject({ kind: 'modelAlias', alias: 'champion' })
    expect(parseSource(runRoot('1', 'r'))).toEqual({ kind: 'run', runId: 'r', path: '' })
  })

  it.each([
    'file:///etc/passwd',
    '/etc/passwd',
    'etc/passwd',
    's3://bucket/x',
    'http://elsewhere/x',
    'mlflow-artifacts://elsewhere/1/r/artifacts',
    'mlflow-artifacts:/1/r/elsewhere',
    'runs:/abc/../def',
    'runs:/abc/%2e%2e/def',
    'runs:/abc/%252e%252e/def',
    'models:/m-1/../../x',
    'models:/a/b/c',
    'dbfs:/x',
    '',
  ])('is refused when it is %s', (source) => {
    expect(() => parseSource(source)).toThrow()
  })

  it('never leaves its root, however it is encoded', () => {
    const piece = fc.constantFrom(
      '..',
      '.',
      '/',
      '\\',
      '%2e',
      '%2E',
      '%2f',
      '%5c',
      '%25',
      'a',
      'b.txt',
      '\0',
      '%00',
      ' ',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        let path: string
        try {
          path = checkArtifactPath(pieces.join(''))
        } catch {
          return
        }
        for (let spelling = path, round = 0; round < 3; round++) {
          expect(spelling.split(/[/\\]/)).not.toContain('..')
          expect(spelling.startsWith('/')).toBe(false)
          try {
            spelling = decodeURIComponent(spelling)
          } catch {
            return
          }
        }
      }),
      { numRuns: 3000 },
    )
  })
})
